// Bad input: each refusal names the tensor or setting, what was expected and what was found; afterwards everything still works.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openModelTransformer } from '../../src/architectures/index.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { forward } from '../../src/transformer/forward.ts';
import { createState } from '../../src/transformer/state.ts';
import type { Transformer } from '../../src/transformer/transformer.ts';
import { languageState } from '../../src/unembedding/language.ts';
import { trace } from '../../src/unembedding/trace.ts';
import { FAMILIES, transformerAt } from './open.ts';

type Config = Record<string, unknown>;
type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

/** A fixture with its config.json, its header or its bytes changed. */
async function changed(
	name: string,
	edit: { config?: (c: Config) => void; header?: (h: Header) => void; body?: (b: DataView, h: Header) => void },
): Promise<Transformer> {
	const config = JSON.parse(readFileSync(`${FAMILIES}${name}/config.json`, 'utf8'));
	const bytes = new Uint8Array(readFileSync(`${FAMILIES}${name}/model.safetensors`));
	const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
	const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
	const body = bytes.slice(8 + length);
	edit.config?.(config);
	edit.body?.(new DataView(body.buffer), header);
	edit.header?.(header);
	const text = new TextEncoder().encode(JSON.stringify(header));
	const file = new Uint8Array(8 + text.length + body.length);
	new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
	file.set(text, 8);
	file.set(body, 8 + text.length);
	const files = new Map([
		['config.json', memorySource('config.json', new TextEncoder().encode(JSON.stringify(config)))],
		['model.safetensors', memorySource('model.safetensors', file)],
	]);
	return openModelTransformer(await openCheckpoint({ name, files }), { memoryBudget: 2 ** 28 });
}

const rename = (from: string, to: string) => (h: Header) => {
	h[to] = h[from]!;
	delete h[from];
};

test('a missing tensor is named with the shape that it should have, before anything is read', async () => {
	const opening = changed('llama', { header: rename('model.layers.1.mlp.up_proj.weight', 'other') });
	await assert.rejects(opening, { code: 'not-found', message: /tensor model\.layers\.1\.mlp\.up_proj\.weight.*52 × 36/ });
});

test('a missing bias is missing: its absence is not read as zero', async () => {
	await assert.rejects(changed('gpt2', { header: rename('transformer.h.0.mlp.c_fc.bias', 'other') }), {
		code: 'not-found',
		message: /h\.0\.mlp\.c_fc\.bias/,
	});
});

test('a misshapen tensor is named with both shapes', async () => {
	const opening = changed('llama', {
		header: (h) => {
			h['model.layers.0.self_attn.q_proj.weight']!.shape = [36, 48];
		},
	});
	await assert.rejects(opening, { code: 'wrong-shape', message: /q_proj\.weight.*got 36 × 48, allowed 48 × 36/ });
});

for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
	test(`${value} among the weights is named`, async () => {
		const model = await changed('llama', {
			body: (b, h) => b.setFloat32(h['model.layers.1.mlp.down_proj.weight']!.data_offsets[0] + 8, value, true),
		});
		const run = forward(model, { ids: [1, 2] }, createState(model.config));
		await assert.rejects(run, { code: 'malformed', message: /down_proj\.weight.*value 2.*(NaN|Infinity)/ });
		assert.equal((await trace(model, { ids: [1] }, { at: ['blocks.0.output'] })).points.size, 1, 'the rest still works');
	});
}

const CONTRADICTIONS: readonly [string, string, Config, RegExp][] = [
	['heads that do not divide the width', 'gpt2', { n_head: 5 }, /num_attention_heads.*5/],
	['key heads that do not divide the heads', 'llama', { num_key_value_heads: 4 }, /num_key_value_heads.*4/],
	['a width that is a text', 'llama', { hidden_size: 'wide' }, /hidden_size|embedding_length/],
	['a billion layers', 'llama', { num_hidden_layers: 1_000_000_000 }, /num_hidden_layers|block_count/],
	['a width that the table does not have', 'llama', { hidden_size: 40 }, /embed_tokens\.weight.*got 61 × 36, allowed 61 × 40/],
	['an unknown activation', 'llama', { hidden_act: 'gelu_42' }, /hidden_act.*gelu_42.*silu/],
	['an unknown rotation', 'llama', { rope_parameters: { rope_type: 'spiral', rope_theta: 1 } }, /rope_type.*spiral.*yarn/],
	['a negative factor', 'llama-linear', { rope_scaling: { rope_type: 'linear', factor: -2 } }, /factor.*-2/],
	['a layer type that is not known', 'gemma3-old', { layer_types: ['full_attention', 'dreaming'] }, /layer_types.*dreaming/],
];
for (const [what, name, settings, message] of CONTRADICTIONS) {
	test(`${what} is refused by name`, async () => {
		await assert.rejects(changed(name, { config: (c) => Object.assign(c, settings) }), { name: 'TongsaError', message });
	});
}

test('an unknown architecture is refused by name, with those that are known', async () => {
	await assert.rejects(changed('llama', { config: (c) => Object.assign(c, { model_type: 'mamba' }) }), {
		code: 'unsupported',
		message: /model_type.*mamba.*llama/,
	});
});

test('a prompt beyond the table of positions is refused with both numbers, and the state is as before', async () => {
	const model = await transformerAt(`${FAMILIES}gpt2`);
	const state = createState(model.config);
	await forward(model, { ids: Array(30).fill(3) }, state);
	await assert.rejects(forward(model, { ids: [1, 2, 3] }, state), { code: 'too-large', message: /got 33 tokens, allowed at most 32/ });
	assert.equal(state.length, 30);
	await forward(model, { ids: [1, 2] }, state);
});

test('a prompt beyond the context is refused with both numbers', async () => {
	const state = await languageState(await transformerAt(`${FAMILIES}llama`));
	await assert.rejects(state.feed(Array(65).fill(3)), { code: 'too-large', message: /got 65 tokens, allowed at most 64/ });
});

test('an empty prompt, an id without a row and vectors of another width are refused', async () => {
	const model = await transformerAt(`${FAMILIES}llama`);
	await assert.rejects(forward(model, { ids: [] }, createState(model.config)), { code: 'usage' });
	await assert.rejects(forward(model, { ids: [61] }, createState(model.config)), {
		code: 'out-of-range',
		message: /got 61, allowed 0 to 60/,
	});
	await assert.rejects(forward(model, { vectors: new Float32Array(37) }, createState(model.config)), { code: 'wrong-shape' });
	await assert.rejects(trace(await transformerAt(`${FAMILIES}minilm`), { ids: [1] }, { at: ['logits'] }), { code: 'not-found' });
});

test('a run that is called off stops, and the next one works', async () => {
	const model = await transformerAt(`${FAMILIES}llama`);
	await assert.rejects(forward(model, { ids: [1] }, createState(model.config), { signal: AbortSignal.abort() }), { name: 'AbortError' });
	await forward(model, { ids: [1] }, createState(model.config));
});

// Bad input: each refusal names the tensor or setting, what was expected and what was found; afterwards everything still works.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint, MetadataValue } from '../../src/formats/checkpoint.ts';
import { trace } from '../../src/inspection/trace.ts';
import { openMetadata } from '../../src/spec/metadata.ts';
import { ReferenceEngine } from '../../src/transformer/reference/engine.ts';
import { ReferenceState } from '../../src/transformer/reference/state.ts';
import { changed, type Header } from './changed.ts';
import { checkpointAt, FAMILIES, transformerAt } from './open.ts';

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
		const run = new ReferenceEngine(model).forward({ ids: [1, 2] }, new ReferenceState());
		await assert.rejects(run, { code: 'malformed', message: /down_proj\.weight.*value 2.*(NaN|Infinity)/ });
		assert.equal(
			(await trace(new ReferenceEngine(model), { ids: [1] }, { at: ['blocks.0.output'] })).points.size,
			1,
			'the rest still works',
		);
	});
}

test('a setting of a GGUF file that its family does not have is named, unless it changes nothing', async () => {
	const { openTransformer } = await import('../../src/transformer/transformer.ts');
	const { llama } = await import('../../src/architectures/llama.ts');
	const checkpoint = await checkpointAt(`${FAMILIES}llama.gguf`);
	const open = (value: number) =>
		openTransformer({ ...checkpoint, metadata: new Map([...checkpoint.metadata, ['llama.residual_scale', value]]) }, llama.gguf!, {
			memoryBudget: 2 ** 20,
		});
	await assert.rejects(open(0.22), { code: 'malformed', message: /residual_scale.*0\.22.*0 or 1: the family llama/ });
	assert.equal((await open(1)).config.family, 'llama');
});

test('a weight beside those of a block that nothing reads is named', async () => {
	await assert.rejects(changed('llama-bias-tied', { config: (c) => void (c['attention_bias'] = false) }), {
		code: 'unsupported',
		message: /layers\.0\.self_attn\.\w_proj\.bias/,
	});
});

test('a list of 64-bit numbers where one number is due is named', async () => {
	const metadata = new Map<string, MetadataValue>([
		['general.architecture', 'llama'],
		['llama.embedding_length', { kind: 'array', elementType: 'i64', length: 2, read: async () => BigInt64Array.of(1n, 2n) }],
	]);
	const read = await openMetadata({ format: 'gguf', name: 'a.gguf', metadata, tensors: new Map() } as unknown as Checkpoint);
	assert.throws(() => read.size('embedding_length'), { code: 'malformed', message: /a\.gguf.*embedding_length.*an array of 2/ });
});

const CONTRADICTIONS: readonly [string, string, Record<string, unknown>, RegExp][] = [
	['heads that do not divide the width', 'gpt2', { n_head: 5 }, /num_attention_heads.*5/],
	['key heads that do not divide the heads', 'llama', { num_key_value_heads: 4 }, /num_key_value_heads.*4/],
	['a width that is a text', 'llama', { hidden_size: 'wide' }, /hidden_size|embedding_length/],
	['a billion layers', 'llama', { num_hidden_layers: 1_000_000_000 }, /num_hidden_layers|block_count/],
	['a width that the table does not have', 'llama', { hidden_size: 40 }, /embed_tokens\.weight.*got 61 × 36, allowed 61 × 40/],
	['an unknown activation', 'llama', { hidden_act: 'gelu_42' }, /hidden_act.*gelu_42.*silu/],
	['an unknown rotation', 'llama', { rope_parameters: { rope_type: 'spiral', rope_theta: 1 } }, /rope_type.*spiral.*yarn/],
	['a negative factor', 'llama-linear', { rope_scaling: { rope_type: 'linear', factor: -2 } }, /factor.*-2/],
	['weights packed by GPTQ', 'llama', { quantization_config: { quant_method: 'gptq' } }, /quant_method.*gptq.*mxfp4/],
	['more experts a token than there are', 'mixtral', { num_experts_per_tok: 9 }, /num_experts_per_tok.*got 9, allowed at most 4/],
	['a broken window', 'mistral', { sliding_window: 2.5 }, /sliding_window.*2\.5/],
	['a layer type that is not known', 'gemma3-old', { layer_types: ['full_attention', 'dreaming'] }, /layer_types.*dreaming/],
];
for (const [what, name, settings, message] of CONTRADICTIONS) {
	test(`${what} is refused by name`, async () => {
		await assert.rejects(changed(name, { config: (c) => Object.assign(c, settings) }), { name: 'TongsaError', message });
	});
}

test('a row of the table that is not finite is named', async () => {
	const model = await changed('llama', {
		body: (b, h) => b.setFloat32(h['model.embed_tokens.weight']!.data_offsets[0] + 36 * 4 * 7, Number.NaN, true),
	});
	await assert.rejects(trace(new ReferenceEngine(model), { ids: [7] }, { at: ['embedding.rows'] }), {
		code: 'malformed',
		message: /embed_tokens\.weight/,
	});
	assert.equal((await trace(new ReferenceEngine(model), { ids: [8] }, { at: ['embedding.rows'] })).points.size, 1);
});

test('an unknown architecture is refused by name, with those that are nearest', async () => {
	await assert.rejects(changed('llama', { config: (c) => Object.assign(c, { model_type: 'mamba' }) }), {
		code: 'unsupported',
		message: /model_type.*mamba.*nearest by name ma/,
	});
});

test('a prompt beyond the table of positions is refused with both numbers, and the state is as before', async () => {
	const model = await transformerAt(`${FAMILIES}gpt2`);
	const state = new ReferenceState();
	await new ReferenceEngine(model).forward({ ids: Array(30).fill(3) }, state);
	await assert.rejects(new ReferenceEngine(model).forward({ ids: [1, 2, 3] }, state), {
		code: 'too-large',
		message: /got 33 tokens, allowed at most 32/,
	});
	assert.equal(state.length, 30);
	await new ReferenceEngine(model).forward({ ids: [1, 2] }, state);
});

test('a prompt beyond the context is refused with both numbers', async () => {
	const state = await new ReferenceEngine(await transformerAt(`${FAMILIES}llama`)).sequence();
	await assert.rejects(state.decode(Array(65).fill(3)), { code: 'too-large', message: /got 65 tokens, allowed at most 64/ });
});

test('a model that reads both ways has no next token', async () => {
	await assert.rejects(new ReferenceEngine(await transformerAt(`${FAMILIES}bert`)).sequence(), {
		code: 'unsupported',
		message: /both ways/,
	});
});

test('an empty prompt, an id without a row and vectors of another width are refused', async () => {
	const model = await transformerAt(`${FAMILIES}llama`);
	await assert.rejects(new ReferenceEngine(model).forward({ ids: [] }, new ReferenceState()), { code: 'usage' });
	await assert.rejects(new ReferenceEngine(model).forward({ ids: [61] }, new ReferenceState()), {
		code: 'out-of-range',
		message: /got 61, allowed 0 to 60/,
	});
	await assert.rejects(new ReferenceEngine(model).forward({ vectors: new Float32Array(37) }, new ReferenceState()), {
		code: 'wrong-shape',
	});
	await assert.rejects(trace(new ReferenceEngine(await transformerAt(`${FAMILIES}minilm`)), { ids: [1] }, { at: ['logits'] }), {
		code: 'not-found',
	});
});

test('a run that is called off stops, and the next one works', async () => {
	const model = await transformerAt(`${FAMILIES}llama`);
	await assert.rejects(new ReferenceEngine(model).forward({ ids: [1] }, new ReferenceState(), { signal: AbortSignal.abort() }), {
		name: 'AbortError',
	});
	await new ReferenceEngine(model).forward({ ids: [1] }, new ReferenceState());
});

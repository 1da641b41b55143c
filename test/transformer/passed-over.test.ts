// Settings and tensors that once were passed over without a word: each changes what is computed, or is refused by its name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModelTransformer } from '../../src/architectures/index.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import type { Transformer } from '../../src/transformer/transformer.ts';
import { changedGguf, type GgufChange, tensorOf } from '../formats/changed.ts';
import { changed } from './changed.ts';
import { FAMILIES } from './open.ts';

async function gguf(name: string, change: GgufChange): Promise<Transformer> {
	return openModelTransformer(await openCheckpoint(await changedGguf(`${FAMILIES}${name}.gguf`, change)), { memoryBudget: 2 ** 28 });
}

const u32 = (value: number) => ({ type: 'u32', value }) as const;
const f32 = (value: number) => ({ type: 'f32', value }) as const;
const text = (value: string) => ({ type: 'string', value }) as const;
const zeros = (name: string, length: number) => tensorOf(name, [length], new Array(length).fill(0));

test('is_causal: false lets attention go both ways', async () => {
	const causal = async (edit: (config: Record<string, unknown>) => void) =>
		(await changed('llama', { config: edit })).config.blocks.every(({ attention }) => attention.causal);
	assert.equal(await causal(() => {}), true);
	assert.equal(
		await causal((config) => {
			config['is_causal'] = false;
		}),
		false,
	);
});

const REFUSED: readonly (readonly [string, string, GgufChange, RegExp])[] = [
	['a window in OLMo 2 (OLMo 3)', 'olmo2', { keys: { 'olmo2.attention.sliding_window': u32(4) } }, /attention\.sliding_window.*got 4/],
	['a window in Llama', 'llama', { keys: { 'llama.attention.sliding_window': u32(4) } }, /attention\.sliding_window.*got 4/],
	[
		'another rotation of windowed layers in Gemma 2',
		'gemma2-gguf',
		{ keys: { 'gemma2.rope.freq_base_swa': f32(500) } },
		/rope\.freq_base_swa.*got 500/,
	],
	[
		'another rotation of windowed layers in gpt-oss',
		'gpt-oss-gguf',
		{ keys: { 'gpt-oss.rope.freq_base_swa': f32(500) } },
		/rope\.freq_base_swa.*got 500/,
	],
	['an activation in Llama', 'llama', { keys: { 'llama.hidden_activation': text('gelu') } }, /hidden_act.*got gelu/],
	['a factor on the rotation', 'llama', { keys: { 'llama.rope.scaling.attn_factor': f32(1.5) } }, /attn_factor.*got 1\.5/],
	['a bias of the output table', 'llama', { tensors: [zeros('output.bias', 61)] }, /output\.bias/],
	['a norm of the embeddings', 'llama', { tensors: [zeros('token_embd_norm.weight', 36)] }, /token_embd_norm\.weight/],
	['scales of a matrix', 'llama', { tensors: [zeros('blk.0.attn_q.scale', 1)] }, /packed or scaled.*blk\.0\.attn_q\.scale/],
];

for (const [what, name, change, message] of REFUSED) {
	test(`${what} is refused by its name`, async () => {
		await assert.rejects(gguf(name, change), { name: 'TongsaError', message });
	});
}

test('rope.scaling.factor without a type is linear, as llama.cpp takes it', async () => {
	const keys = { 'llama.rope.scaling.type': undefined, 'llama.rope.scaling.factor': f32(2) };
	const { config } = await gguf('llama', { keys });
	assert.deepEqual(config.blocks[0]!.attention.rope?.scaling, { kind: 'linear', factor: 2 });
});

test('a list of equal values says what one would; a list of others is refused by its key', async () => {
	const list = (...values: number[]) => ({ type: 'array', of: 'u32', values }) as const;
	const { config } = await gguf('llama', {});
	const { heads } = config.blocks[0]!.attention;
	const alike = await gguf('llama', { keys: { 'llama.attention.head_count': list(heads, heads) } });
	assert.equal(alike.config.blocks[1]!.attention.heads, heads);
	await assert.rejects(gguf('llama', { keys: { 'llama.attention.head_count': list(heads, 1) } }), { message: /attention\.head_count/ });
});

test('an architecture that is not known is refused in few words, with the nearest names', async () => {
	const unknown = gguf('llama', { keys: { 'general.architecture': text('qwen9') } });
	await assert.rejects(unknown, (error: Error) => {
		assert.match(error.message, /got qwen9.*nearest by name qwen/);
		assert.ok(error.message.length < 400, `${error.message.length} letters`);
		return true;
	});
});

test('layer_types beside the windows of SmolLM3 and Mistral', async () => {
	const types = (config: Record<string, unknown>) => {
		config['sliding_window'] = 4;
		config['layer_types'] = Array.from({ length: config['num_hidden_layers'] as number }, (_, i) =>
			i === 0 ? 'sliding_attention' : 'full_attention',
		);
	};
	const { config } = await changed('smollm3', { config: types });
	assert.deepEqual(
		config.blocks.slice(0, 2).map(({ attention }) => attention.window),
		[4, undefined],
	);
	const mistral = (c: Record<string, unknown>) => {
		c['model_type'] = 'mistral';
		types(c);
	};
	await assert.rejects(changed('llama', { config: mistral }), { message: /layer_types.*sliding_attention alone/ });
});

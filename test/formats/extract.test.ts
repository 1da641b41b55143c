// extract: what stays, what is rewritten, what goes. On real files: scripts/reference/check_extract.py, with the gguf package.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../src/bytes/memory.ts';
import type { Checkpoint, LazyArray, StringTable } from '../../src/formats/checkpoint.ts';
import { extractGguf } from '../../src/formats/gguf/extract.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { readTensorBytes } from '../../src/formats/tensor-bytes.ts';
import { gguf, str } from '../hostile/bytes.ts';
import { fixtureBytes, folder, refusal } from './fixtures.ts';
import { ggufBytes, smallModel } from './make.ts';

const open = (bytes: Uint8Array) => openCheckpoint(folder({ 'a.gguf': bytes }));

async function extracted(checkpoint: Checkpoint, blocks: number): Promise<Checkpoint> {
	const parts: Uint8Array[] = [];
	await extractGguf(checkpoint, { write: async (bytes) => void parts.push(bytes) }, { blocks });
	return open(Buffer.concat(parts));
}

const numbers = async (checkpoint: Checkpoint, key: string) => [
	...((await (checkpoint.metadata.get(key) as LazyArray).read()) as Int32Array),
];

test('the first blocks and everything outside the blocks stay, byte for byte', async () => {
	const whole = await open(await ggufBytes(smallModel(4)));
	const part = await extracted(whole, 2);
	assert.deepEqual(
		[...part.tensors.keys()],
		[
			'token_embd.weight',
			'token_embd_norm.weight',
			'blk.0.attn_q.weight',
			'blk.0.norm.weight',
			'blk.1.attn_q.weight',
			'blk.1.norm.weight',
			'output_norm.weight',
			'output.weight',
		],
	);
	for (const [name, tensor] of part.tensors) {
		const { source: _, byteOffset: __, ...info } = tensor;
		const { source: ___, byteOffset: ____, ...before } = whole.tensors.get(name)!;
		assert.deepEqual(info, before);
		assert.deepEqual(await readTensorBytes(tensor), await readTensorBytes(whole.tensors.get(name)!));
	}
});

test('counts and arrays by block are rewritten, the rest of the metadata is not', async () => {
	const part = await extracted(await open(await ggufBytes(smallModel(4))), 3);
	assert.equal(part.metadata.get('test.block_count'), 3);
	assert.equal(part.metadata.get('test.nextn_predict_layers'), 1n);
	assert.deepEqual(await numbers(part, 'test.attention.head_count_kv'), [1, 2, 3]);
	assert.deepEqual(await numbers(part, 'test.attention.sliding_window_pattern'), [0, 1, 0]);
	assert.deepEqual(await numbers(part, 'test.rope.dimension_sections'), [8, 8, 8, 8]);
	assert.deepEqual(await numbers(part, 'tokenizer.ggml.scores'), [-0, -1, -2, -3]);
	assert.equal(((await (part.metadata.get('tokenizer.ggml.tokens') as LazyArray).read()) as StringTable).length, 4);
});

test('all blocks give the same file, no block gives the interpreter alone', async () => {
	const bytes = await ggufBytes(smallModel(2, { 'test.nextn_predict_layers': { type: 'u32', value: 0 } }));
	const parts: Uint8Array[] = [];
	await extractGguf(await open(bytes), { write: async (part) => void parts.push(part) }, { blocks: 2 });
	assert.deepEqual(new Uint8Array(Buffer.concat(parts)), bytes);
	assert.deepEqual(
		[...(await extracted(await open(bytes), 0)).tensors.keys()],
		['token_embd.weight', 'token_embd_norm.weight', 'output_norm.weight', 'output.weight'],
	);
});

test('a split model becomes one file', async () => {
	const shards = Object.fromEntries([1, 2, 3].map((i) => [`split-0000${i}-of-00003.gguf`, fixtureBytes(`split-0000${i}-of-00003.gguf`)]));
	const part = await extracted(await openCheckpoint(folder(shards)), 1);
	assert.equal(part.tensors.size, 5);
	assert.deepEqual(
		[...part.metadata.keys()].filter((key) => key.startsWith('split.')),
		[],
	);
});

test('numbers of blocks that are not there are refused', async () => {
	const whole = await open(await ggufBytes(smallModel(2)));
	for (const blocks of [-1, 3, 0.5, Number.NaN])
		await assert.rejects(extracted(whole, blocks), refusal('out-of-range', /no such number of blocks.*0 to 2/));
});

test('a file with neither tensors nor a tokenizer is refused', async () => {
	const empty = await open(gguf({}));
	await assert.rejects(extracted(empty, 0), refusal('unsupported', /nothing to extract/));
	const dictionary = await open(gguf({ entries: [str('tokenizer.ggml.model', 'gpt2')] }));
	assert.equal((await extracted(dictionary, 0)).metadata.get('tokenizer.ggml.model'), 'gpt2');
});

test('other formats are refused', async () => {
	const checkpoint = await openCheckpoint(folder({ 'a.safetensors': fixtureBytes('types.safetensors') }));
	await assert.rejects(
		extractGguf(checkpoint, { write: async () => {} }, { blocks: 1 }),
		refusal('unsupported', /cuts GGUF files.*got safetensors/),
	);
});

test('progress counts the tensors up to their total, and an abort stops', async () => {
	const whole = await open(await ggufBytes(smallModel(2)));
	const seen: number[] = [];
	const controller = new AbortController();
	const sink = { write: async () => {} };
	await extractGguf(whole, sink, { blocks: 1, onProgress: (done, total) => seen.push(done, total) });
	const total = 80 + 16 + 64 + 12 + 16 + 80;
	assert.deepEqual(seen.slice(-2), [total, total]);
	const stopping = { onProgress: () => controller.abort(new Error('stopped')), signal: controller.signal };
	await assert.rejects(extractGguf(whole, sink, { blocks: 1, ...stopping }), /stopped/);
});

test('memory holds no tensor whole', async () => {
	const big = 40 * 2 ** 20;
	const model = smallModel(1);
	const tensor = {
		...model.tensors[0]!,
		shape: [big / 4],
		byteLength: big,
		source: { ...memorySource('zeros', new Uint8Array(0)), read: async (_: number, length: number) => new Uint8Array(length) },
	};
	let longest = 0;
	let written = 0;
	const { writeGguf } = await import('../../src/formats/gguf/write.ts');
	await writeGguf(
		{
			async write(bytes) {
				longest = Math.max(longest, bytes.length);
				written += bytes.length;
			},
		},
		{ ...model, tensors: [tensor] },
	);
	assert.ok(written > big && longest <= 4 * 2 ** 20, `${longest}`);
});

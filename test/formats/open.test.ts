// openCheckpoint: which kind of model a file or folder is, and what is said where it is none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ModelFiles } from '../../src/bytes/source.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { readTensorBytes } from '../../src/formats/tensor-bytes.ts';
import { fixtureBytes, folder, refusal } from './fixtures.ts';

const gguf = fixtureBytes('types.gguf');
const safetensors = fixtureBytes('types.safetensors');
const shards = Object.fromEntries([1, 2, 3].map((i) => [`split-0000${i}-of-00003.gguf`, fixtureBytes(`split-0000${i}-of-00003.gguf`)]));
const tokenizerJson = '{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "model": {}}';

/** A safetensors file of U8 tensors. */
function made(tensors: Readonly<Record<string, number>>): Uint8Array {
	let end = 0;
	const header = JSON.stringify(
		Object.fromEntries(
			Object.entries(tensors).map(([name, size]) => [name, { dtype: 'U8', shape: [size], data_offsets: [end, (end += size)] }]),
		),
	);
	return Buffer.concat([new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer), Buffer.from(header), new Uint8Array(end)]);
}

const index = (map: Readonly<Record<string, unknown>>) => JSON.stringify({ metadata: { total_size: 3 }, weight_map: map });
const SHARDED = {
	'config.json': '{"model_type": "test"}',
	'model.safetensors.index.json': index({ a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' }),
	'model-00001-of-00002.safetensors': made({ a: 1 }),
	'model-00002-of-00002.safetensors': made({ b: 2 }),
};

const GOOD: readonly (readonly [
	string,
	ModelFiles,
	{ format: string; tensors: number; assets?: string[]; metadata?: Record<string, unknown> },
])[] = [
	['a lone GGUF', folder({ 'a.gguf': gguf }), { format: 'gguf', tensors: 30, metadata: { 'test.block_count': 2 } }],
	['a GGUF under no name', folder({ 'sha256-1234': gguf }), { format: 'gguf', tensors: 30 }],
	[
		'a GGUF in a folder',
		folder({ 'a.gguf': gguf, 'tokenizer.json': tokenizerJson }),
		{ format: 'gguf', tensors: 30, assets: ['tokenizer.json'] },
	],
	['a split GGUF', folder(shards), { format: 'gguf', tensors: 5, metadata: { 'split.count': 3, 'test.block_count': 1 } }],
	[
		'a lone safetensors',
		folder({ 'a.safetensors': safetensors }),
		{ format: 'safetensors', tensors: 15, metadata: { __metadata__: { format: 'np', made: 'by the reference' } } },
	],
	[
		'a Hugging Face folder',
		folder({
			'config.json': '{"model_type":"bert","layers":[1,2]}',
			'model.safetensors': made({ a: 1 }),
			'vocab.txt': 'a',
			'1_Pooling/config.json': '{}',
		}),
		{
			format: 'safetensors',
			tensors: 1,
			assets: ['config.json', 'vocab.txt', '1_Pooling/config.json'],
			metadata: { model_type: 'bert', layers: [1, 2] },
		},
	],
	[
		'a sharded folder',
		folder(SHARDED),
		{ format: 'safetensors', tensors: 2, assets: ['config.json', 'model.safetensors.index.json'], metadata: { model_type: 'test' } },
	],
	[
		'both formats and a config.json',
		folder({ 'a.gguf': gguf, 'config.json': '{}', 'model.safetensors': made({ a: 1 }) }),
		{ format: 'safetensors', tensors: 1, assets: ['a.gguf', 'config.json'] },
	],
	[
		'a tokenizer folder',
		folder({ 'tokenizer.json': tokenizerJson, 'config.json': '{"model_type":"x"}' }),
		{ format: 'tokenizer', tensors: 0, assets: ['tokenizer.json', 'config.json'], metadata: { model_type: 'x' } },
	],
	['a lone tokenizer.json', folder({ 'tokenizer.json': '{}' }), { format: 'tokenizer', tensors: 0, assets: ['tokenizer.json'] }],
	[
		'a tokenizer.json under another name',
		folder({ 'mine.json': tokenizerJson }),
		{ format: 'tokenizer', tensors: 0, assets: ['tokenizer.json'] },
	],
	[
		'a lone tokenizer.model',
		folder({ 'spm.model': '\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\x02' }),
		{ format: 'tokenizer', tensors: 0, assets: ['tokenizer.model'] },
	],
	['a rank table', folder({ 'cl100k_base.tiktoken': 'IQ== 0\n' }), { format: 'tokenizer', tensors: 0, assets: ['cl100k_base.tiktoken'] }],
];

for (const [name, files, want] of GOOD) {
	test(name, async () => {
		const checkpoint = await openCheckpoint(files);
		assert.equal(checkpoint.format, want.format);
		assert.equal(checkpoint.tensors.size, want.tensors);
		assert.deepEqual([...checkpoint.assets.keys()].sort(), [...(want.assets ?? [])].sort());
		for (const [key, value] of Object.entries(want.metadata ?? {})) assert.deepEqual(checkpoint.metadata.get(key), value);
		assert.equal(
			checkpoint.bytesRead,
			[...files.files.values()].reduce((sum, source) => sum + source.bytesRead, 0),
		);
		await checkpoint.close();
		for (const source of files.files.values()) await assert.rejects(source.read(0, 0), refusal('closed', /closed/));
	});
}

test('the tensors of all shards can be read', async () => {
	const checkpoint = await openCheckpoint(folder(shards));
	for (const [name, tensor] of checkpoint.tensors) {
		const values = new Float32Array((await readTensorBytes(tensor)).slice().buffer);
		assert.deepEqual([...new Set(values)], [Number(name.slice('tensor'.length))]);
	}
});

const without = (entries: Readonly<Record<string, Uint8Array | string>>, name: string) =>
	Object.fromEntries(Object.entries(entries).filter(([key]) => key !== name));

const BAD: readonly (readonly [string, ModelFiles, ErrorCode, RegExp])[] = [
	['an empty file', folder({ 'a.gguf': '' }), 'malformed', /the file is empty \(a\.gguf\)/],
	['an empty folder', folder({}), 'not-found', /no model in this folder.*no files/],
	[
		'a folder without a model',
		folder({ 'a.txt': 'x', 'b.txt': 'y' }),
		'not-found',
		/no model in this folder \(folder\): got a\.txt, b\.txt/,
	],
	['a web page', folder({ 'model.gguf': '\n  <!DOCTYPE html><html><body>Log in' }), 'unsupported', /a web page, not a model/],
	[
		'a Git LFS pointer',
		folder({ 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 1\n' }),
		'unsupported',
		/LFS pointer.*git lfs pull/,
	],
	[
		'a Git LFS pointer in a folder',
		folder({ 'config.json': '{}', 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 1\n' }),
		'unsupported',
		/LFS pointer.*git lfs pull/,
	],
	['a PyTorch zip', folder({ 'pytorch_model.bin': 'PK\x03\x04 rest' }), 'unsupported', /zip archive \(pytorch_model\.bin\).*safetensors/],
	[
		'a PyTorch zip in a folder',
		folder({ 'config.json': '{}', 'pytorch_model.bin': 'PK\x03\x04 rest' }),
		'unsupported',
		/zip archive.*safetensors/,
	],
	['a pickle', folder({ 'model.pt': Uint8Array.of(0x80, 2, 0x8a) }), 'unsupported', /pickle/],
	['a GGML file', folder({ 'a.bin': 'tjgg rest of it' }), 'unsupported', /before GGUF/],
	['a gzip', folder({ 'a.gguf.gz': Uint8Array.of(0x1f, 0x8b, 8, 0) }), 'unsupported', /gzip archive.*Unpack/],
	['other JSON', folder({ 'package.json': '{"name":"x"}' }), 'unsupported', /JSON file, but no tokenizer\.json/],
	['a cut GGUF', folder({ 'a.gguf': 'GG' }), 'malformed', /ends in the middle of its header \(a\.gguf/],
	['a damaged safetensors', folder({ 'a.safetensors': new Uint8Array(9).fill(255) }), 'malformed', /no possible header length/],
	['noise', folder({ 'a.xyz': Uint8Array.of(1, 2, 3, 4, 5) }), 'unsupported', /no kind of model file that is known/],
	['two GGUFs', folder({ 'a.gguf': gguf, 'b.gguf': gguf }), 'usage', /several models.*a\.gguf, b\.gguf.*Name one/],
	['a split set and another GGUF', folder({ ...shards, 'z.gguf': gguf }), 'usage', /several models/],
	['two safetensors', folder({ 'a.safetensors': made({ a: 1 }), 'b.safetensors': made({ a: 1 }) }), 'usage', /several models/],
	['a missing part', folder(without(shards, 'split-00002-of-00003.gguf')), 'not-found', /1 of 3 parts.*split-00002-of-00003\.gguf/],
	[
		'one part alone',
		folder({ 'split-00001-of-00003.gguf': shards['split-00001-of-00003.gguf']! }),
		'not-found',
		/one part of a split model, alone.*got 3/,
	],
	[
		'parts in wrong order',
		folder({ ...shards, 'split-00002-of-00003.gguf': shards['split-00003-of-00003.gguf']! }),
		'malformed',
		/does not fit.*split\.no.*got 2, allowed 1/,
	],
	['99,999 parts', folder({ 'a-00001-of-99999.gguf': gguf, 'x.txt': '' }), 'out-of-range', /number of parts/],
	[
		'a missing shard',
		folder(without(SHARDED, 'model-00002-of-00002.safetensors')),
		'not-found',
		/1 of 2 weight files.*model-00002-of-00002/,
	],
	['a missing index', folder(without(SHARDED, 'model.safetensors.index.json')), 'not-found', /no model\.safetensors\.index\.json/],
	[
		'an index that lies',
		folder({ ...SHARDED, 'model-00002-of-00002.safetensors': made({ c: 2 }) }),
		'malformed',
		/tensor that its file lacks.*tensor b/,
	],
	['an index of numbers', folder({ ...SHARDED, 'model.safetensors.index.json': index({ a: 1 }) }), 'malformed', /no string.*weight_map/],
	['an empty index', folder({ ...SHARDED, 'model.safetensors.index.json': index({}) }), 'malformed', /names no file/],
	['an index without a map', folder({ ...SHARDED, 'model.safetensors.index.json': '{}' }), 'malformed', /weight_map/],
	[
		'a tensor in two shards',
		folder({ ...SHARDED, 'model-00002-of-00002.safetensors': made({ a: 1, b: 2 }) }),
		'malformed',
		/stands in two files/,
	],
	['a config that is no JSON', folder({ ...SHARDED, 'config.json': '{' }), 'malformed', /not valid JSON \(config\.json\)/],
	['a config that is a list', folder({ ...SHARDED, 'config.json': '[]' }), 'malformed', /not a JSON object \(config\.json/],
];

for (const [name, files, code, message] of BAD) {
	test(`refused: ${name}`, async () => {
		await assert.rejects(openCheckpoint(files), refusal(code, message));
		for (const source of files.files.values()) await assert.rejects(source.read(0, 0), refusal('closed', /closed/));
	});
}

test('a config beyond its bound is not read', async () => {
	const config = { ...memorySource('config.json', new Uint8Array(0)), byteLength: 2 ** 40 };
	const files = new Map([...folder({ 'model.safetensors': made({ a: 1 }) }).files, ['config.json', config]]);
	await assert.rejects(openCheckpoint({ name: 'folder', files }), refusal('too-large', /too long.*config\.json/));
});

test('opening can be aborted', async () => {
	await assert.rejects(openCheckpoint(folder({ 'a.gguf': gguf }), AbortSignal.abort(new Error('stopped'))), /stopped/);
});

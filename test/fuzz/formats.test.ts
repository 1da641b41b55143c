// Fuzzes everything that opens a model file: GGUF, split GGUF, safetensors, folders, their JSON.

import { readFileSync } from 'node:fs';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ModelFiles } from '../../src/bytes/source.ts';
import type { LazyArray, MetadataArrayData } from '../../src/formats/checkpoint.ts';
import { isLazyArray } from '../../src/formats/get.ts';
import { readGguf } from '../../src/formats/gguf/read.ts';
import type { GgufValue } from '../../src/formats/gguf/write.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { readRows, rowCount } from '../../src/formats/tensor-bytes.ts';
import { fixtureBytes } from '../formats/fixtures.ts';
import { ggufBytes, smallModel } from '../formats/make.ts';
import { type Files, fuzz } from './harness.ts';

/** A real file's header with its arrays cut to 8 entries, so that damage falls on structure. */
async function shortened(path: string): Promise<Uint8Array> {
	const { entries, source } = await readGguf(memorySource(path, readFileSync(new URL(path, import.meta.url))));
	const metadata = new Map<string, GgufValue>();
	for (const [key, { value, byteOffset, byteLength }] of entries) {
		if (!isLazyArray(value)) metadata.set(key, { type: 'copy', source, byteOffset, byteLength });
		else metadata.set(key, await firstEight(value));
	}
	return ggufBytes({ metadata, tensors: smallModel(1).tensors });
}

async function firstEight(array: LazyArray): Promise<GgufValue> {
	const data = await array.read();
	if (array.elementType === 'array') throw new Error('no such file here');
	if (array.elementType !== 'string')
		return { type: 'array', of: array.elementType, values: Array.from(data as ArrayLike<number>).slice(0, 8) };
	const { bytes, offsets } = data as Extract<MetadataArrayData, { kind: 'strings' }>;
	const decoder = new TextDecoder();
	return {
		type: 'array',
		of: 'string',
		values: Array.from({ length: 8 }, (_, i) => decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]))),
	};
}

const encode = (text: string) => new TextEncoder().encode(text);
const config = encode(
	JSON.stringify({
		model_type: 'bert',
		hidden_size: 384,
		rope_scaling: { type: 'yarn', factor: 4.0 },
		architectures: ['BertModel'],
		layers: [1, 2, null, true],
	}),
);
const index = encode(
	JSON.stringify({ metadata: { total_size: 1 }, weight_map: { float32: 'model.safetensors', empty: 'model.safetensors' } }),
);
const safetensors = fixtureBytes('types.safetensors');
const split = Object.fromEntries([1, 2, 3].map((i) => [`split-0000${i}-of-00003.gguf`, fixtureBytes(`split-0000${i}-of-00003.gguf`)]));

/** What is damaged: one file of each (the first by turns with the others). */
const TARGETS: readonly (readonly [string, Files])[] = [
	['values.gguf', { 'a.gguf': fixtureBytes('values.gguf') }],
	['types.gguf', { 'a.gguf': fixtureBytes('types.gguf') }],
	['aligned.gguf', { 'a.gguf': fixtureBytes('aligned.gguf') }],
	['version2.gguf', { 'sha256-0': fixtureBytes('version2.gguf') }],
	['small model', { 'a.gguf': await ggufBytes(smallModel(2)) }],
	['split set', split],
	['gpt-2', { 'a.gguf': await shortened('../../models/gpt-2.gguf') }],
	['llama-2', { 'a.gguf': await shortened('../../models/llama-2.gguf') }],
	['falcon', { 'a.gguf': await shortened('../../models/falcon.gguf') }],
	['bert-bge', { 'a.gguf': await shortened('../../models/bert-bge.gguf') }],
	['safetensors', { 'a.safetensors': safetensors }],
	['folder', { 'model.safetensors': safetensors, 'config.json': config }],
	['sharded folder', { 'model.safetensors.index.json': index, 'model.safetensors': safetensors, 'config.json': config }],
	['tokenizer.json', { 'x.json': encode('{"version": "1.0", "truncation": null, "model": {"type": "BPE"}}') }],
];

/** Opens and then asks for everything once: all arrays, the first and last row of all tensors. */
async function readAll(files: ModelFiles): Promise<void> {
	const checkpoint = await openCheckpoint(files);
	for (const value of checkpoint.metadata.values()) if (isLazyArray(value)) await value.read();
	for (const tensor of checkpoint.tensors.values()) {
		const rows = rowCount(tensor);
		if (rows > 0) await readRows(tensor, [0, rows - 1]);
	}
}

// Header, arrays, rows, and the sniffing of kinds: none of them twice, but for the arrays.
fuzz({ targets: TARGETS, share: 1, readAll, maxRead: 3 });

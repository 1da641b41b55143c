// Real files in small: what the fuzzers damage.

import { readFileSync } from 'node:fs';
import { memorySource } from '../../src/bytes/memory.ts';
import type { LazyArray, MetadataArrayData } from '../../src/formats/checkpoint.ts';
import { isLazyArray } from '../../src/formats/get.ts';
import { readGguf } from '../../src/formats/gguf/read.ts';
import type { GgufValue } from '../../src/formats/gguf/write.ts';
import { ggufBytes, smallModel } from '../formats/make.ts';

/** A real file's header with its arrays cut to `length` entries, so that damage falls on structure. */
export async function shortened(model: string, length: number): Promise<Uint8Array> {
	const { entries, source } = await readGguf(memorySource(model, readFileSync(new URL(`../../models/${model}`, import.meta.url))));
	const metadata = new Map<string, GgufValue>();
	for (const [key, { value, byteOffset, byteLength }] of entries) {
		if (!isLazyArray(value)) metadata.set(key, { type: 'copy', source, byteOffset, byteLength });
		else metadata.set(key, await beginning(value, length));
	}
	return ggufBytes({ metadata, tensors: smallModel(1).tensors });
}

async function beginning(array: LazyArray, length: number): Promise<GgufValue> {
	const data = await array.read();
	if (array.elementType === 'array') throw new Error('no such file here');
	if (array.elementType !== 'string')
		return { type: 'array', of: array.elementType, values: Array.from(data as ArrayLike<number>).slice(0, length) };
	const { bytes, offsets } = data as Extract<MetadataArrayData, { kind: 'strings' }>;
	const decoder = new TextDecoder();
	return {
		type: 'array',
		of: 'string',
		values: Array.from({ length }, (_, i) => decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]))),
	};
}

// A GGUF file with keys and tensors added, changed or left out: what other programs and newer families write.

import { readFileSync } from 'node:fs';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ModelFiles } from '../../src/bytes/source.ts';
import type { TensorInfo } from '../../src/formats/checkpoint.ts';
import { readGguf } from '../../src/formats/gguf/read.ts';
import type { GgufValue } from '../../src/formats/gguf/write.ts';
import { ggufBytes } from './make.ts';

export interface GgufChange {
	/** undefined leaves the key out. */
	readonly keys?: Readonly<Record<string, GgufValue | undefined>>;
	readonly tensors?: readonly TensorInfo[];
	readonly without?: readonly string[];
}

export async function changedGguf(path: string, { keys = {}, tensors = [], without = [] }: GgufChange): Promise<ModelFiles> {
	const file = await readGguf(memorySource(path, readFileSync(path)));
	const metadata = new Map<string, GgufValue>();
	for (const [key, { byteOffset, byteLength }] of file.entries)
		metadata.set(key, { type: 'copy', source: file.source, byteOffset, byteLength });
	for (const [key, value] of Object.entries(keys)) {
		if (value) metadata.set(key, value);
		else metadata.delete(key);
	}
	const added = new Set([...tensors.map(({ name }) => name), ...without]);
	const kept = [...file.tensors.values()].filter(({ name }) => !added.has(name));
	const bytes = await ggufBytes({ metadata, tensors: [...kept, ...tensors], alignment: file.alignment });
	const name = path.slice(path.lastIndexOf('/') + 1);
	return { name, files: new Map([[name, memorySource(name, bytes)]]) };
}

/** A float32 tensor of these values. */
export function tensorOf(name: string, shape: readonly number[], values: readonly number[]): TensorInfo {
	const bytes = new Uint8Array(Float32Array.from(values).buffer);
	return { name, dtype: 'F32', shape, source: memorySource(name, bytes), byteOffset: 0, byteLength: bytes.length };
}

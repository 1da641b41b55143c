// Tables made of numbers that stand in a test: no files.

import { memorySource } from '../../src/bytes/memory.ts';
import { type EmbeddingTable, openTable } from '../../src/embedding/table.ts';
import type { TensorInfo } from '../../src/formats/checkpoint.ts';

/** Tensor info over bytes in memory, 64 bytes into its source. */
export function tensorOf(dtype: TensorInfo['dtype'], shape: readonly number[], bytes: Uint8Array): TensorInfo {
	const file = new Uint8Array(64 + bytes.length);
	file.set(bytes, 64);
	return { name: 'token_embd.weight', dtype, shape, source: memorySource('made.gguf', file), byteOffset: 64, byteLength: bytes.length };
}

/** A float32 table of these rows. */
export function tableOf(rows: readonly (readonly number[])[]): EmbeddingTable {
	return openTable(tensorOf('F32', [rows.length, rows[0]!.length], new Uint8Array(Float32Array.from(rows.flat()).buffer)));
}

/** Pseudo-random numbers, the same in each run: a linear congruential generator (Numerical Recipes), 0…2^32 − 1. */
export function generator(seed: number): () => number {
	let state = seed >>> 0;
	return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

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

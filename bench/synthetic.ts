// A model of the same shape with all matrices as Q8_0: what is stored otherwise is decoded and rounded.
// Rounding: ggml/src/ggml-quants.c quantize_row_q8_0_ref

import { open } from 'node:fs/promises';
import { fileSource } from '../hosts/node/file.ts';
import { memorySource } from '../src/bytes/memory.ts';
import type { TensorInfo } from '../src/formats/checkpoint.ts';
import { readGguf } from '../src/formats/gguf/read.ts';
import { type GgufValue, writeGguf } from '../src/formats/gguf/write.ts';
import { openCheckpoint } from '../src/formats/open.ts';
import { readTensorBytes } from '../src/formats/tensor-bytes.ts';
import { decodeTensor, dtypeOf, numberToHalf } from '../src/tensor/index.ts';

/** @returns the path written. */
export async function writeAsQ8(from: string, to: string): Promise<string> {
	const source = await fileSource(from);
	const checkpoint = await openCheckpoint({ name: from, files: new Map([['model.gguf', source]]) });
	const { entries, alignment } = await readGguf(source);
	const metadata = new Map<string, GgufValue>();
	for (const [key, { byteOffset, byteLength }] of entries) metadata.set(key, { type: 'copy', source, byteOffset, byteLength });
	const tensors: TensorInfo[] = [];
	for (const tensor of checkpoint.tensors.values()) tensors.push(tensor.shape.length === 2 ? await asQ8(tensor) : tensor);
	const file = await open(to, 'w');
	await writeGguf({ write: async (bytes) => void (await file.write(bytes)) }, { metadata, tensors, alignment });
	await file.close();
	await source.close();
	return to;
}

async function asQ8(tensor: TensorInfo): Promise<TensorInfo> {
	if (tensor.dtype === 'Q8_0') return tensor;
	const values = decodeTensor(dtypeOf(tensor.dtype), tensor.shape, await readTensorBytes(tensor));
	const out = new Uint8Array((values.length / 32) * 34);
	const quants = new Int8Array(out.buffer);
	for (let b = 0; b < values.length / 32; b++) {
		const block = values.subarray(b * 32, b * 32 + 32);
		const scale = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
		const half = numberToHalf(scale);
		out[b * 34] = half;
		out[b * 34 + 1] = half >> 8;
		for (let i = 0; i < 32; i++) quants[b * 34 + 2 + i] = scale ? Math.round(block[i]! / scale) : 0;
	}
	return { ...tensor, dtype: 'Q8_0', source: memorySource(tensor.name, out), byteOffset: 0, byteLength: out.length };
}

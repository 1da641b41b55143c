// Makes GGUF files in memory with our own writer, for the tests that need many.

import { memorySource } from '../../src/bytes/memory.ts';
import type { TensorInfo } from '../../src/formats/checkpoint.ts';
import { type GgufContent, type GgufValue, writeGguf } from '../../src/formats/gguf/write.ts';

export async function ggufBytes(content: GgufContent): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	await writeGguf({ write: async (bytes) => void parts.push(bytes.slice()) }, content);
	return new Uint8Array(Buffer.concat(parts));
}

/** A tensor of F32 values that count up from `first`. */
export function counting(name: string, shape: readonly number[], first = 0): TensorInfo {
	const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i);
	return {
		name,
		dtype: 'F32',
		shape,
		source: memorySource(name, new Uint8Array(values.buffer)),
		byteOffset: 0,
		byteLength: values.byteLength,
	};
}

/** A model of `blocks` blocks with every kind of key and tensor that extract has to think about. */
export function smallModel(blocks: number, more: Readonly<Record<string, GgufValue>> = {}): GgufContent {
	return {
		metadata: new Map<string, GgufValue>(
			Object.entries({
				'general.architecture': { type: 'string', value: 'test' },
				'test.block_count': { type: 'u32', value: blocks },
				'test.embedding_length': { type: 'u32', value: 4 },
				'test.attention.head_count_kv': { type: 'array', of: 'i32', values: Array.from({ length: blocks }, (_, i) => i + 1) },
				'test.attention.sliding_window_pattern': { type: 'array', of: 'bool', values: Array.from({ length: blocks }, (_, i) => i % 2) },
				'test.rope.dimension_sections': { type: 'array', of: 'i32', values: Array.from({ length: blocks }, () => 8) },
				'test.nextn_predict_layers': { type: 'u64', value: 1 },
				'tokenizer.ggml.tokens': { type: 'array', of: 'string', values: Array.from({ length: blocks }, (_, i) => `token${i}`) },
				'tokenizer.ggml.scores': { type: 'array', of: 'f32', values: Array.from({ length: blocks }, (_, i) => -i) },
				...more,
			}),
		),
		tensors: [
			counting('token_embd.weight', [5, 4]),
			counting('token_embd_norm.weight', [4], 100),
			...Array.from({ length: blocks }, (_, i) => [
				counting(`blk.${i}.attn_q.weight`, [4, 4], 1000 * i),
				counting(`blk.${i}.norm.weight`, [3], 1000 * i + 500),
			]).flat(),
			counting('output_norm.weight', [4], 200),
			counting('output.weight', [5, 4], 300),
		],
	};
}

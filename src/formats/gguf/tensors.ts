// GGUF tensor infos: name, shape, type, offset; all checked against the file before anyone asks for a byte.
// Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#file-structure; stricter rules: ggml/src/gguf.cpp

import type { HeaderReader } from '../../bytes/header-reader.ts';
import { TongsaError } from '../../errors.ts';
import type { TensorInfo } from '../checkpoint.ts';
import { malformed, readCount, readName, readU32 } from './fields.ts';
import { REMOVED_TENSOR_TYPES, TENSOR_TYPES, type TensorType } from './types.ts';

/** GGML_MAX_DIMS. */
const MAX_DIMENSIONS = 4;

/** A tensor before it is known where the data begins: byteOffset counts from there. */
export type RelativeTensor = Omit<TensorInfo, 'source'>;

export async function readTensorInfos(header: HeaderReader, count: number, alignment: number): Promise<Map<string, RelativeTensor>> {
	const tensors = new Map<string, RelativeTensor>();
	for (let i = 0; i < count; i++) {
		const name = await readName(header, `tensor name ${i}`);
		if (tensors.has(name)) throw malformed(header, 'a tensor stands twice', name);
		tensors.set(name, await readTensorInfo(header, name, alignment));
	}
	return tensors;
}

async function readTensorInfo(header: HeaderReader, name: string, alignment: number): Promise<RelativeTensor> {
	const refuse = (
		what: string,
		field: string,
		byteOffset: number,
		got: string | number,
		allowed: string,
		code: 'malformed' | 'unsupported' = 'malformed',
	) => new TongsaError(code, what, { file: header.source.name, tensor: name, field, byteOffset, got, allowed });

	const start = header.byteOffset;
	const rank = await readU32(header, `${name}: dimensions`);
	if (rank > MAX_DIMENSIONS) throw refuse('too many dimensions', 'n_dims', start, rank, `0 to ${MAX_DIMENSIONS}, as ggml has it`);
	// Fastest dimension first in the file.
	const dimensions: number[] = [];
	for (let d = 0; d < rank; d++) {
		dimensions.push(await readCount(header, `${name}: dimension ${d}`, Number.MAX_SAFE_INTEGER, 'what a JavaScript number counts exactly'));
	}
	const elements = dimensions.reduce((product, size) => product * size, 1);
	if (elements > Number.MAX_SAFE_INTEGER) {
		throw refuse('the dimensions multiply to too many values', 'dimensions', start + 4, dimensions.join(' × '), 'less than 2^53 values');
	}

	const typeOffset = header.byteOffset;
	const number = await readU32(header, `${name}: type`);
	const type = TENSOR_TYPES.get(number);
	if (!type) {
		const removed = REMOVED_TENSOR_TYPES.get(number);
		throw refuse(
			removed ? `a type that ggml has removed: ${removed}` : 'an unknown type of tensor',
			'type',
			typeOffset,
			number,
			[...TENSOR_TYPES].map(([known, { name }]) => `${known} ${name}`).join(', '),
			'unsupported',
		);
	}
	const row = dimensions[0] ?? 1;
	if (row % type.blockElements !== 0) {
		throw refuse(
			'a row is not whole blocks',
			'dimensions',
			start + 4,
			row,
			`a multiple of ${type.blockElements}, the block of ${type.name}`,
		);
	}

	const offsetOffset = header.byteOffset;
	const byteOffset = await readCount(header, `${name}: offset`, header.source.byteLength, 'the size of the file, which may not be whole');
	if (byteOffset % alignment !== 0) {
		throw refuse('a tensor that is not aligned', 'offset', offsetOffset, byteOffset, `multiples of ${alignment}, the file's alignment`);
	}
	return { name, dtype: type.name, shape: dimensions.reverse(), byteOffset, byteLength: byteLength(elements, type) };
}

function byteLength(elements: number, type: TensorType): number {
	return (elements / type.blockElements) * type.blockBytes;
}

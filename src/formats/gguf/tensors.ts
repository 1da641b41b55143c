// GGUF tensor infos: name, shape, type, offset; all checked against the file before anyone asks for a byte.
// Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#file-structure; stricter rules: ggml/src/gguf.cpp

import type { HeaderReader } from '../../bytes/header-reader.ts';
import { TongsaError } from '../../errors.ts';
import type { TensorInfo } from '../checkpoint.ts';
import { malformed, readCount, readName, readU32 } from './fields.ts';
import { TENSOR_TYPES, type TensorType } from './types.ts';

/** GGML_MAX_DIMS. */
const MAX_DIMENSIONS = 4;

/** A tensor before it is known where the data begins: byteOffset counts from there. Of an unknown type, also how long it is. */
export type RelativeTensor = Omit<TensorInfo, 'source' | 'byteLength'> & { readonly byteLength: number | undefined };

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
	const refuse = (what: string, field: string, byteOffset: number, got: string | number, allowed: string) =>
		new TongsaError('malformed', what, { file: header.source.name, tensor: name, field, byteOffset, got, allowed });

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

	const number = await readU32(header, `${name}: type`);
	const type = TENSOR_TYPES.get(number);
	const row = dimensions[0] ?? 1;
	if (type && row % type.blockElements !== 0) {
		throw refuse(
			'a row is not whole blocks',
			'dimensions',
			start + 4,
			row,
			`a multiple of ${type.blockElements}, the block of ${type.name}`,
		);
	}

	const offsetOffset = header.byteOffset;
	const byteOffset = await readCount(header, `${name}: offset`, Number.MAX_SAFE_INTEGER - 2 ** 32, 'beyond any file');
	if (byteOffset % alignment !== 0) {
		throw refuse('a tensor that is not aligned', 'offset', offsetOffset, byteOffset, `multiples of ${alignment}, the file's alignment`);
	}
	return {
		name,
		// Another program's type, or a newer one: this tensor cannot be decoded, and the rest of the file still opens.
		dtype: type?.name ?? `type ${number}`,
		shape: dimensions.reverse(),
		byteOffset,
		byteLength: type || elements === 0 ? byteLength(elements, type) : undefined,
	};
}

function byteLength(elements: number, type: TensorType | undefined): number {
	return type ? (elements / type.blockElements) * type.blockBytes : 0;
}

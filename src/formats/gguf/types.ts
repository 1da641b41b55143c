// GGUF's two tables of numbers: kinds of metadata values, and kinds of tensors.
// Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; numbers: ggml/include/gguf.h, ggml.h, block sizes: ggml-common.h

import { dtypeByGgmlType } from '../../tensor/dtypes.ts';
import type { LazyArray, TensorInfo } from '../checkpoint.ts';

export type ElementType = LazyArray['elementType'];
type NumericArray = Exclude<Awaited<ReturnType<LazyArray['read']>>, { readonly kind: 'strings' } | readonly unknown[]>;

/** How one kind of metadata value lies in the file. */
export interface ValueType {
	readonly name: ElementType;
	/** Bytes of one value; for strings and arrays the fewest that one takes: its length, its element type and length. */
	readonly minBytes: number;
	/** Numbers only: one value; a view of many; many as an array of their own. */
	readonly numeric?: {
		readonly get: (view: DataView, at: number) => number | bigint;
		readonly view: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => NumericArray;
		readonly pack: (values: ArrayLike<number | bigint>) => NumericArray;
	};
}

type Getter<N> = (view: DataView, at: number) => N;
interface ArrayType<N> {
	new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericArray;
	from(values: ArrayLike<N>): NumericArray;
	readonly BYTES_PER_ELEMENT: number;
}

function small(name: ElementType, array: ArrayType<number>, get: Getter<number>): ValueType {
	return {
		name,
		minBytes: array.BYTES_PER_ELEMENT,
		numeric: { get, view: array, pack: (values) => array.from(Array.from(values, Number)) },
	};
}

function big(name: ElementType, array: ArrayType<bigint>, get: Getter<bigint>): ValueType {
	return {
		name,
		minBytes: array.BYTES_PER_ELEMENT,
		numeric: { get, view: array, pack: (values) => array.from(Array.from(values, BigInt)) },
	};
}

/** Index = the number in the file (gguf.h, enum gguf_type). Little-endian, as every machine that runs JavaScript today. */
export const VALUE_TYPES: readonly ValueType[] = [
	small('u8', Uint8Array, (view, at) => view.getUint8(at)),
	small('i8', Int8Array, (view, at) => view.getInt8(at)),
	small('u16', Uint16Array, (view, at) => view.getUint16(at, true)),
	small('i16', Int16Array, (view, at) => view.getInt16(at, true)),
	small('u32', Uint32Array, (view, at) => view.getUint32(at, true)),
	small('i32', Int32Array, (view, at) => view.getInt32(at, true)),
	small('f32', Float32Array, (view, at) => view.getFloat32(at, true)),
	small('bool', Uint8Array, (view, at) => view.getUint8(at)),
	{ name: 'string', minBytes: 8 },
	{ name: 'array', minBytes: 12 },
	big('u64', BigUint64Array, (view, at) => view.getBigUint64(at, true)),
	big('i64', BigInt64Array, (view, at) => view.getBigInt64(at, true)),
	small('f64', Float64Array, (view, at) => view.getFloat64(at, true)),
];

/** What reading a tensor's place takes of its type. */
export interface TensorType {
	readonly name: TensorInfo['dtype'];
	readonly blockElements: number;
	readonly blockBytes: number;
}

/** Types that ggml has and Tongsa does not decode: block sizes from ggml-common.h. */
const FOREIGN_TYPES: readonly (readonly [number, TensorType])[] = [
	[9, { name: 'Q8_1', blockElements: 32, blockBytes: 36 }],
	[15, { name: 'Q8_K', blockElements: 256, blockBytes: 292 }],
	[40, { name: 'NVFP4', blockElements: 64, blockBytes: 36 }],
	[41, { name: 'Q1_0', blockElements: 128, blockBytes: 18 }],
	[42, { name: 'Q2_0', blockElements: 64, blockBytes: 18 }],
];

/** The number in the file → type (ggml.h, enum ggml_type). */
export const TENSOR_TYPES: ReadonlyMap<number, TensorType> = new Map([...dtypeByGgmlType, ...FOREIGN_TYPES].sort(([a], [b]) => a - b));

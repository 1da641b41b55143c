// The dtype table: every type that Tongsa decodes, by name and by GGUF's number, and what follows from it for a whole tensor.
// Values are bit-equal to the gguf Python package's `dequantize`; see `dtypes` for what it lacks

import { TongsaError } from '../errors.ts';
import { block32Types } from './blocks32.ts';
import type { DType, DTypeName } from './dtype.ts';
import { iqTypes } from './iquants.ts';
import { kQuantTypes } from './kquants.ts';
import { mxfp4Types } from './mxfp4.ts';
import { plainTypes } from './plain.ts';
import { elementCount } from './shape.ts';
import { ternaryTypes } from './ternary.ts';

const all: readonly DType[] = [...plainTypes, ...block32Types, ...kQuantTypes, ...iqTypes, ...ternaryTypes, ...mxfp4Types];

/**
 * Type name → how its values lie in bytes and how they decode.
 *
 * Every NaN that is computed (a NaN or infinite scale × 0) is the NaN of the machine: its payload and sign bit are not part of the promise.
 * F32 and BF16, which only copy bits, keep payloads; F16 and F64 do not.
 * The gguf package has no F64, F8, integer or BOOL conversion: those are held against NumPy's `astype(float32)` and PyTorch's
 * float8_e4m3fn and float8_e5m2 instead, BOOL (0 → 0, anything else → 1) against its definition.
 * I64 and U64 are rounded to float32 once, to nearest, ties to even, as NumPy's `astype(float32)` does.
 */
export const dtypes = Object.fromEntries(all.map((dtype) => [dtype.name, dtype])) as Readonly<Record<DTypeName, DType>>;

/** GGUF's number (enum ggml_type) → type. Numbers that are missing here are listed, with what to say, in formats/gguf/types.ts. */
export const dtypeByGgmlType: ReadonlyMap<number, DType> = new Map(
	all.flatMap((dtype) => (dtype.ggmlType === undefined ? [] : [[dtype.ggmlType, dtype] as const])),
);

/** Safetensors' dtype string → type. Its F8_E4M3 is PyTorch's float8_e4m3fn. Other strings (F4, C64, …) are formats' business to refuse. */
export const dtypeBySafetensorsName: ReadonlyMap<string, DType> = new Map(plainTypes.map((dtype) => [dtype.name, dtype]));

/** The type of that name. @throws TongsaError 'unsupported' for a type that Tongsa lists but does not decode (Q8_1, F8_E8M0, …). */
export function dtypeOf(name: string): DType {
	const dtype = Object.hasOwn(dtypes, name) ? dtypes[name as DTypeName] : undefined;
	if (dtype) return dtype;
	throw new TongsaError('unsupported', 'a tensor type that is not decoded', {
		field: 'dtype',
		got: name,
		allowed: Object.keys(dtypes).join(', '),
		...(name.startsWith('type ') && {
			hint: 'Another program may have written it, or a version of ggml that has taken the type back: convert the model again',
		}),
	});
}

/**
 * Bytes of a tensor. Shape is row-major: the last dimension is one row, and must be whole blocks.
 *
 *     tensorByteLength(dtypes.Q4_0, [2, 64]) // 2 rows of 2 blocks of 18 bytes: 72
 *
 * @throws TongsaError 'wrong-shape', 'too-large'.
 */
export function tensorByteLength(dtype: DType, shape: readonly number[]): number {
	const row = shape.at(-1) ?? 1;
	if (row % dtype.blockElements !== 0) {
		throw new TongsaError('wrong-shape', 'a row is not whole blocks', {
			field: 'shape',
			got: shape.join(' × '),
			allowed: `rows of a multiple of ${dtype.blockElements} values, the block of ${dtype.name}`,
		});
	}
	const byteLength = (elementCount(shape) / dtype.blockElements) * dtype.blockBytes;
	if (byteLength > Number.MAX_SAFE_INTEGER) {
		throw new TongsaError('too-large', 'a tensor of too many bytes', {
			field: 'shape',
			got: shape.join(' × '),
			allowed: 'less than 2^53 bytes, what a JavaScript number counts exactly',
		});
	}
	return byteLength;
}

/**
 * Bytes → all values of the tensor, float32, row-major. `out` saves the allocation.
 *
 *     decodeTensor(dtypes.I8, [2], Uint8Array.of(1, 255)) // [1, -1]
 *
 * @throws TongsaError 'wrong-shape' when bytes, shape and `out` do not agree.
 */
export function decodeTensor(dtype: DType, shape: readonly number[], bytes: Uint8Array, out?: Float32Array): Float32Array {
	const byteLength = tensorByteLength(dtype, shape);
	const elements = elementCount(shape);
	if (bytes.byteLength !== byteLength) {
		throw new TongsaError('wrong-shape', 'bytes and shape do not agree', {
			field: `${dtype.name} ${shape.join(' × ')}`,
			got: `${bytes.byteLength} bytes`,
			allowed: `${byteLength} bytes`,
		});
	}
	if (out && out.length !== elements) {
		throw new TongsaError('wrong-shape', 'the output does not fit the tensor', {
			field: 'out',
			got: out.length,
			allowed: `${elements} values`,
		});
	}
	const values = out ?? new Float32Array(elements);
	dtype.decode(bytes, 0, elements / dtype.blockElements, values, 0);
	return values;
}

// Plain types: one value a block. Floats keep their bits where float32 can hold them; integers are rounded once, to nearest even.
// Sources: GGUF's ggml_type (ggml/include/ggml.h); safetensors' Dtype (safetensors/src/tensor.rs). All little-endian, as every host of Tongsa is

import type { Decode, DType, DTypeName } from './dtype.ts';
import { F8_E4M3_VALUES, F8_E5M2_VALUES, floatBits, halfToNumber } from './floats.ts';

/** Float32's bits as they are: NaN payloads too. */
const decodeF32: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const target = new Uint8Array(out.buffer, out.byteOffset + outOffset * 4, blocks * 4);
	target.set(bytes.subarray(byteOffset, byteOffset + blocks * 4));
};

/** Normal halves by bit arithmetic (exponent bias 15 → 127), the others by value. */
const decodeF16: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const words = new Uint32Array(out.buffer, out.byteOffset + outOffset * 4, blocks);
	for (let i = 0, at = byteOffset; i < blocks; i++, at += 2) {
		const bits = bytes[at]! | (bytes[at + 1]! << 8);
		const exponent = bits & 0x7c00;
		words[i] =
			exponent !== 0 && exponent !== 0x7c00
				? ((bits & 0x8000) << 16) | (((bits & 0x7fff) << 13) + 0x38000000)
				: floatBits(halfToNumber(bits));
	}
};

/** The upper half of a float32: NaN payloads stay. */
const decodeBF16: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const words = new Uint32Array(out.buffer, out.byteOffset + outOffset * 4, blocks);
	for (let i = 0, at = byteOffset; i < blocks; i++, at += 2) words[i] = (bytes[at]! << 16) | (bytes[at + 1]! << 24);
};

/** One byte, one value of a table. */
const byTable =
	(values: Float32Array): Decode =>
	(bytes, byteOffset, blocks, out, outOffset) => {
		for (let i = 0; i < blocks; i++) out[outOffset + i] = values[bytes[byteOffset + i]!]!;
	};

/** Values that a DataView reads as numbers: the store to float32 rounds once. */
const byView =
	(blockBytes: number, get: (view: DataView, at: number) => number): Decode =>
	(bytes, byteOffset, blocks, out, outOffset) => {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		for (let i = 0; i < blocks; i++) out[outOffset + i] = get(view, byteOffset + i * blockBytes);
	};

/**
 * 64 bits → a number that rounds to the same float32 as the integer does. Below 2^53 it is the integer itself. Above, going through a
 * 53-bit number would round twice; so the 11 lowest bits are first folded into one sticky bit ("round to odd"), far below float32's last place.
 */
function wide(high: number, low: number): number {
	if (high >= -0x200000 && high < 0x200000) return high * 2 ** 32 + low;
	return high * 2 ** 32 + ((low & 0xfffff800) >>> 0) + (low & 0x7ff && !(low & 0x800) ? 0x800 : 0);
}

const plain = (name: DTypeName, blockBytes: number, decode: Decode, source: string, ggmlType?: number): DType => ({
	name,
	blockElements: 1,
	blockBytes,
	decode,
	source,
	...(ggmlType === undefined ? {} : { ggmlType }),
});

const IEEE = 'IEEE 754-2008';
const GGML = 'ggml/include/ggml.h enum ggml_type';
const SAFETENSORS = 'safetensors/src/tensor.rs enum Dtype';
const OCP = 'OCP 8-bit Floating Point Specification 1.0';

export const plainTypes: readonly DType[] = [
	plain(
		'F64',
		8,
		byView(8, (view, at) => view.getFloat64(at, true)),
		IEEE,
		28,
	),
	plain('F32', 4, decodeF32, IEEE, 0),
	plain('F16', 2, decodeF16, IEEE, 1),
	plain('BF16', 2, decodeBF16, 'upper 16 bits of a float32: ggml/src/ggml-impl.h ggml_compute_bf16_to_fp32', 30),
	plain('F8_E4M3', 1, byTable(F8_E4M3_VALUES), OCP),
	plain('F8_E5M2', 1, byTable(F8_E5M2_VALUES), OCP),
	plain('I8', 1, byTable(Float32Array.from({ length: 256 }, (_, i) => (i << 24) >> 24)), GGML, 24),
	plain(
		'I16',
		2,
		byView(2, (view, at) => view.getInt16(at, true)),
		GGML,
		25,
	),
	plain(
		'I32',
		4,
		byView(4, (view, at) => view.getInt32(at, true)),
		GGML,
		26,
	),
	plain(
		'I64',
		8,
		byView(8, (view, at) => wide(view.getInt32(at + 4, true), view.getUint32(at, true))),
		GGML,
		27,
	),
	plain('U8', 1, byTable(Float32Array.from({ length: 256 }, (_, i) => i)), SAFETENSORS),
	plain(
		'U16',
		2,
		byView(2, (view, at) => view.getUint16(at, true)),
		SAFETENSORS,
	),
	plain(
		'U32',
		4,
		byView(4, (view, at) => view.getUint32(at, true)),
		SAFETENSORS,
	),
	plain(
		'U64',
		8,
		byView(8, (view, at) => wide(view.getUint32(at + 4, true), view.getUint32(at, true))),
		SAFETENSORS,
	),
	plain('BOOL', 1, byTable(Float32Array.from({ length: 256 }, (_, i) => (i ? 1 : 0))), SAFETENSORS),
];

// The ternary formats: 256 values of −1, 0, 1 under one half, as base-3 digits (TQ1_0) or two bits each (TQ2_0).
// ggml/src/ggml-quants.c dequantize_row_tq1_0, dequantize_row_tq2_0

import type { Decode, DType } from './dtype.ts';
import { halfAt } from './floats.ts';

/** Byte → its n-th base-3 digit minus one, at 256·n + byte. A byte holds five digits as a fraction of 243 scaled to 256: take ·3, look at the carry. */
const DIGITS = Int8Array.from({ length: 5 * 256 }, (_, i) => (((((i & 255) * 3 ** (i >> 8)) & 255) * 3) >> 8) - 1);

/** One stretch of TQ1_0: `digits` digits of each of `width` bytes, digit by digit. Returns where the output stands afterwards. */
function decodeDigits(bytes: Uint8Array, at: number, width: number, digits: number, d: number, out: Float32Array, o: number): number {
	for (let n = 0; n < digits; n++, o += width) {
		for (let l = 0; l < width; l++) out[o + l] = d * DIGITS[n * 256 + bytes[at + l]!]!;
	}
	return o;
}

/** qs[48] with five digits a byte (32 bytes, then 16), qh[4] with four, d:f16. */
const decodeTQ1_0: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 54) {
		const d = halfAt(bytes, at + 52);
		o = decodeDigits(bytes, at, 32, 5, d, out, o);
		o = decodeDigits(bytes, at + 32, 16, 5, d, out, o);
		o = decodeDigits(bytes, at + 48, 4, 4, d, out, o);
	}
};

/** qs[64], d:f16: y = d·(q − 1). The code 3, which no writer makes, decodes to 2·d as in the reference. */
const decodeTQ2_0: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 66) {
		const d = halfAt(bytes, at + 64);
		for (let g = 0; g < 8; g++, o += 32) {
			const shift = (g & 3) * 2;
			const qs = at + (g >> 2) * 32;
			for (let l = 0; l < 32; l++) out[o + l] = d * (((bytes[qs + l]! >> shift) & 3) - 1);
		}
	}
};

export const ternaryTypes: readonly DType[] = [
	{
		name: 'TQ1_0',
		ggmlType: 34,
		blockElements: 256,
		blockBytes: 54,
		decode: decodeTQ1_0,
		source: 'ggml/src/ggml-quants.c dequantize_row_tq1_0',
	},
	{
		name: 'TQ2_0',
		ggmlType: 35,
		blockElements: 256,
		blockBytes: 66,
		decode: decodeTQ2_0,
		source: 'ggml/src/ggml-quants.c dequantize_row_tq2_0',
	},
];

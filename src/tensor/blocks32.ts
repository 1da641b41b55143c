// The 32-value block formats: a half as scale (and one as minimum), then 4, 5 or 8 bits a value.
// ggml/src/ggml-quants.c dequantize_row_q4_0 … q8_0; layouts: ggml/src/ggml-common.h

// Numbers: scale × quant has at most 11 + 8 significant bits, so it is exact in float32; a minimum is added exactly in JavaScript's
// 53 bits; the store to float32 rounds once, as the reference does. No other rounding takes place.

import type { Decode, DType, DTypeName } from './dtype.ts';
import { halfAt } from './floats.ts';

/** d:f16, qs[16]: y[j] = d·(low nibble of qs[j] − 8), y[j + 16] = d·(high nibble − 8). */
const decodeQ4_0: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 18, o += 32) {
		const d = halfAt(bytes, at);
		for (let j = 0; j < 16; j++) {
			const q = bytes[at + 2 + j]!;
			out[o + j] = d * ((q & 15) - 8);
			out[o + j + 16] = d * ((q >> 4) - 8);
		}
	}
};

/** d:f16, m:f16, qs[16]: y = d·nibble + m. */
const decodeQ4_1: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 20, o += 32) {
		const d = halfAt(bytes, at);
		const m = halfAt(bytes, at + 2);
		for (let j = 0; j < 16; j++) {
			const q = bytes[at + 4 + j]!;
			out[o + j] = d * (q & 15) + m;
			out[o + j + 16] = d * (q >> 4) + m;
		}
	}
};

/** d:f16, qh:u32, qs[16]: bit j of qh is the fifth bit of value j; y = d·(q − 16). */
const decodeQ5_0: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 22, o += 32) {
		const d = halfAt(bytes, at);
		const low = bytes[at + 2]! | (bytes[at + 3]! << 8);
		const high = bytes[at + 4]! | (bytes[at + 5]! << 8);
		for (let j = 0; j < 16; j++) {
			const q = bytes[at + 6 + j]!;
			out[o + j] = d * (((q & 15) | (((low >> j) & 1) << 4)) - 16);
			out[o + j + 16] = d * (((q >> 4) | (((high >> j) & 1) << 4)) - 16);
		}
	}
};

/** d:f16, m:f16, qh:u32, qs[16]: as Q5_0 with y = d·q + m. */
const decodeQ5_1: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 24, o += 32) {
		const d = halfAt(bytes, at);
		const m = halfAt(bytes, at + 2);
		const low = bytes[at + 4]! | (bytes[at + 5]! << 8);
		const high = bytes[at + 6]! | (bytes[at + 7]! << 8);
		for (let j = 0; j < 16; j++) {
			const q = bytes[at + 8 + j]!;
			out[o + j] = d * ((q & 15) | (((low >> j) & 1) << 4)) + m;
			out[o + j + 16] = d * ((q >> 4) | (((high >> j) & 1) << 4)) + m;
		}
	}
};

/** d:f16, qs:i8[32]: y = d·q. */
const decodeQ8_0: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 34, o += 32) {
		const d = halfAt(bytes, at);
		for (let j = 0; j < 32; j++) out[o + j] = d * ((bytes[at + 2 + j]! << 24) >> 24);
	}
};

const block32 = (name: DTypeName, ggmlType: number, blockBytes: number, decode: Decode): DType => ({
	name,
	ggmlType,
	blockElements: 32,
	blockBytes,
	decode,
	source: `ggml/src/ggml-quants.c dequantize_row_${name.toLowerCase()}`,
});

export const block32Types: readonly DType[] = [
	block32('Q4_0', 2, 18, decodeQ4_0),
	block32('Q4_1', 3, 20, decodeQ4_1),
	block32('Q5_0', 6, 22, decodeQ5_0),
	block32('Q5_1', 7, 24, decodeQ5_1),
	block32('Q8_0', 8, 34, decodeQ8_0),
];

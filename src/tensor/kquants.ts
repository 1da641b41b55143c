// The K-quants: 256 values a block, in groups of 16 or 32 with their own small scales (and minima) under one or two halves.
// ggml/src/ggml-quants.c dequantize_row_q2_K … q6_K; layouts: ggml/src/ggml-common.h

// Numbers: half × group scale × quant has at most 11 + 7 + 5 = 23 significant bits, so it is exact in float32; a minimum is taken away
// exactly in JavaScript's 53 bits (2^-24 to 2^27 is 51); the store to float32 rounds once, as the reference does.

import type { Decode, DType, DTypeName } from './dtype.ts';
import { halfAt } from './floats.ts';

/**
 * scales[16] (low nibble scale, high nibble minimum), qs[64], d:f16, dmin:f16. Group g of 16 values has the bits 2·(g/2 mod 4) of 16 bytes
 * of qs: y = d·scale·q − dmin·minimum.
 */
const decodeQ2_K: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 84) {
		const d = halfAt(bytes, at + 80);
		const dmin = halfAt(bytes, at + 82);
		for (let g = 0; g < 16; g++, o += 16) {
			const scale = bytes[at + g]!;
			const dl = d * (scale & 15);
			const ml = dmin * (scale >> 4);
			const shift = g & 6;
			const qs = at + 16 + (g >> 3) * 32 + (g & 1) * 16;
			for (let l = 0; l < 16; l++) out[o + l] = dl * ((bytes[qs + l]! >> shift) & 3) - ml;
		}
	}
};

/**
 * hmask[32], qs[64], scales[12], d:f16. Scale g: low 4 bits in scales[g mod 8], high 2 in scales[8 + g mod 4], minus 32.
 * Third bit of a value: set in hmask means + 0, clear means − 4. y = d·scale·q.
 */
const decodeQ3_K: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 110) {
		const d = halfAt(bytes, at + 108);
		for (let g = 0; g < 16; g++, o += 16) {
			const low = (bytes[at + 96 + (g & 7)]! >> (g & 8 ? 4 : 0)) & 15;
			const high = (bytes[at + 104 + (g & 3)]! >> ((g >> 2) * 2)) & 3;
			const dl = d * ((low | (high << 4)) - 32);
			const shift = g & 6;
			const bit = g >> 1;
			const hmask = at + (g & 1) * 16;
			const qs = at + 32 + (g >> 3) * 32 + (g & 1) * 16;
			for (let l = 0; l < 16; l++) {
				out[o + l] = dl * (((bytes[qs + l]! >> shift) & 3) - (((bytes[hmask + l]! >> bit) & 1) ^ 1) * 4);
			}
		}
	}
};

/** Six-bit scale of group g (0…7) in the twelve bytes at `at` that Q4_K and Q5_K share. */
function groupScale(bytes: Uint8Array, at: number, g: number): number {
	return g < 4 ? bytes[at + g]! & 63 : (bytes[at + g + 4]! & 15) | ((bytes[at + g - 4]! >> 6) << 4);
}

/** Six-bit minimum of group g, beside the scales. */
function groupMinimum(bytes: Uint8Array, at: number, g: number): number {
	return g < 4 ? bytes[at + g + 4]! & 63 : (bytes[at + g + 4]! >> 4) | ((bytes[at + g]! >> 6) << 4);
}

/** d:f16, dmin:f16, scales[12], qs[128]. Groups 2k and 2k + 1 of 32 values are the low and high nibbles of 32 bytes: y = d·scale·q − dmin·minimum. */
const decodeQ4_K: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 144) {
		const d = halfAt(bytes, at);
		const dmin = halfAt(bytes, at + 2);
		for (let g = 0; g < 8; g++, o += 32) {
			const dl = d * groupScale(bytes, at + 4, g);
			const ml = dmin * groupMinimum(bytes, at + 4, g);
			const shift = (g & 1) * 4;
			const qs = at + 16 + (g >> 1) * 32;
			for (let l = 0; l < 32; l++) out[o + l] = dl * ((bytes[qs + l]! >> shift) & 15) - ml;
		}
	}
};

/** d:f16, dmin:f16, scales[12], qh[32], qs[128]: as Q4_K, bit g of qh[l] is the fifth bit. */
const decodeQ5_K: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 176) {
		const d = halfAt(bytes, at);
		const dmin = halfAt(bytes, at + 2);
		for (let g = 0; g < 8; g++, o += 32) {
			const dl = d * groupScale(bytes, at + 4, g);
			const ml = dmin * groupMinimum(bytes, at + 4, g);
			const shift = (g & 1) * 4;
			const qh = at + 16;
			const qs = at + 48 + (g >> 1) * 32;
			for (let l = 0; l < 32; l++) {
				out[o + l] = dl * (((bytes[qs + l]! >> shift) & 15) | (((bytes[qh + l]! >> g) & 1) << 4)) - ml;
			}
		}
	}
};

/** ql[128], qh[64], scales:i8[16], d:f16. Four lower bits from ql, two upper ones from qh: y = d·scale·(q − 32). */
const decodeQ6_K: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 210) {
		const d = halfAt(bytes, at + 208);
		for (let g = 0; g < 16; g++, o += 16) {
			const dl = d * ((bytes[at + 192 + g]! << 24) >> 24);
			const lowShift = g & 4;
			const highShift = g & 6;
			const ql = at + (g >> 3) * 64 + (g & 3) * 16;
			const qh = at + 128 + (g >> 3) * 32 + (g & 1) * 16;
			for (let l = 0; l < 16; l++) {
				out[o + l] = dl * ((((bytes[ql + l]! >> lowShift) & 15) | (((bytes[qh + l]! >> highShift) & 3) << 4)) - 32);
			}
		}
	}
};

const kQuant = (name: DTypeName, ggmlType: number, blockBytes: number, decode: Decode): DType => ({
	name,
	ggmlType,
	blockElements: 256,
	blockBytes,
	decode,
	source: `ggml/src/ggml-quants.c dequantize_row_${name.replace('Q', 'q')}`,
});

export const kQuantTypes: readonly DType[] = [
	kQuant('Q2_K', 10, 84, decodeQ2_K),
	kQuant('Q3_K', 11, 110, decodeQ3_K),
	kQuant('Q4_K', 12, 144, decodeQ4_K),
	kQuant('Q5_K', 13, 176, decodeQ5_K),
	kQuant('Q6_K', 14, 210, decodeQ6_K),
];

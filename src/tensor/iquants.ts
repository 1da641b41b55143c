// The IQ formats: 4-bit codes into a table of 16 levels (IQ4), or rows of a codebook with signs (IQ1, IQ2, IQ3).
// ggml/src/ggml-quants.c dequantize_row_iq1_s … iq4_xs; layouts: ggml/src/ggml-common.h; order of fields as in gguf-py/gguf/quants.py

// Numbers: half × group factor × level has at most 11 + 6 + 7 = 24 significant bits, so nothing is rounded before or at the store.

import type { Decode, DType, DTypeName } from './dtype.ts';
import { halfAt } from './floats.ts';
import { GRIDS, type PackedGrid } from './grids.ts';

/** A codebook unpacked when it is first needed: starting up pays nothing for it. */
function codebook({ rows, width, bits, values, base64 }: PackedGrid): () => Int8Array {
	let grid: Int8Array | undefined;
	return () => {
		if (grid) return grid;
		const packed = atob(base64);
		const perByte = 8 / bits;
		grid = Int8Array.from({ length: rows * width }, (_, i) => {
			const code = (packed.charCodeAt(Math.floor(i / perByte)) >> ((i % perByte) * bits)) & ((1 << bits) - 1);
			return values[code]!;
		});
		return grid;
	};
}

const iq1Grid = codebook(GRIDS.IQ1_S);
const iq2xxsGrid = codebook(GRIDS.IQ2_XXS);
const iq2xsGrid = codebook(GRIDS.IQ2_XS);
const iq2sGrid = codebook(GRIDS.IQ2_S);
const iq3xxsGrid = codebook(GRIDS.IQ3_XXS);
const iq3sGrid = codebook(GRIDS.IQ3_S);

/** Seven sign bits → eight: the last one makes the number of minus signs even. */
const SIGNS = Uint8Array.from({ length: 128 }, (_, i) => {
	let odd = i;
	for (const shift of [4, 2, 1]) odd ^= odd >> shift;
	return i | ((odd & 1) << 7);
});

/** The 16 levels of IQ4_NL and IQ4_XS. */
const IQ4_LEVELS = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

/** `count` values of a codebook from `row`, each negated where its bit of `signs` is set. */
function putSigned(out: Float32Array, o: number, count: number, d: number, grid: Int8Array, row: number, signs: number): void {
	for (let l = 0; l < count; l++) {
		const minus = (signs >> l) & 1;
		out[o + l] = d * ((grid[row + l]! ^ -minus) + minus); // −x is ~x + 1: no branch on random bits
	}
}

/** d:f16, then 8 × (4 rows:u8, u32 of 4 × 7 sign bits and a 4-bit scale). y = ± d·(½ + scale)/4·row. */
const decodeIQ2_XXS: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const grid = iq2xxsGrid();
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 66) {
		const d = halfAt(bytes, at);
		for (let g = 0, p = at + 2; g < 8; g++, p += 8) {
			const word = bytes[p + 4]! | (bytes[p + 5]! << 8) | (bytes[p + 6]! << 16) | (bytes[p + 7]! << 24);
			const db = d * (0.5 + (word >>> 28)) * 0.25;
			for (let k = 0; k < 4; k++, o += 8) putSigned(out, o, 8, db, grid, bytes[p + k]! * 8, SIGNS[(word >> (7 * k)) & 127]!);
		}
	}
};

/** d:f16, qs:u16[32] (9 bits of row, 7 of signs), scales[8] (a nibble for each 16 values). */
const decodeIQ2_XS: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const grid = iq2xsGrid();
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 74) {
		const d = halfAt(bytes, at);
		for (let k = 0; k < 32; k++, o += 8) {
			const scale = (bytes[at + 66 + (k >> 2)]! >> ((k & 2) * 2)) & 15;
			const low = bytes[at + 2 + 2 * k]!;
			const high = bytes[at + 3 + 2 * k]!;
			putSigned(out, o, 8, d * (0.5 + scale) * 0.25, grid, (low | ((high & 1) << 8)) * 8, SIGNS[high >> 1]!);
		}
	}
};

/** d:f16, qs[32] low bits of rows, signs[32], qh[8] two upper bits a row, scales[8]. */
const decodeIQ2_S: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const grid = iq2sGrid();
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 82) {
		const d = halfAt(bytes, at);
		for (let k = 0; k < 32; k++, o += 8) {
			const scale = (bytes[at + 74 + (k >> 2)]! >> ((k & 2) * 2)) & 15;
			const row = bytes[at + 2 + k]! | (((bytes[at + 66 + (k >> 2)]! >> ((k & 3) * 2)) & 3) << 8);
			putSigned(out, o, 8, d * (0.5 + scale) * 0.25, grid, row * 8, bytes[at + 34 + k]!);
		}
	}
};

/** d:f16, qs[64] rows of four, then 8 × u32 of 4 × 7 sign bits and a 4-bit scale. y = ± d·(½ + scale)/2·row. */
const decodeIQ3_XXS: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const grid = iq3xxsGrid();
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 98) {
		const d = halfAt(bytes, at);
		for (let g = 0, p = at + 66; g < 8; g++, p += 4) {
			const word = bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
			const db = d * (0.5 + (word >>> 28)) * 0.5;
			for (let k = 0; k < 4; k++, o += 8) {
				const signs = SIGNS[(word >> (7 * k)) & 127]!;
				const qs = at + 2 + g * 8 + k * 2;
				putSigned(out, o, 4, db, grid, bytes[qs]! * 4, signs);
				putSigned(out, o + 4, 4, db, grid, bytes[qs + 1]! * 4, signs >> 4);
			}
		}
	}
};

/** d:f16, qs[64] low bits of rows of four, qh[8] a ninth bit each, signs[32], scales[4] (a nibble for each 32 values). y = ± d·(1 + 2·scale)·row. */
const decodeIQ3_S: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const grid = iq3sGrid();
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 110) {
		const d = halfAt(bytes, at);
		for (let k = 0; k < 64; k++, o += 4) {
			const scale = (bytes[at + 106 + (k >> 4)]! >> ((k & 8) >> 1)) & 15;
			const row = bytes[at + 2 + k]! | (((bytes[at + 66 + (k >> 3)]! >> (k & 7)) & 1) << 8);
			putSigned(out, o, 4, d * (1 + 2 * scale), grid, row * 4, bytes[at + 74 + (k >> 1)]! >> ((k & 1) * 4));
		}
	}
};

/** What IQ1 adds to or takes from each −1, 0, 1 of its codebook. */
const DELTA = 0.125;

/** d:f16, qs[32] low bits of rows, qh:u16[8]: 4 × 3 upper bits, a 3-bit scale, the sign of delta. y = d·(2·scale + 1)·(row ± delta). */
const decodeIQ1_S: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const grid = iq1Grid();
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 50) {
		const d = halfAt(bytes, at);
		for (let g = 0; g < 8; g++) {
			const qh = bytes[at + 34 + 2 * g]! | (bytes[at + 35 + 2 * g]! << 8);
			const dl = d * (2 * ((qh >> 12) & 7) + 1);
			const delta = qh & 0x8000 ? -DELTA : DELTA;
			for (let k = 0; k < 4; k++, o += 8) {
				const row = (bytes[at + 2 + 4 * g + k]! | (((qh >> (3 * k)) & 7) << 8)) * 8;
				for (let l = 0; l < 8; l++) out[o + l] = dl * (grid[row + l]! + delta);
			}
		}
	}
};

/** qs[32] low bits of rows, qh[16] (a nibble a row: 3 upper bits, the sign of delta), scales:u16[4]: 4 × 3 bits each, and 4 bits of d. */
const decodeIQ1_M: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	const grid = iq1Grid();
	// The half that scales the block, in the four words' upper nibbles: put together in place of two bytes of a block.
	const half = new Uint8Array(2);
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 56) {
		half[0] = (bytes[at + 49]! >> 4) | (bytes[at + 51]! & 0xf0);
		half[1] = (bytes[at + 53]! >> 4) | (bytes[at + 55]! & 0xf0);
		const d = halfAt(half, 0);
		for (let k = 0; k < 32; k++, o += 8) {
			const word = bytes[at + 48 + 2 * (k >> 3)]! | (bytes[at + 49 + 2 * (k >> 3)]! << 8);
			const dl = d * (2 * ((word >> (3 * ((k >> 1) & 3))) & 7) + 1);
			const nibble = bytes[at + 32 + (k >> 1)]! >> ((k & 1) * 4);
			const delta = nibble & 8 ? -DELTA : DELTA;
			const row = (bytes[at + k]! | ((nibble & 7) << 8)) * 8;
			for (let l = 0; l < 8; l++) out[o + l] = dl * (grid[row + l]! + delta);
		}
	}
};

/** d:f16, qs[16]: y[j] = d·level of the low nibble, y[j + 16] = of the high one. */
const decodeIQ4_NL: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 18, o += 32) {
		const d = halfAt(bytes, at);
		for (let j = 0; j < 16; j++) {
			const q = bytes[at + 2 + j]!;
			out[o + j] = d * IQ4_LEVELS[q & 15]!;
			out[o + j + 16] = d * IQ4_LEVELS[q >> 4]!;
		}
	}
};

/** d:f16, scales_h:u16 (2 bits each), scales_l[4] (4 bits each), qs[128]: eight groups laid out as in IQ4_NL, y = d·(scale − 32)·level. */
const decodeIQ4_XS: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 136) {
		const d = halfAt(bytes, at);
		const high = bytes[at + 2]! | (bytes[at + 3]! << 8);
		for (let g = 0; g < 8; g++, o += 32) {
			const low = (bytes[at + 4 + (g >> 1)]! >> ((g & 1) * 4)) & 15;
			const dl = d * ((low | (((high >> (2 * g)) & 3) << 4)) - 32);
			const qs = at + 8 + g * 16;
			for (let j = 0; j < 16; j++) {
				const q = bytes[qs + j]!;
				out[o + j] = dl * IQ4_LEVELS[q & 15]!;
				out[o + j + 16] = dl * IQ4_LEVELS[q >> 4]!;
			}
		}
	}
};

const iq = (name: DTypeName, ggmlType: number, blockElements: number, blockBytes: number, decode: Decode): DType => ({
	name,
	ggmlType,
	blockElements,
	blockBytes,
	decode,
	source: `ggml/src/ggml-quants.c dequantize_row_${name.toLowerCase()}`,
});

export const iqTypes: readonly DType[] = [
	iq('IQ1_S', 19, 256, 50, decodeIQ1_S),
	iq('IQ1_M', 29, 256, 56, decodeIQ1_M),
	iq('IQ2_XXS', 16, 256, 66, decodeIQ2_XXS),
	iq('IQ2_XS', 17, 256, 74, decodeIQ2_XS),
	iq('IQ2_S', 22, 256, 82, decodeIQ2_S),
	iq('IQ3_XXS', 18, 256, 98, decodeIQ3_XXS),
	iq('IQ3_S', 21, 256, 110, decodeIQ3_S),
	iq('IQ4_NL', 20, 32, 18, decodeIQ4_NL),
	iq('IQ4_XS', 23, 256, 136, decodeIQ4_XS),
];

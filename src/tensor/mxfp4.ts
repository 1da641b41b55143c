// MXFP4: 32 values of four bits (E2M1) under one power of two (E8M0).
// OCP Microscaling Formats (MX) Specification 1.0; ggml/src/ggml-quants.c dequantize_row_mxfp4

import type { Decode, DType } from './dtype.ts';

/** E2M1 values doubled, so that they are whole; minus zero decodes to plus zero, as in the reference. */
const DOUBLED = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

/**
 * E8M0 byte → half of 2^(e − 127). The specification's NaN, 255, is 2^127 here as in ggml, so large values overflow to ∞;
 * products with 2^-128 are subnormal and exact.
 */
const HALF_SCALE = Float64Array.from({ length: 256 }, (_, e) => 2 ** (e - 128));

/** e:u8, qs[16]: y[j] = scale·low nibble, y[j + 16] = scale·high nibble. */
const decodeMXFP4: Decode = (bytes, byteOffset, blocks, out, outOffset) => {
	for (let b = 0, at = byteOffset, o = outOffset; b < blocks; b++, at += 17, o += 32) {
		const d = HALF_SCALE[bytes[at]!]!;
		for (let j = 0; j < 16; j++) {
			const q = bytes[at + 1 + j]!;
			out[o + j] = d * DOUBLED[q & 15]!;
			out[o + j + 16] = d * DOUBLED[q >> 4]!;
		}
	}
};

export const mxfp4Types: readonly DType[] = [
	{
		name: 'MXFP4',
		ggmlType: 39,
		blockElements: 32,
		blockBytes: 17,
		decode: decodeMXFP4,
		source: 'ggml/src/ggml-quants.c dequantize_row_mxfp4',
	},
];

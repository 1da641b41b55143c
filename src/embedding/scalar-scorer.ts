// The definition of RowScorer: each row decoded, the products summed in JavaScript's 53 bits. Takes every type and width; slow.

import type { RowScorer, RowStore } from '../compute/row-scorer.ts';
import { dtypeOf } from '../tensor/dtypes.ts';

export const scalarScorer = {
	allocate(dtypeName: string, width: number, rows: number): RowStore {
		const dtype = dtypeOf(dtypeName);
		const blocks = width / dtype.blockElements;
		const rowBytes = blocks * dtype.blockBytes;
		const bytes = new Uint8Array(rows * rowBytes);
		const decoded = new Float32Array(width);
		return {
			relativeError: 2 ** -24, // only the store to float32 rounds
			write: (first, encoded) => bytes.set(encoded, first * rowBytes),
			row: (index) => bytes.subarray(index * rowBytes, (index + 1) * rowBytes),
			dot(query, first, count, out) {
				for (let i = 0; i < count; i++) {
					dtype.decode(bytes, (first + i) * rowBytes, blocks, decoded, 0);
					let sum = 0;
					for (let d = 0; d < width; d++) sum += decoded[d]! * query[d]!;
					out[i] = sum;
				}
			},
			free() {},
		};
	},
} satisfies RowScorer;

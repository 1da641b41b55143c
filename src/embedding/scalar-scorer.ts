// The definition of RowScorer: each row decoded, the products summed in JavaScript's 53 bits. Takes every type and width; slow.

import type { RowScorer, RowStore } from '../compute/row-scorer.ts';
import { dtypeOf } from '../tensor/dtypes.ts';
import { dot } from './distance.ts';

export const scalarScorer = {
	allocate(dtypeName: string, width: number, rows: number): RowStore {
		const dtype = dtypeOf(dtypeName);
		const blocks = width / dtype.blockElements;
		const rowBytes = blocks * dtype.blockBytes;
		const bytes = new Uint8Array(rows * rowBytes);
		const decoded = new Float32Array(width);
		/** out[i] = Σ row(first + i)[d] · other[d]. */
		const sums = (first: number, count: number, out: Float32Array, otherOf: (row: Float32Array) => Float32Array) => {
			for (let i = 0; i < count; i++) {
				dtype.decode(bytes, (first + i) * rowBytes, blocks, decoded, 0);
				out[i] = dot(decoded, otherOf(decoded));
			}
		};
		return {
			relativeError: 2 ** -24, // only the store to float32 rounds
			write: (first, encoded) => bytes.set(encoded, first * rowBytes),
			row: (index) => bytes.subarray(index * rowBytes, (index + 1) * rowBytes),
			dot: (query, first, count, out) => sums(first, count, out, () => query),
			squares: (first, count, out) => sums(first, count, out, (row) => row),
			free() {},
		};
	},
} satisfies RowScorer;

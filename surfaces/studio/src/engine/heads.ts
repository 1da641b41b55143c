// Heads made small: a picture of few cells, and four averages each, of weights (H, T, T).

import type { Array2 } from './protocol.ts';

/** (H, T, T) → (H, S, S) with S ≤ most: of the cells that fall into one the largest, so that no strong look is lost. */
export function miniature(data: Float32Array, H: number, T: number, most: number): Array2 {
	if (T <= most) return { shape: [H, T, T], data: data.slice() };
	const small = new Float32Array(H * most * most);
	for (let h = 0; h < H; h++) {
		for (let from = 0; from < T; from++) {
			const row = (h * most + Math.floor((from * most) / T)) * most;
			for (let to = 0; to < T; to++) {
				const cell = row + Math.floor((to * most) / T);
				const weight = data[(h * T + from) * T + to]!;
				if (weight > small[cell]!) small[cell] = weight;
			}
		}
	}
	return { shape: [H, most, most], data: small };
}

/** Averages over a head's T rows: share given to the first token, to the token before, to itself; and how far back it looks, in tokens. */
export const AVERAGES = ['first', 'previous', 'itself', 'distance'] as const;

/** (H, T, T) → (H, 4), in the order of AVERAGES. */
export function summary(data: Float32Array, H: number, T: number): Array2 {
	const averages = new Float32Array(H * AVERAGES.length);
	for (let h = 0; h < H; h++) {
		const sums = [0, 0, 0, 0];
		for (let from = 0; from < T; from++) {
			const row = data.subarray((h * T + from) * T, (h * T + from + 1) * T);
			sums[0]! += row[0]!;
			if (from > 0) sums[1]! += row[from - 1]!;
			sums[2]! += row[from]!;
			for (let to = 0; to < T; to++) sums[3]! += row[to]! * Math.abs(from - to);
		}
		averages.set(
			sums.map((sum) => sum / T),
			h * AVERAGES.length,
		);
	}
	return { shape: [H, AVERAGES.length], data: averages };
}

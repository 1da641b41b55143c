// Taps: the one place to listen or to replace. The stack offers every point; nobody listening costs a lookup and nothing else.

/** Where a run offers its intermediates. */
export interface Taps {
	/** Whether anybody listens at this point. */
	wants(point: string): boolean;
	/** Gives the data to the listeners. @returns the data, or what a listener puts in its place. */
	offer(point: string, shape: readonly number[], data: Float32Array): Float32Array;
}

/** Nobody listens. */
export const SILENT: Taps = { wants: () => false, offer: (_point, _shape, data) => data };

/** Offers (rows, width) data as it is. */
export function tap(taps: Taps, point: string, data: Float32Array, width: number): Float32Array {
	return taps.wants(point) ? taps.offer(point, [data.length / width, width], data) : data;
}

/** Offers (T, heads, Dh) data as (heads, T, Dh). */
export function tapHeads(taps: Taps, point: string, data: Float32Array, heads: number, headWidth: number): Float32Array {
	if (!taps.wants(point)) return data;
	const T = data.length / (heads * headWidth);
	const offered = swapped(data, T, heads, headWidth);
	const taken = taps.offer(point, [heads, T, headWidth], offered);
	return taken === offered ? data : swapped(taken, heads, T, headWidth);
}

/** (A, B, N) → (B, A, N). */
function swapped(data: Float32Array, A: number, B: number, N: number): Float32Array {
	const out = new Float32Array(data.length);
	for (let a = 0; a < A; a++) {
		for (let b = 0; b < B; b++) out.set(data.subarray((a * B + b) * N, (a * B + b + 1) * N), (b * A + a) * N);
	}
	return out;
}

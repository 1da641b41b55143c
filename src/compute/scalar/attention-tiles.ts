// The plain twins of kernels/attention-tiles.ts: keys and values of one head opened to float32, and attention of up to 16 query rows.
// Vaswani et al. 2017 (arXiv 1706.03762) §3.2.1

import { halfPlace, QUERY_LIFT } from './attention.ts';
import { half } from './halves.ts';

export interface AttentionTileKernels {
	/** Rows of halves → fours of rows side by side in float32, × 2^-64; a last four is filled up with its last row. */
	openKeys(rows: number, count: number, width: number, out: number): void;
	/** Rows of halves → float32: columns in fours, of each four all rows. */
	openValues(rows: number, count: number, width: number, out: number): void;
	/** Context of 8 · eights query rows, listed in `table`, over opened keys and values, whose first row has position `start`. */
	attendTile(
		table: number,
		eights: number,
		keys: number,
		values: number,
		headWidth: number,
		start: number,
		count: number,
		from: number,
		to: number,
		limit: number,
		scratch: number,
	): void;
}

export function scalarAttentionTiles(memory: WebAssembly.Memory): AttentionTileKernels {
	return {
		openKeys(rows, count, width, out) {
			const halves = new Uint16Array(memory.buffer, rows);
			const floats = new Float32Array(memory.buffer, out);
			for (let t = 0; t < Math.ceil(count / 4) * 4; t++) {
				const row = Math.min(t, count - 1) * width;
				for (let i = 0; i < width; i++) floats[((t >> 2) * width + i) * 4 + (t & 3)] = half(halves[row + halfPlace(i)]!) * 2 ** -64;
			}
		},
		openValues(rows, count, width, out) {
			const halves = new Uint16Array(memory.buffer, rows);
			const floats = new Float32Array(memory.buffer, out);
			for (let t = 0; t < count; t++) {
				for (let i = 0; i < width; i++) floats[((i >> 2) * count + t) * 4 + (i & 3)] = half(halves[t * width + halfPlace(i)]!);
			}
		},
		attendTile(table, eights, keys, values, headWidth, start, count, from, to, limit) {
			const floats = new Float32Array(memory.buffer);
			const whole = new Int32Array(memory.buffer);
			const [queries, outs, lows, highs, slopes, sinks] = Array.from({ length: 6 }, (_, column) => table / 4 + column * 16) as [
				number,
				number,
				number,
				number,
				number,
				number,
			];
			const key = (s: number, i: number): number =>
				floats[keys / 4 + (((s - start) >> 2) * headWidth + i) * 4 + ((s - start) & 3)]! * 2 ** 64;
			const value = (s: number, i: number): number => floats[values / 4 + ((i >> 2) * count + s - start) * 4 + (i & 3)]!;
			const contexts = Array.from({ length: eights * 8 }, (_, lane) => {
				const low = Math.max(from, whole[lows + lane]!);
				const high = Math.min(to, whole[highs + lane]!);
				const scores: number[] = [];
				for (let s = low; s < high; s++) {
					let dot = 0;
					for (let i = 0; i < headWidth; i++) dot += (floats[whole[queries + lane]! / 4 + i]! / QUERY_LIFT) * key(s, i);
					if (limit > 0) dot = limit * Math.tanh(dot / limit);
					scores.push(dot + floats[slopes + lane]! * s);
				}
				const sink = floats[sinks + lane]!;
				const most = scores.reduce((a, b) => Math.max(a, b), sink);
				const terms = scores.map((score) => Math.exp(score - most));
				const total = terms.reduce((sum, term) => sum + term, sink === Number.NEGATIVE_INFINITY ? 0 : Math.exp(sink - most));
				return Float32Array.from({ length: headWidth }, (_, i) => {
					const sum = terms.reduce((so, term, n) => so + term * value(low + n, i), 0);
					return total > 0 ? sum / total : 0;
				});
			});
			// Written last: a context may lie where its query lay.
			for (const [lane, context] of contexts.entries()) floats.set(context, whole[outs + lane]! / 4);
		},
	};
}

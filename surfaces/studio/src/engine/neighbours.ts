// The nearest rows of every row of a table, by an inverted file: rows are grouped around centres, and each looks through the groups nearest
// to it. Jégou, Douze, Schmid 2011, Product quantization for nearest neighbor search, section IV (without the quantization).
// Groups lie row after row in memory, so that one kernel call scores a whole group.

import type { RowScorer, RowStore } from '../../../../src/compute/row-scorer.ts';

/** Rows of length 1 in bfloat16, numbered from 0; width a multiple of 8. Their relative error of 2⁻⁹ moves a cosine by about as much. */
export interface Rows {
	readonly count: number;
	readonly width: number;
	readonly store: RowStore;
}

export interface Graph {
	/** Neighbours of each row. */
	readonly K: number;
	/** (V, K) ids, nearest first; −1 where fewer were found. */
	readonly ids: Int32Array;
	/** (V, K) cosines. */
	readonly alike: Float32Array;
}

/** Says how far the work is; throws to end it. */
export type Step = (done: number, all: number) => Promise<void>;

/** Rows that the centres are fitted on, and rounds of that (k-means). */
const FITTED = 16_384;
const ROUNDS = 6;
/** Groups that each row may look through, and after how many rows it looks no further: groups differ in size. */
const LOOKED_THROUGH = 24;
const LOOKED_AT = 4000;
/** Looks at neighbours of neighbours. */
const FURTHER = 2;
/** Rows between two steps. */
const AT_ONCE = 512;

export const padded = (width: number): number => Math.ceil(width / 8) * 8;

/** Float32 rows (n, D) as bfloat16 rows of the padded width, rounded to nearest. */
export function toBfloat16(rows: Float32Array, width: number): Uint8Array {
	const wide = padded(width);
	const count = rows.length / width;
	const bits = new Uint32Array(rows.buffer, rows.byteOffset, rows.length);
	const out = new Uint16Array(count * wide);
	for (let r = 0; r < count; r++) for (let d = 0; d < width; d++) out[r * wide + d] = (bits[r * width + d]! + 0x8000) >>> 16;
	return new Uint8Array(out.buffer);
}

export function fromBfloat16(bytes: Uint8Array): Float32Array {
	const words = new Uint16Array(bytes.slice().buffer);
	const out = new Float32Array(words.length);
	const bits = new Uint32Array(out.buffer);
	for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
	return out;
}

/** Groups for V rows: about four times √V keeps fitting and looking in balance. */
const groupsFor = (count: number) => Math.max(1, Math.min(1024, Math.round(Math.sqrt(count))));

export async function neighbourGraph(scorer: RowScorer, rows: Rows, K: number, step: Step): Promise<Graph> {
	const { count: V, width } = rows;
	const G = groupsFor(V);
	const centres = await fitCentres(scorer, rows, G, step);
	const probes = Math.min(G, LOOKED_THROUGH);
	const nearest = await nearestCentres(rows, centres, G, probes, step);
	const { order, starts } = grouped(nearest, V, G, probes);
	const store = scorer.allocate('BF16', width, V)!;
	for (const [place, id] of order.entries()) store.write(place, rows.store.row(id));
	const ids = new Int32Array(V * K).fill(-1);
	const alike = new Float32Array(V * K).fill(Number.NEGATIVE_INFINITY);
	const scores = new Float32Array(V);
	for (let place = 0; place < V; place++) {
		const id = order[place]!;
		const query = fromBfloat16(store.row(place));
		for (let p = 0, looked = 0; p < probes && looked < LOOKED_AT; p++) {
			const group = nearest[id * probes + p]!;
			const from = starts[group]!;
			const count = starts[group + 1]! - from;
			if (count === 0) continue;
			store.dot(query, from, count, scores);
			looked += count;
			let worst = alike[(id + 1) * K - 1]!;
			for (let i = 0; i < count; i++) {
				if (scores[i]! > worst && from + i !== place) {
					insert(ids, alike, id * K, K, order[from + i]!, scores[i]!);
					worst = alike[(id + 1) * K - 1]!;
				}
			}
		}
		if (place % AT_ONCE === 0) await step(place, V);
	}
	store.free();
	const graph = { K, ids, alike };
	for (let look = 0; look < FURTHER; look++) await lookFurther(rows, graph, step);
	return graph;
}

/** Neighbours of neighbours are likely neighbours: a look at all of them finds much of what the groups have parted.
 * Dong, Moses, Li 2011, Efficient k-nearest neighbor graph construction for generic similarity measures, section 2.2. */
async function lookFurther({ count: V, store }: Rows, { K, ids, alike }: Graph, step: Step): Promise<void> {
	/** Whose look each row was last in. */
	const seen = new Int32Array(V).fill(-1);
	const score = new Float32Array(1);
	for (let id = 0; id < V; id++) {
		const query = fromBfloat16(store.row(id));
		const first = ids.slice(id * K, (id + 1) * K).filter((near) => near >= 0);
		seen[id] = id;
		for (const near of first) seen[near] = id;
		for (const near of first) {
			for (const far of ids.slice(near * K, (near + 1) * K)) {
				if (far < 0 || seen[far] === id) continue;
				seen[far] = id;
				store.dot(query, far, 1, score);
				if (score[0]! > alike[(id + 1) * K - 1]!) insert(ids, alike, id * K, K, far, score[0]!);
			}
		}
		if (id % AT_ONCE === 0) await step(id, V);
	}
}

/** Puts a neighbour where it belongs among the K from `at` on; the last falls out. */
function insert(ids: Int32Array, alike: Float32Array, at: number, K: number, id: number, score: number): void {
	let i = at + K - 1;
	for (; i > at && alike[i - 1]! < score; i--) {
		alike[i] = alike[i - 1]!;
		ids[i] = ids[i - 1]!;
	}
	alike[i] = score;
	ids[i] = id;
}

/** A centre, and half its squared length: of all centres the one with the largest row · centre − half is the nearest. */
function centreOf(centres: Float32Array, g: number, width: number): { readonly centre: Float32Array; readonly half: number } {
	const centre = centres.subarray(g * width, (g + 1) * width);
	return { centre, half: centre.reduce((sum, x) => sum + x * x, 0) / 2 };
}

/** G points (G, width) around which the rows gather. */
async function fitCentres(scorer: RowScorer, rows: Rows, G: number, step: Step): Promise<Float32Array> {
	const { count: V, width } = rows;
	const S = Math.min(V, FITTED);
	const sample = scorer.allocate('BF16', width, S)!;
	const values = new Float32Array(S * width);
	for (let s = 0; s < S; s++) {
		const row = rows.store.row(Math.floor((s * V) / S));
		values.set(fromBfloat16(row), s * width);
		sample.write(s, row);
	}
	// Evenly spaced rows to begin with: the same table gives the same map.
	const centres = new Float32Array(G * width);
	for (let g = 0; g < G; g++) {
		const s = Math.floor(((g + 0.5) * S) / G);
		centres.set(values.subarray(s * width, (s + 1) * width), g * width);
	}
	const scores = new Float32Array(S);
	for (let round = 0; round < ROUNDS; round++) {
		const best = new Float32Array(S).fill(Number.NEGATIVE_INFINITY);
		const owner = new Uint16Array(S);
		for (let g = 0; g < G; g++) {
			const { centre, half } = centreOf(centres, g, width);
			sample.dot(centre, 0, S, scores);
			for (let s = 0; s < S; s++)
				if (scores[s]! - half > best[s]!) {
					best[s] = scores[s]! - half;
					owner[s] = g;
				}
		}
		const sums = new Float32Array(G * width);
		const counts = new Uint32Array(G);
		for (let s = 0; s < S; s++) {
			counts[owner[s]!]!++;
			for (let d = 0; d < width; d++) sums[owner[s]! * width + d]! += values[s * width + d]!;
		}
		for (let g = 0; g < G; g++) {
			if (counts[g] === 0) continue;
			for (let d = 0; d < width; d++) centres[g * width + d] = sums[g * width + d]! / counts[g]!;
		}
		await step(0, V);
	}
	sample.free();
	return centres;
}

/** (V, probes): the centres nearest to each row, nearest first. */
async function nearestCentres(
	{ count: V, width, store }: Rows,
	centres: Float32Array,
	G: number,
	probes: number,
	step: Step,
): Promise<Int32Array> {
	const ids = new Int32Array(V * probes).fill(-1);
	const alike = new Float32Array(V * probes).fill(Number.NEGATIVE_INFINITY);
	const scores = new Float32Array(V);
	for (let g = 0; g < G; g++) {
		const { centre, half } = centreOf(centres, g, width);
		store.dot(centre, 0, V, scores);
		for (let id = 0; id < V; id++) {
			const near = scores[id]! - half;
			if (near > alike[(id + 1) * probes - 1]!) insert(ids, alike, id * probes, probes, g, near);
		}
		if (g % 16 === 0) await step(0, V);
	}
	return ids;
}

/** Rows in the order of their nearest centre, and where each group begins. */
function grouped(nearest: Int32Array, V: number, G: number, probes: number): { readonly order: Int32Array; readonly starts: Int32Array } {
	const starts = new Int32Array(G + 1);
	const groupOf = (id: number) => Math.max(0, nearest[id * probes]!);
	for (let id = 0; id < V; id++) starts[groupOf(id) + 1]!++;
	for (let g = 0; g < G; g++) starts[g + 1]! += starts[g]!;
	const next = starts.slice();
	const order = new Int32Array(V);
	for (let id = 0; id < V; id++) order[next[groupOf(id)]!++] = id;
	return { order, starts };
}

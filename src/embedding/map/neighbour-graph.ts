// The nearest rows of every row of a table, by an inverted file: rows are grouped around centres, and each looks through the groups nearest
// to it. Jégou, Douze, Schmid 2011, Product quantization for nearest neighbor search, section IV (without the quantization).
// Groups lie row after row in memory, so that one kernel call scores a whole group; workers share the looking (worker.ts).

import type { RowScorer, RowStore } from '../../compute/row-scorer.ts';
import { fromBfloat16 } from './bfloat16.ts';
import { insert } from './worker.ts';
import type { MapWorkers } from './workers.ts';

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
/** Rows that the workers look for between two steps. */
const AT_ONCE = 4096;

/** Groups for V rows: √V keeps fitting and looking in balance. */
const groupsFor = (count: number) => Math.max(1, Math.min(1024, Math.round(Math.sqrt(count))));

/** Neighbours within the groups nearest to each row, then twice among the neighbours' neighbours. Frees the rows' store on the way. */
export async function neighbourGraph(scorer: RowScorer, rows: Rows, K: number, workers: MapWorkers, step: Step): Promise<Graph> {
	const { count: V, width } = rows;
	const G = groupsFor(V);
	const centres = await fitCentres(scorer, rows, G, step);
	const probes = Math.min(G, LOOKED_THROUGH);
	const nearest = await nearestCentres(rows, centres, G, probes, step);
	const { order, starts } = grouped(nearest, V, G, probes);
	// From here on rows are numbered by their place in the order of the groups.
	const bytes = new Uint8Array(workers.memory(V * width * 2));
	for (const [place, id] of order.entries()) bytes.set(rows.store.row(id), place * width * 2);
	rows.store.free();
	const looked = looksOf(nearest, order, starts, probes);
	const near = new Int32Array(workers.memory(V * K * 4)).fill(-1);
	const alike = new Float32Array(workers.memory(V * K * 4)).fill(Number.NEGATIVE_INFINITY);
	const shared = { count: V, width, K, bytes, starts, looked, near, alike };
	await workers.each((worker, part, parts) => worker.take(shared, Math.floor((part * V) / parts), Math.floor(((part + 1) * V) / parts)));
	for (let round = 0; round <= FURTHER; round++) {
		for (let from = 0; from < V; from += AT_ONCE) {
			const to = Math.min(V, from + AT_ONCE);
			const found = await workers.each((worker, part, parts) => {
				if (round === 0) return worker.through(from, to);
				const own = (n: number) => from + Math.floor((n * (to - from)) / parts);
				return worker.further(own(part), own(part + 1));
			});
			for (const { places, ids, scores } of found)
				for (let i = 0; i < places.length; i++)
					if (scores[i]! > alike[(places[i]! + 1) * K - 1]!) insert(near, alike, places[i]! * K, K, ids[i]!, scores[i]!);
			await step(to, V);
		}
	}
	return byId(near, alike, order, K);
}

/** (V, probes) by place: the groups that a row looks through, −1 once it has seen enough rows. */
function looksOf(nearest: Int32Array, order: Int32Array, starts: Int32Array, probes: number): Int32Array {
	const looked = new Int32Array(nearest.length).fill(-1);
	for (const [place, id] of order.entries()) {
		for (let p = 0, seen = 0; p < probes && seen < LOOKED_AT; p++) {
			const group = nearest[id * probes + p]!;
			looked[place * probes + p] = group;
			seen += starts[group + 1]! - starts[group]!;
		}
	}
	return looked;
}

/** The graph with the rows' own numbers in place of their places. */
function byId(near: Int32Array, alike: Float32Array, order: Int32Array, K: number): Graph {
	const graph = { K, ids: new Int32Array(near.length).fill(-1), alike: new Float32Array(near.length) };
	for (const [place, id] of order.entries()) {
		graph.alike.set(alike.subarray(place * K, (place + 1) * K), id * K);
		for (let k = 0; k < K; k++) if (near[place * K + k]! >= 0) graph.ids[id * K + k] = order[near[place * K + k]!]!;
	}
	return graph;
}

/** A centre, and half its squared length: of all centres the one with the largest row · centre − half is the nearest. */
function centreOf(centres: Float32Array, g: number, width: number): { readonly centre: Float32Array; readonly half: number } {
	const centre = centres.subarray(g * width, (g + 1) * width);
	return { centre, half: centre.reduce((sum, x) => sum + x * x, 0) / 2 };
}

/** G points (G, width) around which the rows startWorkers. */
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

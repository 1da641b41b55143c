// A graph of neighbours as points in the plane: neighbours pull, chance others push.
// McInnes, Healy, Melville 2018, UMAP, https://arxiv.org/abs/1802.03426, sections 3.1 and 3.2, algorithms 3 and 5.

import type { Crew } from './map-crew.ts';
import type { Graph, Step } from './neighbours.ts';

/** Rounds over all pairs; pushes for each pull; first step. */
export const ROUNDS = 200;
const PUSHES = 3;
const RATE = 1;
/** Nearness at a distance d is 1 / (1 + A·d^2B): UMAP's curve for points that may lie close. With B = 3/4 its powers are square roots. */
const A = 1.9;
const B = 0.75;
/** Largest step along one axis at the first rate. */
const MOST_FORCE = 4;

/** The pairs of the points `first` to `last`, and all points twice: a round reads one and writes its own into the other. */
export interface Places {
	readonly first: number;
	readonly last: number;
	/** Where each point's pairs begin; one more at the end. */
	readonly starts: Int32Array;
	readonly to: Int32Array;
	/** Rounds from one pull of a pair to the next; 1 for the strongest. */
	readonly every: Float32Array;
	/** V points (x, y), now and next. */
	readonly points: readonly [Float32Array, Float32Array];
}

export type Round = (round: number) => void;

/** Moves V points (x, y), in place. The same graph and start give the same picture, by however many hands. */
export async function layOut(graph: Graph, points: Float32Array, crew: Crew, step: Step): Promise<void> {
	const V = points.length / 2;
	const { starts, to, every } = pairsOf(graph, V);
	const both = [0, 1].map(() => new Float32Array(crew.memory(points.byteLength)));
	const [now, next] = both as [Float32Array, Float32Array];
	now.set(points);
	await crew.each((hand, part, parts) => {
		const [first, last] = [Math.floor((part * V) / parts), Math.floor(((part + 1) * V) / parts)];
		const [from, end] = [starts[first]!, starts[last]!];
		const own = starts.slice(first, last + 1).map((at) => at - from);
		return hand.place({ first, last, starts: own, to: to.slice(from, end), every: every.slice(from, end), points: [now, next] });
	});
	for (let round = 1; round <= ROUNDS; round++) {
		await crew.each((hand) => hand.move(round));
		points.set(both[round % 2]!);
		await step(round, ROUNDS);
	}
}

/** The work of one hand. Each point draws its own chances, so that it does not matter who moves it. */
export function roundOf({ first, last, starts, to, every, points }: Places): Round {
	const due = every.slice();
	const V = points[0].length / 2;
	const bounded = (x: number) => Math.max(-MOST_FORCE, Math.min(MOST_FORCE, x));
	return (round) => {
		const [now, next] = round % 2 === 1 ? points : [points[1], points[0]];
		const rate = RATE * (1 - (round - 1) / ROUNDS);
		for (let i = first; i < last; i++) {
			let x = now[2 * i]!;
			let y = now[2 * i + 1]!;
			let seed = (Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(round, 0x85ebca6b)) | 1;
			for (let e = starts[i - first]!; e < starts[i - first + 1]!; e++) {
				if (due[e]! > round) continue;
				due[e]! += every[e]!;
				const j = 2 * to[e]!;
				let dx = x - now[j]!;
				let dy = y - now[j + 1]!;
				let square = dx * dx + dy * dy;
				if (square > 0) {
					const pull = (-2 * A * B) / (Math.sqrt(Math.sqrt(square)) + A * square);
					x += rate * bounded(pull * dx);
					y += rate * bounded(pull * dy);
				}
				for (let n = 0; n < PUSHES; n++) {
					// xorshift32 (Marsaglia 2003)
					seed ^= seed << 13;
					seed ^= seed >>> 17;
					seed ^= seed << 5;
					const k = (seed >>> 0) % V;
					if (k === i) continue;
					dx = x - now[2 * k]!;
					dy = y - now[2 * k + 1]!;
					square = dx * dx + dy * dy;
					const push = square > 0 ? (2 * B) / ((0.001 + square) * (1 + (A * square) / Math.sqrt(Math.sqrt(square)))) : 0;
					x += rate * (push > 0 ? bounded(push * dx) : MOST_FORCE);
					y += rate * (push > 0 ? bounded(push * dy) : MOST_FORCE);
				}
			}
			next[2 * i] = x;
			next[2 * i + 1] = y;
		}
	};
}

/** Directed nearness of each row to its neighbours, made mutual: a + b − ab (UMAP, algorithm 1). */
function pairsOf({ K, ids, alike }: Graph, V: number): Pick<Places, 'starts' | 'to' | 'every'> {
	const near = new Float32Array(V * K);
	for (let v = 0; v < V; v++) nearness(alike.subarray(v * K, (v + 1) * K), near.subarray(v * K, (v + 1) * K));
	const from: number[] = [];
	const other: number[] = [];
	const weight: number[] = [];
	const starts = new Int32Array(V + 1);
	for (let v = 0; v < V; v++) {
		for (let k = 0; k < K; k++) {
			const u = ids[v * K + k]!;
			if (u < 0) continue;
			const a = near[v * K + k]!;
			const back = ids.subarray(u * K, (u + 1) * K).indexOf(v);
			if (back >= 0 && u < v) continue; // stands there already
			const b = back >= 0 ? near[u * K + back]! : 0;
			const w = a + b - a * b;
			if (w * ROUNDS < 1) continue;
			from.push(v, u);
			other.push(u, v);
			weight.push(w, w);
			starts[v + 1]!++;
			starts[u + 1]!++;
		}
	}
	const strongest = weight.reduce((max, w) => Math.max(max, w), 0);
	for (let v = 0; v < V; v++) starts[v + 1]! += starts[v]!;
	const place = starts.slice();
	const to = new Int32Array(from.length);
	const every = new Float32Array(from.length);
	for (const [e, v] of from.entries()) {
		const at = place[v]!++;
		to[at] = other[e]!;
		every[at] = strongest / weight[e]!;
	}
	return { starts, to, every };
}

/** exp(−(d − nearest) / σ) with σ such that the sum is log₂ K (UMAP, algorithm 3). */
function nearness(alike: Float32Array, out: Float32Array): void {
	const K = alike.length;
	const target = Math.log2(K);
	const far = (k: number) => (Number.isFinite(alike[k]!) ? alike[0]! - alike[k]! : Number.POSITIVE_INFINITY);
	let [low, high, sigma] = [0, Number.POSITIVE_INFINITY, 1];
	for (let i = 0; i < 40; i++) {
		let sum = 0;
		for (let k = 1; k < K; k++) sum += Math.exp(-far(k) / sigma);
		if (Math.abs(sum - target) < 1e-5) break;
		if (sum > target) {
			high = sigma;
			sigma = (low + high) / 2;
		} else {
			low = sigma;
			sigma = high === Number.POSITIVE_INFINITY ? sigma * 2 : (low + high) / 2;
		}
	}
	for (let k = 0; k < K; k++) out[k] = Math.exp(-far(k) / sigma);
}

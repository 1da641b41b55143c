// A graph of neighbours as points in the plane: neighbours pull, chance others push.
// McInnes, Healy, Melville 2018, UMAP, https://arxiv.org/abs/1802.03426, sections 3.1 and 3.2, algorithms 3 and 5.

import type { Graph, Step } from './neighbours.ts';

/** Rounds over all pairs; pushes for each pull; first step. */
const ROUNDS = 200;
const PUSHES = 6;
const RATE = 1;
/** Nearness at a distance d is 1 / (1 + A·d^2B): UMAP's curve for points that may lie close. With B = 3/4 its powers are square roots. */
const A = 1.9;
const B = 0.75;
/** Largest step along one axis at the first rate. */
const MOST_FORCE = 4;

interface Pairs {
	readonly from: Int32Array;
	readonly to: Int32Array;
	/** 0 … 1. */
	readonly weight: Float32Array;
}

/** Moves V points (x, y), in place. The same graph and start give the same picture. */
export async function layOut(graph: Graph, points: Float32Array, step: Step): Promise<void> {
	const { from, to, weight } = pairsOf(graph, points.length / 2);
	const V = points.length / 2;
	const strongest = weight.reduce((max, w) => Math.max(max, w), 0);
	const every = weight.map((w) => strongest / w);
	const due = every.slice();
	let seed = 1;
	const random = () => {
		// xorshift32 (Marsaglia 2003)
		seed ^= seed << 13;
		seed ^= seed >>> 17;
		seed ^= seed << 5;
		return (seed >>> 0) % V;
	};
	const bounded = (x: number) => Math.max(-MOST_FORCE, Math.min(MOST_FORCE, x));
	for (let round = 1; round <= ROUNDS; round++) {
		const rate = RATE * (1 - (round - 1) / ROUNDS);
		for (let e = 0; e < from.length; e++) {
			if (due[e]! > round) continue;
			due[e]! += every[e]!;
			const i = 2 * from[e]!;
			const j = 2 * to[e]!;
			let dx = points[i]! - points[j]!;
			let dy = points[i + 1]! - points[j + 1]!;
			let square = dx * dx + dy * dy;
			if (square > 0) {
				const root = Math.sqrt(Math.sqrt(square));
				const pull = (-2 * A * B) / (root + A * square);
				const [x, y] = [rate * bounded(pull * dx), rate * bounded(pull * dy)];
				points[i]! += x;
				points[i + 1]! += y;
				points[j]! -= x;
				points[j + 1]! -= y;
			}
			for (let n = 0; n < PUSHES; n++) {
				const k = 2 * random();
				if (k === i) continue;
				dx = points[i]! - points[k]!;
				dy = points[i + 1]! - points[k + 1]!;
				square = dx * dx + dy * dy;
				const push = square > 0 ? (2 * B) / ((0.001 + square) * (1 + (A * square) / Math.sqrt(Math.sqrt(square)))) : 0;
				points[i]! += rate * (push > 0 ? bounded(push * dx) : MOST_FORCE);
				points[i + 1]! += rate * (push > 0 ? bounded(push * dy) : MOST_FORCE);
			}
		}
		await step(round, ROUNDS);
	}
}

/** Directed nearness of each row to its neighbours, made mutual: a + b − ab (UMAP, algorithm 1). */
function pairsOf({ K, ids, alike }: Graph, V: number): Pairs {
	const near = new Float32Array(V * K);
	for (let v = 0; v < V; v++) nearness(alike.subarray(v * K, (v + 1) * K), near.subarray(v * K, (v + 1) * K));
	const from: number[] = [];
	const to: number[] = [];
	const weight: number[] = [];
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
			to.push(u, v);
			weight.push(w, w);
		}
	}
	return { from: Int32Array.from(from), to: Int32Array.from(to), weight: Float32Array.from(weight) };
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

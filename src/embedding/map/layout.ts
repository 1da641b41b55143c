// A graph of neighbours as points in the plane: which pairs pull, and how strongly; the rounds.
// McInnes, Healy, Melville 2018, UMAP, https://arxiv.org/abs/1802.03426, sections 3.1 and 3.2, algorithms 3 and 5.
// By hand: umap-js runs on one thread, on arrays of arrays; a vocabulary has 50,000 to 260,000 rows, which workers share here.

import { type Places, ROUNDS } from './layout-round.ts';
import type { Graph, Step } from './neighbour-graph.ts';
import type { MapWorkers } from './workers.ts';

/** Share of its strength that a pair keeps where only one of the two has the other among its nearest. Tables have hubs, rows that are near to
 * thousands (of SmolLM2's one to 4,799) and to which hardly any is near: at full strength they draw everything together.
 * Radovanović, Nanopoulos, Ivanović 2010, Hubs in space: popular nearest neighbors in high-dimensional data. */
const ONE_WAY = 0.1;

/** Moves V points (x, y), in place. The same graph and start give the same picture, by however many workers. */
export async function layOut(graph: Graph, points: Float32Array, workers: MapWorkers, step: Step): Promise<void> {
	const V = points.length / 2;
	const { starts, to, every } = pairsOf(graph, V);
	const both = [0, 1].map(() => new Float32Array(workers.memory(points.byteLength)));
	const [now, next] = both as [Float32Array, Float32Array];
	now.set(points);
	await workers.each((worker, part, parts) => {
		const [first, last] = [Math.floor((part * V) / parts), Math.floor(((part + 1) * V) / parts)];
		const [from, end] = [starts[first]!, starts[last]!];
		const own = starts.slice(first, last + 1).map((at) => at - from);
		return worker.place({ first, last, starts: own, to: to.slice(from, end), every: every.slice(from, end), points: [now, next] });
	});
	for (let round = 1; round <= ROUNDS; round++) {
		await workers.each((worker) => worker.move(round));
		points.set(both[round % 2]!);
		await step(round, ROUNDS);
	}
}

/** Directed nearness of each row to its neighbours, made mutual: a + b − ab (UMAP, algorithm 1), less where it goes one way. */
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
			const w = (a + b - a * b) * (back >= 0 ? 1 : ONE_WAY);
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

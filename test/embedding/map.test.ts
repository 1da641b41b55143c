// A map of a table: neighbours against the definition, and a picture that keeps them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRowScorer } from '../../src/compute/rows.ts';
import { buildKernels } from '../../src/compute/wasm.ts';
import { fromBfloat16, padded, toBfloat16 } from '../../src/embedding/map/bfloat16.ts';
import { layOut } from '../../src/embedding/map/layout.ts';
import { neighbourGraph } from '../../src/embedding/map/neighbour-graph.ts';
import { fitPlane, keptNeighbours, project, unitRows } from '../../src/embedding/map/projection.ts';
import { createMapWorker } from '../../src/embedding/map/worker.ts';
import { inThisThread, type MapWorkers } from '../../src/embedding/map/workers.ts';
import { seededRandom } from '../../src/generation/random.ts';

const V = 1500;
const D = 20;
const K = 10;
const nothing = async () => {};

/** Several workers, in one thread. */
function many(count: number): MapWorkers {
	const workers = Array.from({ length: count }, createMapWorker);
	return {
		each: (work) => Promise.all(workers.map((worker, part) => work(worker, part, count))),
		memory: (byteLength) => new ArrayBuffer(byteLength),
		end() {},
	};
}

/** Fifty bundles of thirty directions each. */
function bundles(): Float32Array {
	const random = seededRandom(7);
	const middle = Float32Array.from({ length: 50 * D }, () => random() - 0.5);
	const rows = Float32Array.from({ length: V * D }, (_, i) => middle[(Math.floor(i / D) % 50) * D + (i % D)]! + 0.3 * (random() - 0.5));
	unitRows(rows, D);
	return rows;
}

/** By the definition: every row against every other. */
function exactNeighbours(rows: Float32Array, id: number): Set<number> {
	const cosines = Array.from({ length: V }, (_, other) => {
		let sum = 0;
		for (let d = 0; d < D; d++) sum += rows[id * D + d]! * rows[other * D + d]!;
		return { other, sum };
	});
	const best = cosines.filter(({ other }) => other !== id).sort((a, b) => b.sum - a.sum);
	return new Set(best.slice(0, K).map(({ other }) => other));
}

describe('a map of a table', () => {
	const rows = bundles();
	const truth = new Map(Array.from({ length: 100 }, (_, i) => [i * 15, exactNeighbours(rows, i * 15)] as const));

	test('bfloat16 rows come back within their rounding, padded with zeros', () => {
		const back = fromBfloat16(toBfloat16(rows.subarray(0, D), D));
		assert.equal(back.length, padded(D));
		for (const [d, x] of rows.subarray(0, D).entries()) assert.ok(Math.abs(back[d]! - x) <= Math.abs(x) * 2 ** -8);
		assert.deepEqual([...back.subarray(D)], [0, 0, 0, 0]);
	});

	test('counts kept neighbours as a reader does', () => {
		const points = [0, 0, 1, 0, 0, 2, 9, 9];
		assert.equal(keptNeighbours(points, new Map([[0, new Set([1, 2])]])), 1);
		assert.equal(keptNeighbours(points, new Map([[0, new Set([1, 3])]])), 0.5);
		assert.equal(keptNeighbours(points, new Map([[0, new Set([3])]])), 0);
		assert.equal(keptNeighbours(points, new Map()), 0);
	});

	test('finds nearly all neighbours, and moves them together better than a plain projection does', async () => {
		const scorer = createRowScorer((await buildKernels())!);
		const store = scorer.allocate('BF16', padded(D), V)!;
		store.write(0, toBfloat16(rows, D));
		const graph = await neighbourGraph(scorer, { count: V, width: padded(D), store }, K, inThisThread(), nothing);
		let found = 0;
		for (const [id, near] of truth) found += [...graph.ids.subarray(id * K, (id + 1) * K)].filter((other) => near.has(other)).length;
		assert.ok(found / (truth.size * K) > 0.95, `${found} of ${truth.size * K}`);
		for (let id = 0; id < V; id++) {
			const alike = [...graph.alike.subarray(id * K, (id + 1) * K)];
			assert.deepEqual(
				alike,
				alike.toSorted((a, b) => b - a),
				'nearest first',
			);
		}

		const plane = await fitPlane({ data: rows, width: D }, nothing);
		const points = new Float32Array(2 * V);
		project(rows, plane, points, 0);
		const flat = keptNeighbours(points, truth);
		for (let i = 0; i < points.length; i++) points[i]! *= 10;
		const twin = points.slice();
		await layOut(graph, points, inThisThread(), nothing);
		const kept = keptNeighbours(points, truth);
		assert.ok(points.every(Number.isFinite));
		assert.ok(kept > 0.3 && kept > 2 * flat, `${kept} against ${flat}`);
		await layOut(graph, twin, many(3), nothing);
		assert.deepEqual(twin, points, 'the same table gives the same map, by however many workers');
		const again = scorer.allocate('BF16', padded(D), V)!;
		again.write(0, toBfloat16(rows, D));
		const shared = await neighbourGraph(scorer, { count: V, width: padded(D), store: again }, K, many(3), nothing);
		assert.deepEqual(shared, graph);
	});

	test('rows without a direction, all rows the same, fewer rows than neighbours: no error, no NaN', async () => {
		const scorer = createRowScorer((await buildKernels())!);
		for (const [count, data] of [
			[3, new Float32Array(3 * 8)],
			[40, new Float32Array(40 * 8).fill(1)],
		] as const) {
			const copy = data.slice();
			unitRows(copy, 8);
			const store = scorer.allocate('BF16', 8, count)!;
			store.write(0, toBfloat16(copy, 8));
			const graph = await neighbourGraph(scorer, { count, width: 8, store }, K, inThisThread(), nothing);
			const points = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i));
			await layOut(graph, points, inThisThread(), nothing);
			assert.ok(points.every(Number.isFinite), `${count} rows`);
		}
	});
});

// Nearest rows: by hand, against a plain search, and with kernels that round, repeat, or lie where they may.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RowScorer } from '../../src/compute/row-scorer.ts';
import { createRowScorer } from '../../src/compute/rows.ts';
import { buildKernels } from '../../src/compute/wasm.ts';
import { cosine, dot } from '../../src/embedding/distance.ts';
import { type NearestQuery, nearestRows } from '../../src/embedding/nearest.ts';
import { scalarScorer } from '../../src/embedding/scalar-scorer.ts';
import { type EmbeddingTable, openTable } from '../../src/embedding/table.ts';
import { topOf } from '../../src/embedding/top.ts';
import { dtypes } from '../../src/tensor/index.ts';
import { randomWords } from '../random.ts';
import { tableOf, tensorOf } from './tables.ts';

const KEEP = 2 ** 30;
const idsOf = (found: readonly { id: number }[]) => found.map(({ id }) => id);

describe('top', () => {
	test('best first, ties to the lower id, NaN left out', () => {
		const scores = [3, 1, 3, Number.NaN, 2, 3];
		const scoreOf = (id: number) => scores[id]!;
		assert.deepEqual(idsOf(topOf(6, 2, scoreOf)), [0, 2]);
		assert.deepEqual(idsOf(topOf(6, 9, scoreOf)), [0, 2, 5, 4, 1]);
		assert.deepEqual(topOf(6, 0, scoreOf), []);
	});

	test('agrees with a full sort', () => {
		const next = randomWords(5);
		const scores = Array.from({ length: 500 }, () => next() % 50);
		const sorted = scores.map((score, id) => ({ id, score })).sort((a, b) => b.score - a.score || a.id - b.id);
		for (const k of [1, 2, 7, 64, 499, 500])
			assert.deepEqual(
				topOf(500, k, (id) => scores[id]!),
				sorted.slice(0, k),
			);
	});
});

describe('by hand', () => {
	const table = tableOf([
		[1, 0],
		[0, 2],
		[3, 3],
		[-1, 0],
		[0, 0],
		[Number.NaN, 0],
		[2, 0],
		[Number.POSITIVE_INFINITY, 1],
	]);
	const rows = nearestRows(table, scalarScorer, KEEP);
	const find = (vector: readonly number[], query: Partial<NearestQuery> = {}) => rows.find(vector, { top: 10, metric: 'cosine', ...query });

	test('cosine: direction only, zeros at 0, broken rows left out', async () => {
		assert.deepEqual(await find([5, 0]), [
			{ id: 0, score: 1 },
			{ id: 6, score: 1 },
			{ id: 2, score: 15 / Math.sqrt(18 * 25) },
			{ id: 1, score: 0 },
			{ id: 4, score: 0 },
			{ id: 3, score: -1 },
		]);
	});

	test('dot product: length counts', async () => {
		assert.deepEqual(await find([1, 1], { metric: 'dot', top: 3 }), [
			{ id: 2, score: 6 },
			{ id: 1, score: 2 },
			{ id: 6, score: 2 },
		]);
	});

	test('some ids can be left out', async () => {
		assert.deepEqual(idsOf(await find([5, 0], { top: 2, without: [0, 2] })), [6, 1]);
	});

	test('refusals', async () => {
		assert.throws(() => find([1]), { code: 'wrong-shape', message: /got 1, allowed 2 values/ });
		assert.throws(() => find([1, Number.NaN]), { code: 'usage' });
		assert.throws(() => find([1, 1e39]), { code: 'usage' });
		assert.throws(() => find([0, 0]), { code: 'usage', message: /dot/ });
		assert.throws(() => find([1, 1], { top: 0 }), { code: 'usage' });
		assert.deepEqual(idsOf(await find([0, 0], { metric: 'dot', top: 2 })), [0, 1]);
		await assert.rejects(find([1, 1], { signal: AbortSignal.abort(new Error('stop')) }), /stop/);
	});
});

/** All scores of a table by the plainest means. */
async function plainSearch(table: EmbeddingTable, vector: Float32Array, { top, metric }: NearestQuery): Promise<unknown> {
	const values = await table.rows(Array.from({ length: table.rowCount }, (_, id) => id));
	const measure = { cosine, dot }[metric];
	return Array.from({ length: table.rowCount }, (_, id) => ({
		id,
		score: measure(values.subarray(id * table.width, (id + 1) * table.width), vector),
	}))
		.filter(({ score }) => Number.isFinite(score))
		.sort((a, b) => b.score - a.score || a.id - b.id)
		.slice(0, top);
}

/**
 * A kernel that is off by as much as it promises, now above, now below; says nonsense of rows of extreme length, and does not see that a
 * value is not finite.
 */
function rounding(relativeError: number): RowScorer {
	return {
		allocate(dtype, width, rows) {
			const store = scalarScorer.allocate(dtype, width, rows);
			const next = randomWords(11);
			const off = () => ((next() / 2 ** 32) * 2 - 1) * relativeError;
			const lengthOf = (index: number) => {
				const row = new Float32Array(width);
				dtypes.F32.decode(store.row(index), 0, width, row, 0);
				return Math.hypot(...row);
			};
			const usual = (length: number) => length >= 2 ** -60 && length <= 2 ** 60;
			return {
				...store,
				relativeError,
				dot(query, first, count, out) {
					store.dot(query, first, count, out);
					for (let i = 0; i < count; i++) {
						const length = lengthOf(first + i);
						out[i] = usual(length) ? out[i]! + off() * length : Number.NaN;
					}
				},
				squares(first, count, out) {
					store.squares(first, count, out);
					for (let i = 0; i < count; i++) {
						const length = lengthOf(first + i);
						if (usual(length)) out[i]! *= 1 + off();
						else if (!Number.isFinite(length)) out[i] = 1;
					}
				},
			};
		},
	};
}

describe('the answer is that of a plain search', async () => {
	const V = 3000;
	const D = 12;
	const next = randomWords(3);
	// Rows crowd into few directions, so that many scores differ by less than a coarse kernel's error; every tenth row is a double of an
	// earlier one; some are zero, tiny, huge or broken.
	const made = Array.from({ length: V }, () => Array.from({ length: D }, (_, d) => (d === 0 ? 4 : (next() / 2 ** 32 - 0.5) / 8)));
	for (let id = 10; id < V; id += 10) made[id] = made[id - 7]!;
	for (let id = 5; id < V; id += 500) made[id] = Array(D).fill(0);
	for (let id = 7; id < V; id += 400) made[id] = made[id]!.map((value) => value * 1e-30);
	for (let id = 8; id < V; id += 400) made[id] = made[id]!.map((value) => value * 1e25);
	for (let id = 6; id < V; id += 300) made[id] = made[id]!.with(3, id % 2 ? Number.NaN : Number.POSITIVE_INFINITY);
	const vector = Float32Array.from({ length: D }, () => next() / 2 ** 32 - 0.5);

	for (const [name, scorer] of [
		['scalar', scalarScorer],
		['off by 2^-16', rounding(2 ** -16)],
		['off by 2^-6', rounding(2 ** -6)],
		['off by 1/2', rounding(0.5)],
		['SIMD kernel', createRowScorer(await buildKernels('simd'))],
		['no kernel at all', { allocate: () => undefined }],
	] as const) {
		for (const metric of ['cosine', 'dot'] as const) {
			for (const top of [1, 10, 200, V + 5]) {
				test(`${name}, ${metric}, top ${top}`, async () => {
					const table = tableOf(made);
					const expected = await plainSearch(table, vector, { top, metric });
					assert.deepEqual(await nearestRows(table, scorer, KEEP).find(vector, { top, metric }), expected);
					assert.deepEqual(await nearestRows(table, scorer, 0).find(vector, { top, metric }), expected);
				});
			}
		}
	}
});

describe('memory and reading', () => {
	/** More than one stretch of 4 MB: 40,000 rows of 64 halves. */
	const bytes = new Uint8Array(40000 * 128);
	const next = randomWords(9);
	for (let i = 0; i < bytes.length; i += 2) {
		bytes[i] = next() >>> 24;
		bytes[i + 1] = 0x30 | ((next() >>> 31) << 7);
	}
	const open = () => openTable(tensorOf('F16', [40000, 64], bytes));
	const query: NearestQuery = { top: 5, metric: 'cosine' };

	test('a row is its own nearest', async () => {
		const table = open();
		const row = await table.rows([31234]);
		assert.equal((await nearestRows(table, scalarScorer, KEEP).find(row, query))[0]!.id, 31234);
	});

	test('a kept table is read once; a larger one each time, and the answers agree', async () => {
		const kept = open();
		const streamed = open();
		const vector = await open().rows([7]);
		const fromKept = nearestRows(kept, scalarScorer, KEEP);
		const fromStream = nearestRows(streamed, scalarScorer, bytes.length - 1);
		const first = await fromKept.find(vector, query);
		assert.deepEqual(await fromKept.find(vector, query), first);
		assert.equal(kept.tensor.source.bytesRead, bytes.length);
		assert.deepEqual(await fromStream.find(vector, query), first);
		const once = streamed.tensor.source.bytesRead;
		assert.ok(once > bytes.length && once < bytes.length * 1.01);
		assert.deepEqual(await fromStream.find(vector, query), first);
		assert.equal(streamed.tensor.source.bytesRead, 2 * once);
	});

	test('a query that is stopped while the table loads does not spoil the next', async () => {
		const table = open();
		const rows = nearestRows(table, scalarScorer, KEEP);
		const vector = await table.rows([7]);
		const stop = new AbortController();
		const stopped = rows.find(vector, { ...query, signal: stop.signal });
		const other = rows.find(vector, query);
		queueMicrotask(() => stop.abort(new Error('stop')));
		await assert.rejects(stopped, /stop/);
		assert.equal((await other)[0]!.id, 7);
	});

	test('an unknown metric is refused: it would be one to rank by and another to score by', async () => {
		const rows = nearestRows(open(), scalarScorer, KEEP);
		const asked = async () => rows.find(new Float32Array(64).fill(1), { ...query, metric: 'euclidean' as never });
		await assert.rejects(asked, { code: 'usage' });
	});

	test('a closed table is refused', async () => {
		const table = open();
		let freed = 0;
		const counting: RowScorer = { allocate: (...size) => ({ ...scalarScorer.allocate(...size), free: () => freed++ }) };
		const rows = nearestRows(table, counting, KEEP);
		const vector = await table.rows([7]);
		await rows.find(vector, query);
		rows.close();
		await assert.rejects(rows.find(vector, query), { code: 'closed' });
		assert.equal(freed, 1);
	});
});

// Vectors: the exact search finds what the definition finds, at each precision and with each kernel.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRowScorer } from '../../src/compute/rows.ts';
import { buildKernels } from '../../src/compute/wasm.ts';
import { dot } from '../../src/embedding/distance.ts';
import { scalarScorer } from '../../src/embedding/scalar-scorer.ts';
import { topOf } from '../../src/embedding/top.ts';
import { seededRandom } from '../../src/generation/random.ts';
import { buildMatrix } from '../../src/retrieval/vectors.ts';

const WIDTH = 64;
const COUNT = 3000;
const random = seededRandom(3);

/** Rows near a few centres, so that many are nearly as near as the best. */
function rows(): Float32Array {
	const centres = Array.from({ length: 5 }, () => Array.from({ length: WIDTH }, () => random() - 0.5));
	const out = new Float32Array(COUNT * WIDTH);
	for (let row = 0; row < COUNT; row++) {
		const centre = centres[row % 5]!;
		const values = centre.map((value) => value + 0.02 * (random() - 0.5));
		const length = Math.hypot(...values);
		for (let i = 0; i < WIDTH; i++) out[row * WIDTH + i] = row === 7 ? 0 : values[i]! / length;
	}
	return out;
}

const matrix = rows();
const row = (slot: number): Float32Array => matrix.subarray(slot * WIDTH, (slot + 1) * WIDTH);
const readRows = async (slots: readonly number[]) => slots.map(row);

for (const [name, scorer] of [
	['scalar', scalarScorer],
	['kernels', createRowScorer(await buildKernels())],
] as const) {
	for (const precision of ['float32', 'int8'] as const) {
		test(`${name}, ${precision}: the best 10 and their scores to the bit, all and filtered`, async () => {
			const builder = buildMatrix(scorer, WIDTH, COUNT, precision);
			for (let at = 0; at < COUNT; at += 700) builder.add(matrix.slice(at * WIDTH, Math.min(COUNT, at + 700) * WIDTH));
			const search = builder.done(readRows);
			for (let i = 0; i < 20; i++) {
				const query = row((i * 137) % COUNT === 7 ? 8 : (i * 137) % COUNT);
				const allowed = i % 2 ? Uint8Array.from({ length: COUNT }, (_, slot) => Number(slot % 3 === 0)) : undefined;
				const expected = topOf(COUNT, 10, (slot) => (allowed && !allowed[slot] ? Number.NaN : dot(row(slot), query)));
				assert.deepEqual(await search.find(query, 10, allowed), expected);
			}
			search.free();
		});
	}
}

test('single bits: the first pass finds a row by itself, and says that it is no exact search', async () => {
	const builder = buildMatrix(scalarScorer, WIDTH, COUNT, 'bit');
	builder.add(matrix);
	const search = builder.done(readRows);
	assert.equal(search.exact, false);
	for (const slot of [0, 999, 2998]) assert.equal((await search.find(row(slot), 3))[0]!.id, slot);
});

test('fewer rows than asked, and none', async () => {
	const builder = buildMatrix(scalarScorer, WIDTH, 2, 'float32');
	builder.add(matrix.slice(0, 2 * WIDTH));
	assert.equal((await builder.done().find(row(0), 10)).length, 2);
	assert.deepEqual(await buildMatrix(scalarScorer, WIDTH, 0, 'float32').done().find(row(0), 10), []);
});

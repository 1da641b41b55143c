// Measures, sums and pooling on vectors of two or three values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combine } from '../../src/embedding/combine.ts';
import { cosine, distances, dot, euclidean, meanRow, norm, norms } from '../../src/embedding/distance.ts';
import { normalize, type Pooling, pool } from '../../src/embedding/pooling.ts';

test('measures between two vectors', () => {
	assert.equal(dot([1, 2, 3], [4, -5, 6]), 12);
	assert.equal(norm([3, 4]), 5);
	assert.equal(cosine([1, 0], [0, 2]), 0);
	assert.equal(cosine([1, 1], [-2, -2]), -1);
	assert.equal(cosine([0, 0], [1, 2]), 0);
	assert.equal(euclidean([1, 2], [4, 6]), 5);
	for (const v of [
		[0.1, 0.3, 0.7],
		[1e-40, 3e-40],
		[3e38, 1e38],
	])
		assert.equal(cosine(v, v), 1);
	assert.throws(() => dot([1], [1, 2]), { code: 'wrong-shape' });
});

test('every token of one sentence against every token of the other', () => {
	const a = Float32Array.of(1, 0, 0, 1, 3, 4); // 3 tokens
	const b = Float32Array.of(2, 0, 0, -1); // 2 tokens
	assert.deepEqual([...distances(a, b, 2, 'dot')], [2, 0, 0, -1, 6, -4]);
	assert.deepEqual([...distances(a, b, 2, 'cosine')], [1, 0, 0, -1, Math.fround(0.6), Math.fround(-0.8)]);
	assert.deepEqual([...distances(a, b, 2, 'euclidean')].slice(0, 2), [1, Math.fround(Math.SQRT2)]);
	assert.throws(() => distances(a, b, 2, 'manhattan' as never), { code: 'usage' });
	assert.deepEqual([...norms(a, 2)], [1, 1, 5]);
	assert.deepEqual([...meanRow(a, 2)], [Math.fround(4 / 3), Math.fround(5 / 3)]);
	assert.throws(() => norms(a, 4), { code: 'wrong-shape' });
	assert.throws(() => meanRow(new Float32Array(0), 2), { code: 'wrong-shape' });
});

test('king − man + woman', () => {
	assert.deepEqual(
		[
			...combine(
				[
					[5, 1],
					[0, 3],
				],
				[[4, 1]],
			),
		],
		[1, 3],
	);
	assert.deepEqual([...combine([], [[1, -2]])], [-1, 2]);
	assert.throws(() => combine([[1, 2]], [[1]]), { code: 'wrong-shape' });
	assert.throws(() => combine([]), { code: 'usage' });
});

test('pooling takes the tokens that count', () => {
	const states = Float32Array.of(1, 2, 3, 4, 8, 9); // 3 tokens
	const pooled = (pooling: Pooling, mask?: readonly number[]) => [...pool(states, 2, pooling, mask)];
	assert.deepEqual(pooled('mean'), [4, 5]);
	assert.deepEqual(pooled('mean', [1, 1, 0]), [2, 3]);
	assert.deepEqual(pooled('cls'), [1, 2]);
	assert.deepEqual(pooled('cls', [0, 1, 1]), [3, 4]);
	assert.deepEqual(pooled('last'), [8, 9]);
	assert.deepEqual(pooled('last', [1, 1, 0]), [3, 4]);
	assert.deepEqual(pooled('max'), [8, 9]);
	assert.deepEqual(pooled('max', [1, 1, 0]), [3, 4]);
	assert.deepEqual(pooled('mean_sqrt_len_tokens'), [12 / Math.sqrt(3), 15 / Math.sqrt(3)].map(Math.fround));
	assert.deepEqual(pooled('weightedmean'), [31 / 6, 37 / 6].map(Math.fround)); // (1·1 + 2·3 + 3·8) / (1 + 2 + 3)
	assert.deepEqual(pooled('weightedmean', [0, 1, 1]), [30 / 5, 35 / 5]); // places stay: (2·3 + 3·8) / (2 + 3)
	assert.throws(() => pooled('mean', [0, 0, 0]), { code: 'wrong-shape' });
	assert.throws(() => pooled('mean', [1]), { code: 'wrong-shape' });
	assert.throws(() => pool(states, 2, 'median' as Pooling), { code: 'usage', message: /mean, cls, last/ });
});

test('pooling gives a vector of its own', () => {
	const states = Float32Array.of(1, 2);
	pool(states, 2, 'cls')[0] = 7;
	assert.equal(states[0], 1);
});

test('normalize makes length 1, and leaves zeros zero', () => {
	assert.deepEqual([...normalize(Float32Array.of(3, 4))], [Math.fround(0.6), Math.fround(0.8)]);
	assert.deepEqual([...normalize(Float32Array.of(0, 0))], [0, 0]);
});

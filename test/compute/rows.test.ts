// Row scoring: every build against the scalar twins, the twins against float64 arithmetic on decoded values.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRowScorer } from '../../src/compute/rows.ts';
import { half, halfBits } from '../../src/compute/scalar/halves.ts';
import { dtypeOf, halfToNumber, numberToHalf } from '../../src/tensor/index.ts';
import { randomFloats } from '../random.ts';
import { randomBytes, variants } from './builds.ts';

test('halves are the same as in the tensor floor', () => {
	for (let bits = 0; bits < 65536; bits++) {
		if ((bits & 0x7c00) === 0x7c00) continue; // the kernels' weights are finite
		assert.equal(half(bits), halfToNumber(bits));
		assert.equal(halfBits(half(bits)), numberToHalf(halfToNumber(bits)));
	}
});

for (const { name, build, skip } of await variants()) {
	describe(`row scoring, ${name}`, { skip }, () => {
		for (const dtype of ['F32', 'F16', 'BF16', 'Q8_0'] as const) {
			for (const width of [32, 64, 96, 576, 640]) {
				test(`${dtype} × ${width}`, () => {
					const rows = 37;
					const type = dtypeOf(dtype);
					const bytes = randomBytes(dtype, rows * width, width);
					const decoded = new Float32Array(rows * width);
					type.decode(bytes, 0, (rows * width) / type.blockElements, decoded, 0);
					const query = randomFloats(width, 7);
					const store = createRowScorer(build!).allocate(dtype, width, rows)!;
					store.write(0, bytes);
					const scores = new Float32Array(rows - 3);
					const squares = new Float32Array(rows - 3);
					store.dot(query, 3, rows - 3, scores);
					store.squares(3, rows - 3, squares);
					const length = Math.hypot(...query);
					for (let r = 3; r < rows; r++) {
						const row = decoded.subarray(r * width, (r + 1) * width);
						let dot = 0;
						let square = 0;
						row.forEach((value, i) => {
							dot += value * query[i]!;
							square += value * value;
						});
						const bound = store.relativeError * Math.sqrt(square);
						assert.ok(Math.abs(scores[r - 3]! - dot) <= bound * length, `row ${r}: ${scores[r - 3]} for ${dot}`);
						assert.ok(Math.abs(squares[r - 3]! - square) <= bound * Math.sqrt(square), `row ${r}: ${squares[r - 3]} for ${square}`);
					}
					assert.deepEqual(store.row(5), bytes.subarray((5 * bytes.length) / rows, (6 * bytes.length) / rows));
					store.free();
				});
			}
		}
		test('Q8_0, more rows than the four streams take at once', () => {
			const rows = 8192 + 5;
			const bytes = randomBytes('Q8_0', rows * 32, 13);
			const decoded = new Float32Array(rows * 32);
			dtypeOf('Q8_0').decode(bytes, 0, rows, decoded, 0);
			const query = randomFloats(32, 8);
			const store = createRowScorer(build!).allocate('Q8_0', 32, rows)!;
			store.write(0, bytes);
			const scores = new Float32Array(rows);
			store.dot(query, 0, rows, scores);
			const length = Math.hypot(...query);
			for (let r = 0; r < rows; r++) {
				const row = decoded.subarray(r * 32, r * 32 + 32);
				const dot = row.reduce((sum, value, i) => sum + value * query[i]!, 0);
				assert.ok(Math.abs(scores[r]! - dot) <= store.relativeError * Math.hypot(...row) * length, `row ${r}: ${scores[r]} for ${dot}`);
			}
		});
		test('what has no kernel is left to the caller', () => {
			const scorer = createRowScorer(build!);
			assert.equal(scorer.allocate('F32', 3, 1), undefined);
			assert.equal(scorer.allocate('I8', 32, 1), undefined);
			assert.equal(scorer.allocate('F32', 4096, 2 ** 24), undefined);
		});
	});
}

test('a row by hand: 3 · 2 + 4 · 0.5 = 8', async () => {
	for (const { build } of (await variants()).filter(({ build }) => build)) {
		const store = createRowScorer(build!).allocate('F32', 4, 1)!;
		store.write(0, new Uint8Array(Float32Array.of(3, 4, 0, 0).buffer));
		const out = new Float32Array(1);
		store.dot(Float32Array.of(2, 0.5, 0, 0), 0, 1, out);
		assert.equal(out[0], 8);
		store.squares(0, 1, out);
		assert.equal(out[0], 25);
	}
});

// Rows of a table by id: what is read, what is decoded, what is refused; and the table's statistics.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tableStatistics } from '../../src/embedding/statistics.ts';
import { openTable } from '../../src/embedding/table.ts';
import { numberToHalf } from '../../src/tensor/index.ts';
import { tableOf, tensorOf } from './tables.ts';

const rows = [
	[1, 2],
	[3, 4],
	[5, 6],
	[7, 8],
];

describe('rows', () => {
	test('come in the order asked for, twice when asked twice', async () => {
		const table = tableOf(rows);
		assert.deepEqual([table.rowCount, table.width, table.rowBytes, table.dtype.name], [4, 2, 8, 'F32']);
		assert.deepEqual([...(await table.rows([3, 0, 3]))], [7, 8, 1, 2, 7, 8]);
		assert.deepEqual([...(await table.rows([]))], []);
	});

	test('cost their own bytes and no others', async () => {
		const table = tableOf(rows);
		assert.equal(table.tensor.source.bytesRead, 0);
		await table.rows([1, 3, 1]);
		assert.equal(table.tensor.source.bytesRead, 16);
	});

	test('are decoded: Q8_0 with scale 0.5', async () => {
		const block = (scale: number, first: number) => [numberToHalf(scale) & 255, numberToHalf(scale) >> 8, first, ...Array(31).fill(0)];
		const table = openTable(tensorOf('Q8_0', [2, 32], Uint8Array.from([...block(0.5, 3), ...block(2, 0xfe)])));
		const both = await table.rows([1, 0]);
		assert.deepEqual([both[0], both[32], both[33]], [-4, 1.5, 0]);
	});

	test('that are not there are refused', async () => {
		const table = tableOf(rows);
		for (const id of [4, -1, 0.5, 2 ** 40, Number.NaN]) await assert.rejects(table.rows([0, id]), { code: 'out-of-range' });
		await assert.rejects(table.rows({ length: 2 ** 40 }), { code: 'too-large' });
	});
});

test('a tensor that is no table is refused', () => {
	const refused = (shape: readonly number[], bytes: number, dtype: 'F32' | 'Q8_1' = 'F32') =>
		assert.throws.bind(null, () => openTable(tensorOf(dtype, shape, new Uint8Array(bytes))));
	refused([4], 16)({ code: 'wrong-shape' });
	refused([0, 4], 0)({ code: 'wrong-shape' });
	refused([2, 2, 2], 32)({ code: 'wrong-shape' });
	refused([2, 2], 15)({ code: 'wrong-shape', message: /16 bytes/ });
	refused([2 ** 30, 1], 16)({ code: 'too-large' });
	refused([1, 2 ** 30], 16)({ code: 'too-large' });
	refused([1, 32], 36, 'Q8_1')({ code: 'unsupported', message: /Q8_1/ });
});

describe('statistics', () => {
	test('of a table that can be counted on the fingers', async () => {
		const made = await tableStatistics(
			tableOf([
				[3, 4],
				[0, 0],
				[Number.NaN, 1],
				[-3, -4],
			]),
			4,
		);
		// Values 3 4 0 0 −3 −4: mean 0, variance 50 / 6. Lengths 5 0 5: mean 10 / 3, variance 50 / 3 − 100 / 9 = 50 / 9.
		assert.deepEqual([made.rows, made.width, made.deadRows, made.brokenRows], [4, 2, 1, 1]);
		assert.deepEqual([made.min, made.max, made.norm.min, made.norm.max], [-4, 4, 0, 5]);
		near(made.mean, 0);
		near(made.standardDeviation, Math.sqrt(50 / 6));
		near(made.norm.mean, 10 / 3);
		near(made.norm.standardDeviation, Math.sqrt(50 / 9));
	});

	test('do not lose small differences between large values', async () => {
		const made = await tableStatistics(
			tableOf([
				[16777214, 16777216],
				[16777214, 16777216],
			]),
			2,
		);
		near(made.mean, 16777215);
		near(made.standardDeviation, 1);
	});

	test('of a sample look at evenly spaced rows only', async () => {
		const table = tableOf(Array.from({ length: 10 }, (_, i) => [i, 0]));
		const made = await tableStatistics(table, 3); // rows 0, 3, 6
		assert.deepEqual([made.rows, made.norm.mean, made.norm.max], [3, 3, 6]);
		assert.equal(table.tensor.source.bytesRead, 3 * 8);
		assert.equal((await tableStatistics(table, 99)).rows, 10);
		await assert.rejects(tableStatistics(table, 0), { code: 'usage' });
	});
});

function near(got: number, expected: number): void {
	assert.ok(Math.abs(got - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${got} is not ${expected}`);
}

// What a table's numbers are like: for comparing models. From evenly spaced rows of it.

import { TongsaError } from '../errors.ts';
import { norm, rowsOf } from './distance.ts';
import type { EmbeddingTable } from './table.ts';

export interface TableStatistics {
	/** Rows that were looked at; fewer than the table's when sampled. */
	readonly rows: number;
	readonly width: number;
	/** Over all values of the rows that count. */
	readonly mean: number;
	readonly standardDeviation: number;
	readonly min: number;
	readonly max: number;
	/** Lengths of the rows that count. */
	readonly norm: { readonly mean: number; readonly standardDeviation: number; readonly min: number; readonly max: number };
	/** Rows of nothing but zeros: they count. */
	readonly deadRows: number;
	/** Rows with a NaN or an infinity: left out of every other number. */
	readonly brokenRows: number;
}

/** Count, mean and sum of squared deviations, merged without cancellation (Chan, Golub, LeVeque 1983). */
class Spread {
	count = 0;
	mean = 0;
	squares = 0;
	min = Number.POSITIVE_INFINITY;
	max = Number.NEGATIVE_INFINITY;

	add(values: ArrayLike<number>): void {
		const n = values.length;
		let sum = 0;
		for (let i = 0; i < n; i++) sum += values[i]!;
		const mean = sum / n;
		let squares = 0;
		for (let i = 0; i < n; i++) {
			const value = values[i]!;
			squares += (value - mean) ** 2;
			if (value < this.min) this.min = value;
			if (value > this.max) this.max = value;
		}
		const total = this.count + n;
		const delta = mean - this.mean;
		this.squares += squares + (delta ** 2 * this.count * n) / total;
		this.mean += (delta * n) / total;
		this.count = total;
	}

	/** Of the whole population; NaN for none. */
	get standardDeviation(): number {
		return Math.sqrt(this.squares / this.count);
	}
}

/**
 * Of `sample` evenly spaced rows, or of all where the table has no more. Numbers of an empty population are NaN, ±∞.
 * @throws TongsaError 'usage' for a sample that is no whole number from 1.
 */
export async function tableStatistics(table: EmbeddingTable, sample: number, signal?: AbortSignal): Promise<TableStatistics> {
	if (!(Number.isSafeInteger(sample) && sample > 0))
		throw new TongsaError('usage', 'a sample is a number of rows', { field: 'sample', got: sample, allowed: 'a whole number from 1' });
	const rows = Math.min(sample, table.rowCount);
	const matrix = await table.rows(
		Array.from({ length: rows }, (_, i) => Math.floor((i * table.rowCount) / rows)),
		signal,
	);
	const values = new Spread();
	const lengths = new Spread();
	let deadRows = 0;
	let brokenRows = 0;
	for (const row of rowsOf(matrix, table.width)) {
		const length = norm(row);
		if (!Number.isFinite(length)) {
			brokenRows++;
			continue;
		}
		if (length === 0) deadRows++;
		values.add(row);
		lengths.add([length]);
	}
	const { mean, standardDeviation, min, max } = values;
	return {
		rows,
		width: table.width,
		mean,
		standardDeviation,
		min,
		max,
		norm: { mean: lengths.mean, standardDeviation: lengths.standardDeviation, min: lengths.min, max: lengths.max },
		deadRows,
		brokenRows,
	};
}

// What a table's numbers are like: for comparing models. The whole table streamed, or evenly spaced rows of it.

import { TongsaError } from '../errors.ts';
import { norm } from './distance.ts';
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

/** `sample`: number of evenly spaced rows to look at in place of all. Numbers of an empty population are NaN, ±∞. */
export async function tableStatistics(
	table: EmbeddingTable,
	options: { readonly sample?: number; readonly signal?: AbortSignal } = {},
): Promise<TableStatistics> {
	const { sample, signal } = options;
	const values = new Spread();
	const lengths = new Spread();
	let rows = 0;
	let deadRows = 0;
	let brokenRows = 0;
	const look = (row: Float32Array) => {
		rows++;
		const length = norm(row);
		if (!Number.isFinite(length)) brokenRows++;
		else {
			if (length === 0) deadRows++;
			values.add(row);
			lengths.add([length]);
		}
	};
	for await (const matrix of sample === undefined ? wholeTable(table, signal) : sampledRows(table, sample, signal)) {
		for (let at = 0; at < matrix.length; at += table.width) look(matrix.subarray(at, at + table.width));
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

async function* wholeTable(table: EmbeddingTable, signal?: AbortSignal): AsyncGenerator<Float32Array> {
	for await (const { count, bytes } of table.stretches(signal)) {
		const matrix = new Float32Array(count * table.width);
		table.dtype.decode(bytes, 0, matrix.length / table.dtype.blockElements, matrix, 0);
		yield matrix;
	}
}

async function* sampledRows(table: EmbeddingTable, sample: number, signal?: AbortSignal): AsyncGenerator<Float32Array> {
	if (!(Number.isSafeInteger(sample) && sample > 0))
		throw new TongsaError('usage', 'a sample is a number of rows', { field: 'sample', got: sample, allowed: 'a whole number from 1' });
	const count = Math.min(sample, table.rowCount);
	yield await table.rows(
		Array.from({ length: count }, (_, i) => Math.floor((i * table.rowCount) / count)),
		signal,
	);
}

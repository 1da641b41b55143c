// Measures between vectors, and between the tokens of two sentences. Sums are in JavaScript's 53 bits, in order of the index.

import { TongsaError } from '../errors.ts';
import { checkOptions, needed, oneOf } from '../options.ts';

export type Metric = 'cosine' | 'dot' | 'euclidean';

/** Σ a[d]·b[d]. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
	sameWidth(a, b);
	let sum = 0;
	for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
	return sum;
}

/** √Σ a[d]². */
export function norm(a: ArrayLike<number>): number {
	return Math.sqrt(dot(a, a));
}

/**
 * Cosine of the angle, −1…1. A vector of length 0 has no direction: its cosine with anything is 0.
 * @throws TongsaError 'wrong-shape' for vectors of different width.
 */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
	return cosineOf(dot(a, b), dot(a, a), dot(b, b));
}

/**
 * Cosine from the product and the two squared lengths. One root of their product: a vector's cosine with itself is exactly 1.
 * Rounding beyond ±1 is cut. Squares of float32 vectors neither overflow nor vanish in JavaScript's numbers.
 */
export function cosineOf(product: number, squareA: number, squareB: number): number {
	if (squareA === 0 || squareB === 0) return 0;
	return Math.max(-1, Math.min(1, product / Math.sqrt(squareA * squareB)));
}

/** √Σ (a[d] − b[d])². */
export function euclidean(a: ArrayLike<number>, b: ArrayLike<number>): number {
	sameWidth(a, b);
	let sum = 0;
	for (let d = 0; d < a.length; d++) sum += (a[d]! - b[d]!) ** 2;
	return Math.sqrt(sum);
}

const METRICS: Readonly<Record<Metric, (a: ArrayLike<number>, b: ArrayLike<number>) => number>> = { cosine, dot, euclidean };

/**
 * Every token of one sentence against every token of another: a is (T1, D), b is (T2, D), D being `width`; the result is (T1, T2).
 *
 *     distances(Float32Array.of(1, 0,  0, 1), Float32Array.of(1, 0), 2, 'cosine') // [1, 0]
 *
 * @throws TongsaError 'usage' for an unknown metric, 'wrong-shape' for values that are not whole rows.
 */
export function distances(a: Float32Array, b: Float32Array, width: number, metric: Metric): Float32Array {
	const rowsA = rowsOf(a, width);
	const rowsB = rowsOf(b, width);
	checkOptions({ metric }, { metric: needed(oneOf(Object.keys(METRICS))) });
	const measure = METRICS[metric];
	return Float32Array.from(rowsA.flatMap((rowA) => rowsB.map((rowB) => measure(rowA, rowB))));
}

/**
 * Length √Σ x[d]² of each row of a matrix (T, D), D being `width`: T values.
 *
 *     norms(Float32Array.of(3, 4,  0, 2), 2) // [5, 2]
 *
 * @throws TongsaError 'wrong-shape' for values that are not whole rows.
 */
export function norms(matrix: Float32Array, width: number): Float32Array {
	return Float32Array.from(rowsOf(matrix, width), norm);
}

/** Mean of the rows of a (T, D): D values. */
export function meanRow(matrix: Float32Array, width: number): Float32Array {
	const rows = rowsOf(matrix, width);
	if (rows.length === 0) throw new TongsaError('wrong-shape', 'no rows have no mean', { got: 0, allowed: 'at least one row' });
	return meanOf(rows);
}

/** Mean of rows of D values, of which there is at least one. */
export function meanOf(rows: readonly Float32Array[]): Float32Array {
	const sum = new Float64Array(rows[0]!.length);
	for (const row of rows) for (let d = 0; d < sum.length; d++) sum[d]! += row[d]!;
	return Float32Array.from(sum, (value) => value / rows.length);
}

/** Views of the T rows of a (T, D). */
export function rowsOf(matrix: Float32Array, width: number): Float32Array[] {
	if (!(Number.isSafeInteger(width) && width > 0 && matrix.length % width === 0)) {
		throw new TongsaError('wrong-shape', 'values are not whole rows', {
			field: 'width',
			got: `${matrix.length} values of width ${width}`,
			allowed: 'a multiple of the width',
		});
	}
	return Array.from({ length: matrix.length / width }, (_, t) => matrix.subarray(t * width, (t + 1) * width));
}

function sameWidth(a: ArrayLike<number>, b: ArrayLike<number>): void {
	if (a.length !== b.length)
		throw new TongsaError('wrong-shape', 'vectors of different width', { got: b.length, allowed: `${a.length} values` });
}

// Pooling: hidden states of T tokens (T, D) → one sentence vector (D). And what may stand behind it: a dense layer, a norm.
// Reimers & Gurevych 2019, Sentence-BERT §3; Muennighoff 2022, SGPT (weighted mean); names as in sentence-transformers' modules/pooling.py

import { TongsaError } from '../errors.ts';
import { checkOptions, needed, oneOf } from '../options.ts';
import { meanOf, norm, rowsOf } from './distance.ts';

export type Pooling = 'mean' | 'cls' | 'last' | 'max' | 'mean_sqrt_len_tokens' | 'weightedmean';

/** T flags: a token that does not count (padding, or outside the range that is pooled) is 0. */
export type Mask = ArrayLike<number | boolean>;

/** Each takes the rows that count, in order, with their places among all T from 0; there is at least one. */
const POOLINGS: Readonly<Record<Pooling, (rows: readonly Float32Array[], places: readonly number[]) => Float32Array>> = {
	mean: meanOf,
	cls: (rows) => rows[0]!.slice(),
	last: (rows) => rows.at(-1)!.slice(),
	max: (rows) => rows[0]!.map((_, d) => rows.reduce((most, row) => Math.max(most, row[d]!), Number.NEGATIVE_INFINITY)),
	/** Σ / √T. */
	mean_sqrt_len_tokens: (rows) => meanOf(rows).map((value) => value * Math.sqrt(rows.length)),
	/** Token t, from 1, counts t times. */
	weightedmean: (rows, places) => {
		const total = places.reduce((sum, t) => sum + t + 1, 0);
		return rows[0]!.map((_, d) => rows.reduce((sum, row, i) => sum + row[d]! * (places[i]! + 1), 0) / total);
	},
};

export const POOLING_NAMES = Object.keys(POOLINGS) as readonly Pooling[];

/**
 * One vector of D values from states (T, D), D being `width`. 'mean' of the tokens that count, 'cls' the first of them, 'last' the last.
 *
 *     pool(Float32Array.of(1, 2,  3, 4,  9, 9), 2, 'mean', [1, 1, 0]) // [2, 3]
 *
 * @throws TongsaError 'usage' for an unknown name, 'wrong-shape' where nothing is left to pool or the mask does not fit.
 */
export function pool(states: Float32Array, width: number, pooling: Pooling, mask?: Mask): Float32Array {
	checkOptions({ pooling }, { pooling: needed(oneOf(POOLING_NAMES)) });
	const rows = rowsOf(states, width);
	if (mask && mask.length !== rows.length) {
		throw new TongsaError('wrong-shape', 'a mask has one flag a token', {
			field: 'mask',
			got: mask.length,
			allowed: `${rows.length} flags`,
		});
	}
	const places = rows.map((_, t) => t).filter((t) => !mask || mask[t]);
	if (places.length === 0)
		throw new TongsaError('wrong-shape', 'no token to pool', {
			got: `${rows.length} tokens, none of which counts`,
			allowed: 'at least one',
		});
	return POOLINGS[pooling](
		places.map((t) => rows[t]!),
		places,
	);
}

/** Shortest length that is divided by, as in PyTorch's functional.normalize: a zero vector stays zero. */
const MIN_NORM = 1e-12;

/** A vector of length 1 in the same direction; a zero vector stays zero. */
export function normalize(vector: Float32Array): Float32Array {
	const length = Math.max(norm(vector), MIN_NORM);
	return vector.map((value) => value / length);
}

// Pooling: hidden states of T tokens (T, D) → one sentence vector (D).
// Reimers & Gurevych 2019, Sentence-BERT §3; names as in sentence-transformers' 1_Pooling/config.json

import { TongsaError } from '../errors.ts';
import { checkOptions, needed, oneOf } from '../options.ts';
import { meanOf, norm, rowsOf } from './distance.ts';

export type Pooling = 'mean' | 'cls' | 'last';

/** T flags: a token that does not count (padding, or outside the range that is pooled) is 0. */
export type Mask = ArrayLike<number | boolean>;

/** Each takes the rows that count, in order; there is at least one. */
const POOLINGS: Readonly<Record<Pooling, (rows: readonly Float32Array[]) => Float32Array>> = {
	mean: meanOf,
	cls: (rows) => rows[0]!.slice(),
	last: (rows) => rows.at(-1)!.slice(),
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
	const counted = mask ? rows.filter((_, t) => mask[t]) : rows;
	if (counted.length === 0)
		throw new TongsaError('wrong-shape', 'no token to pool', {
			got: `${rows.length} tokens, none of which counts`,
			allowed: 'at least one',
		});
	return POOLINGS[pooling](counted);
}

/** Shortest length that is divided by, as in PyTorch's functional.normalize: a zero vector stays zero. */
const MIN_NORM = 1e-12;

/** A vector of length 1 in the same direction; a zero vector stays zero. */
export function normalize(vector: Float32Array): Float32Array {
	const length = Math.max(norm(vector), MIN_NORM);
	return vector.map((value) => value / length);
}

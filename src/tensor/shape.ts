// Shapes: lists of dimensions, row-major, slowest first.

import { TongsaError } from '../errors.ts';

/**
 * Number of values: the product of the dimensions; 1 for a scalar's empty shape.
 *
 * @throws TongsaError 'wrong-shape' for a dimension that is no whole number ≥ 0, 'too-large' from 2^53 on: beyond that a JavaScript
 * number does not count exactly, and a byte range computed from it could wrap onto another tensor.
 */
export function elementCount(shape: readonly number[]): number {
	let count = 1;
	for (const size of shape) {
		if (!Number.isSafeInteger(size) || size < 0) {
			throw new TongsaError('wrong-shape', 'a dimension that is no count', {
				field: 'shape',
				got: size,
				allowed: 'whole numbers from 0 to below 2^53',
			});
		}
		count *= size;
	}
	// A zero anywhere makes the product 0 however large the others are; an overflow to ∞ times 0 is NaN, and refused.
	if (!(count <= Number.MAX_SAFE_INTEGER)) {
		throw new TongsaError('too-large', 'the dimensions multiply to too many values', {
			field: 'shape',
			got: shape.join(' × '),
			allowed: 'less than 2^53 values, what a JavaScript number counts exactly',
		});
	}
	return count;
}

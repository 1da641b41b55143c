// Sums and differences of vectors: king − man + woman.
// Mikolov, Yih, Zweig 2013, Linguistic Regularities in Continuous Space Word Representations; here vectors are added as they are, not normalised first

import { TongsaError } from '../errors.ts';

/**
 * Σ plus − Σ minus, D values.
 *
 *     combine([[1, 2], [3, 4]], [[1, 1]]) // [3, 5]
 *
 * @throws TongsaError 'usage' without a vector, 'wrong-shape' for vectors of different width.
 */
export function combine(plus: readonly ArrayLike<number>[], minus: readonly ArrayLike<number>[] = []): Float32Array {
	const width = (plus[0] ?? minus[0])?.length;
	if (width === undefined) throw new TongsaError('usage', 'nothing to add or to take away', { allowed: 'at least one vector' });
	const sum = new Float64Array(width);
	const add = (vector: ArrayLike<number>, sign: 1 | -1) => {
		if (vector.length !== width)
			throw new TongsaError('wrong-shape', 'vectors of different width', { got: vector.length, allowed: `${width} values` });
		for (let d = 0; d < width; d++) sum[d]! += sign * vector[d]!;
	};
	for (const vector of plus) add(vector, 1);
	for (const vector of minus) add(vector, -1);
	return Float32Array.from(sum);
}

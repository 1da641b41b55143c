// How far two texts are alike from their beginning: of ids, what need not be computed again; of bytes, what need not be walked again.

/**
 * Length of the longest common prefix.
 *
 *     commonPrefix([1, 2, 3], [1, 2, 9]) // 2
 */
export function commonPrefix(a: ArrayLike<number>, b: ArrayLike<number>): number {
	const most = Math.min(a.length, b.length);
	let i = 0;
	while (i < most && a[i] === b[i]) i++;
	return i;
}

// Float32 values as the shortest decimals that read back to the same float32.

/** Digits that always suffice for a float32 (IEEE 754-2008 §5.12.2: 1 + ⌈24·log₁₀2⌉). */
const MAX_DIGITS = 9;

/**
 * A float32 → the number whose decimal, as JSON.stringify prints it, is the shortest that rounds to that float32.
 * Numbers that no float32 equals are rounded to float32 first; NaN, infinities and −0 are returned as they are.
 *
 *     JSON.stringify(Math.fround(0.481))                  // 0.48100000619888306
 *     JSON.stringify(shortestFloat32(Math.fround(0.481))) // 0.481
 */
export function shortestFloat32(x: number): number {
	const value = Math.fround(x);
	if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 1e7)) return value;
	// Downwards: most values of a model need nearly all digits. Where d digits do, any more do too.
	let shortest = Number(value.toPrecision(MAX_DIGITS));
	for (let digits = MAX_DIGITS - 1; digits > 0; digits--) {
		const shorter = Number(value.toPrecision(digits));
		if (Math.fround(shorter) !== value) break;
		shortest = shorter;
	}
	return shortest;
}

/** The same for many values, as a plain array that JSON.stringify takes. */
export function shortestFloat32s(values: ArrayLike<number>): number[] {
	return Array.from(values, shortestFloat32);
}

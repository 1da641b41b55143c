// Float32 values as the shortest decimals that read back to the same float32.

/** Digits that always suffice for a float32 (IEEE 754-2008 §5.12.2: 1 + ⌈24·log₁₀2⌉). */
const MAX_DIGITS = 9;
/** 10⁰…10²²: the powers of ten that a float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, k) => 10 ** k);

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
	return byArithmetic(value) ?? byText(value);
}

/** Downwards: most values of a model need nearly all digits. Where d digits do, any more do too. */
function byText(value: number): number {
	let shortest = Number(value.toPrecision(MAX_DIGITS));
	for (let digits = MAX_DIGITS - 1; digits > 0; digits--) {
		const shorter = Number(value.toPrecision(digits));
		if (Math.fround(shorter) !== value) break;
		shortest = shorter;
	}
	return shortest;
}

/**
 * The same without making a text of each try, some ten times as fast: d digits of a value are n = round(value · 10ᵏ), and n / 10ᵏ, both exact,
 * is the number nearest to that decimal (Clinger 1990, "How to read floating point numbers accurately"). Undefined where 10ᵏ is not
 * exact, and where the product lies so near the middle of two n that its own rounding might decide.
 */
function byArithmetic(value: number): number | undefined {
	const size = Math.abs(value);
	if (!(size >= 1e-13 && size < 1e7)) return undefined;
	let k = 0;
	while (size * POWERS[k]! < 1e8) k++; // nine digits before the point
	let shortest: number | undefined;
	for (let digits = MAX_DIGITS; digits > 0; digits--, k--) {
		const scaled = size * POWERS[k]!;
		const whole = Math.round(scaled);
		if (Math.abs(Math.abs(scaled - whole) - 0.5) < 1e-6) return undefined;
		const shorter = whole / POWERS[k]!;
		if (Math.fround(shorter) !== size) break;
		shortest = shorter;
	}
	return shortest !== undefined && value < 0 ? -shortest : shortest;
}

/** The same for many values, as a plain array that JSON.stringify takes. */
export function shortestFloat32s(values: ArrayLike<number>): number[] {
	const shortest = new Array<number>(values.length);
	for (let i = 0; i < shortest.length; i++) shortest[i] = shortestFloat32(values[i]!);
	return shortest;
}

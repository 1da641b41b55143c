// Half and bfloat16 bits → values, for the scalar twins. compute/ stands below tensor/ and so has its own; a test holds the two equal.
// IEEE 754-2008 §3.6

/** Finite halves; exact. */
export function half(bits: number): number {
	const exponent = (bits >> 10) & 31;
	const magnitude = exponent ? (1024 + (bits & 1023)) * 2 ** (exponent - 25) : (bits & 1023) * 2 ** -24;
	return bits & 0x8000 ? -magnitude : magnitude;
}

/** Value → half bits, to nearest, ties to even; beyond 65504 the largest half. */
export function halfBits(value: number): number {
	const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
	const magnitude = Math.min(Math.abs(value), 65504);
	WORD_AS_FLOAT[0] = magnitude;
	const exponent = Math.max((WORD[0]! >>> 23) - 127, -14);
	// Whole units in the last place: adding and taking away 2^52 rounds to nearest, ties to even. A carry runs into the exponent by itself.
	const units = magnitude * 2 ** (10 - exponent) + 2 ** 52 - 2 ** 52;
	return sign | (((exponent + 14) << 10) + units);
}

const WORD = new Uint32Array(1);
const WORD_AS_FLOAT = new Float32Array(WORD.buffer);

/** Exact. */
export function bfloat(bits: number): number {
	WORD[0] = bits << 16;
	return WORD_AS_FLOAT[0]!;
}

// Small floating-point formats → numbers: half, bfloat16 and the two 8-bit kinds. All conversions are exact.
// IEEE 754-2008 §3.6 (half); OCP 8-bit Floating Point Specification 1.0 (E4M3, E5M2); bfloat16 is the upper half of a float32

/** Index sign+exponent (6 bits) → value of the last place; the exponent 0 has the same one as 1. */
const HALF_UNIT = Float64Array.from({ length: 64 }, (_, i) => (i & 32 ? -1 : 1) * 2 ** (Math.max(i & 31, 1) - 25));
/** Index sign+exponent → the hidden bit: none in subnormals. */
const HALF_HIDDEN = Float64Array.from({ length: 64 }, (_, i) => (i & 31 ? 1024 : 0));

/**
 * Half bits → value. Range ±65504, smallest step 2^-24; exact. ±∞ and −0 are kept, every NaN is JavaScript's NaN.
 *
 *     halfToNumber(0x3c00) // 1
 *     halfToNumber(0x0001) // 2^-24
 */
export function halfToNumber(bits: number): number {
	const top = bits >>> 10;
	const fraction = bits & 0x3ff;
	if ((top & 31) === 31) return fraction ? Number.NaN : top & 32 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
	return HALF_UNIT[top]! * (HALF_HIDDEN[top]! + fraction);
}

/** The half at a byte offset, little-endian: the scale of most block formats. */
export function halfAt(bytes: Uint8Array, at: number): number {
	return halfToNumber(bytes[at]! | (bytes[at + 1]! << 8));
}

/**
 * Value → half bits, to nearest, ties to even; overflow beyond 65519.99… gives ∞. Error at most half a unit in the last place
 * (2^-11 relative, 2^-25 absolute below 2^-14). Every NaN becomes 0x7e00.
 *
 *     numberToHalf(1)     // 0x3c00
 *     numberToHalf(65520) // 0x7c00, ∞
 */
export function numberToHalf(value: number): number {
	if (Number.isNaN(value)) return 0x7e00;
	const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
	const magnitude = Math.abs(value);
	if (magnitude >= 65520) return sign | 0x7c00;
	DOUBLE[0] = magnitude;
	const exponent = Math.max((DOUBLE_AS_WORDS[1]! >>> 20) - 1023, -14);
	// Whole units in the last place: adding and taking away 2^52 rounds to nearest, ties to even. A carry runs into the exponent by itself.
	const units = magnitude * 2 ** (10 - exponent) + 2 ** 52 - 2 ** 52;
	return sign | (((exponent + 14) << 10) + units);
}

const DOUBLE = new Float64Array(1);
const DOUBLE_AS_WORDS = new Uint32Array(DOUBLE.buffer);
const WORD = new Uint32Array(1);
const WORD_AS_FLOAT = new Float32Array(WORD.buffer);

/** float32 bits → value. Every NaN is JavaScript's NaN. */
function floatFromBits(bits: number): number {
	WORD[0] = bits;
	return WORD_AS_FLOAT[0]!;
}

/** Value → float32 bits, to nearest, ties to even. */
export function floatBits(value: number): number {
	WORD_AS_FLOAT[0] = value;
	return WORD[0]!;
}

/** bfloat16 bits → value; exact, float32's range. */
export function bfloatToNumber(bits: number): number {
	return floatFromBits(bits << 16);
}

/**
 * The 256 values of E4M3 as safetensors and PyTorch mean it (float8_e4m3fn): bias 7, largest 448, step 2^-9 at the bottom,
 * no infinities, 0x7f and 0xff NaN.
 */
export const F8_E4M3_VALUES: Float32Array = Float32Array.from({ length: 256 }, (_, bits) => {
	const sign = bits & 0x80 ? -1 : 1;
	const exponent = (bits >> 3) & 15;
	const fraction = bits & 7;
	if (exponent === 15 && fraction === 7) return Number.NaN;
	return sign * (exponent ? (8 + fraction) * 2 ** (exponent - 10) : fraction * 2 ** -9);
});

/** The 256 values of E5M2: a half's upper byte. Largest 57344, with infinities. */
export const F8_E5M2_VALUES: Float32Array = Float32Array.from({ length: 256 }, (_, bits) => halfToNumber(bits << 8));

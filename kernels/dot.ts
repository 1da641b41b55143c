// Dot products of 8-bit whole numbers, in the three ways that builds differ in. All inlined.
// Relaxed: https://github.com/WebAssembly/relaxed-simd; V8 makes one vpdpbusd of the four-way dot where the CPU has AVX-VNNI, and five
// instructions elsewhere (two of them rebuild a constant each time); the two-way dot is one vpmaddubsw everywhere on x86.

/** Sums of two products of signed `a` and 7-bit `b`, as int16; exact while they fit in int16. */
// @ts-ignore: decorator
@inline
export function dot2(a: v128, b: v128): v128 {
	if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_dot_i8x16_i7x16_s(a, b);
	// even + odd places, each sign-extended in its own 16 bits
	const even = i16x8.mul(i16x8.shr_s(i16x8.shl(a, 8), 8), i16x8.shr_s(i16x8.shl(b, 8), 8));
	return i16x8.add(even, i16x8.mul(i16x8.shr_s(a, 8), i16x8.shr_s(b, 8)));
}

/** Sums neighbouring int16 in pairs to int32. `ones` is int16 1 in all lanes, kept in a register. */
// @ts-ignore: decorator
@inline
export function widen(v: v128, ones: v128): v128 {
	return i32x4.dot_i16x8_s(v, ones);
}

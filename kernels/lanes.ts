// Small vector helpers that all kernels share. Everything here is inlined; nothing allocates.
// Relaxed SIMD: https://github.com/WebAssembly/relaxed-simd/blob/main/proposals/relaxed-simd/Overview.md

/** a · b + c. One rounding where the relaxed build may fuse, two otherwise. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
	if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
	return f32x4.add(f32x4.mul(a, b), c);
}

/** Sum of the four lanes, as (0 + 1) + (2 + 3). */
// @ts-ignore: decorator
@inline
export function sum4(v: v128): f32 {
	return (
		f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
	);
}

/** Keeps sign, exponent and fraction of a half that was shifted into a float's place. */
// @ts-ignore: decorator
@inline
export const HALF_MASK: i32 = 0x8fffe000;

/** What a half in a float's place must be multiplied by: the exponent's bias is 127 there and 15 in a half. Subnormals come out right too. */
// @ts-ignore: decorator
@inline
export const HALF_FACTOR: f32 = 5192296858534827628530496329220096.0; // 2^112

/**
 * `value` in four lanes, hidden from constant folding by a size that is never negative: V8 builds a vector constant anew at each use
 * inside a loop, but keeps a value that it cannot know in a register (measured: 13 → 22 GB/s in scoreF16).
 */
// @ts-ignore: decorator
@inline
export function kept(value: i32, size: i32): v128 {
	return i32x4.splat(value ^ (size >> 31));
}

/** Upper halves of four 32-bit lanes → float values × 2^-112. Exact for every finite half. `mask` is HALF_MASK in all lanes. */
// @ts-ignore: decorator
@inline
export function upperHalves(v: v128, mask: v128): v128 {
	return v128.and(i32x4.shr_s(v, 3), mask);
}

/** The half at `pointer` × 2^-112, in all four lanes. Finite halves only. */
// @ts-ignore: decorator
@inline
export function halfSplat(pointer: usize, mask: v128): v128 {
	return upperHalves(v128.load16_splat(pointer), mask);
}

/** The half at `pointer`. Finite halves only. */
// @ts-ignore: decorator
@inline
export function half(pointer: usize): f32 {
	return reinterpret<f32>(((<i32>load<u16>(pointer) << 16) >> 3) & HALF_MASK) * HALF_FACTOR;
}

/** Sets or adds to eight neighbours of a result. */
// @ts-ignore: decorator
@inline
export function put(out: usize, a: v128, b: v128, add: i32): void {
	if (add) {
		a = f32x4.add(a, v128.load(out));
		b = f32x4.add(b, v128.load(out, 16));
	}
	v128.store(out, a);
	v128.store(out, b, 16);
}

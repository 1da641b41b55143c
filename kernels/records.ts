// What a weight record holds, and the exact sums of one group of columns: what one token (matmul.ts) and many (matmul-tiles.ts) share. All inlined.
// Layout idea: llama.cpp's repacked blocks (ggml/src/ggml-cpu/repack.cpp); activations: quantise.ts.

// A weight record holds 8 rows × one group of columns: scale f32 × 8, companion f32 × 8, then for each step of 4 columns 8 rows × 4 bytes
// (4-bit kinds: low halves of a byte are an even step, high halves the odd step after it).
// result[r] += scale[r] · xScale · Σ w·q + companion[r] · xCompanion, with w·q summed exactly in whole numbers:
//   kind        weights    activations           sum of two fits int16   sums before widening
//   'signed8'   −127…127   unsigned, 0…127       32,258                  1
//   'unsigned6' 0…63       signed, −127…127      16,002                  2   (groups of 16)
//   'unsigned5' 0…31       signed                 7,874                  4
//   'unsigned4' 0…15       signed                 3,810                  8
// Error against exact arithmetic on the same whole numbers: float32 sums over the groups, (groups + 4) · 2^-24 of Σ |terms|.

import { dot2, widen } from './dot';
import { madd } from './lanes';

/** Adds one group's whole-number sums for four rows: y += scale · (xScale · sum) + companion · xCompanion. */
// @ts-ignore: decorator
@inline
export function settle(y: v128, sum: v128, w: usize, xScale: v128, xCompanion: v128): v128 {
	return madd(
		v128.load(w),
		f32x4.mul(f32x4.convert_i32x4_s(sum), xScale),
		madd(v128.load(w, 32), xCompanion, y),
	);
}

/** Kinds of weight record; the order is that of the table in src/compute/layouts.ts. */
export const SIGNED8 = 0;
export const UNSIGNED6 = 1;
export const UNSIGNED5 = 2;
export const UNSIGNED4 = 3;

/** Steps of 4 columns in a group. */
// @ts-ignore: decorator
@inline
export function stepsOf(kind: i32): i32 {
	return kind == UNSIGNED6 ? 4 : 8;
}

/** Bytes of a weight record. */
// @ts-ignore: decorator
@inline
export function recordOf(kind: i32): usize {
	return kind == UNSIGNED4 ? 192 : kind == UNSIGNED6 ? 192 : 320;
}

/** Products of one step for one row quad: `w` its weights, `q` its activations (4 bytes, in all lanes), at `offset`. */
// @ts-ignore: decorator
@inline
function product(kind: i32, w: v128, q: v128): v128 {
	return kind == SIGNED8 ? dot2(w, q) : dot2(q, w);
}

// @ts-ignore: decorator
@inline
export function low(w: v128, mask: v128): v128 {
	return v128.and(w, mask);
}

// @ts-ignore: decorator
@inline
export function high(w: v128, mask: v128): v128 {
	return v128.and(i16x8.shr_u(w, 4), mask);
}

/** Weights of four rows in step `i` of the record whose steps begin at `w`. */
// @ts-ignore: decorator
@inline
export function step(kind: i32, w: usize, i: i32, mask: v128): v128 {
	if (kind != UNSIGNED4) return v128.load(w + (<usize>i << 5));
	const both = v128.load(w + (<usize>(i >> 1) << 5));
	return i & 1 ? high(both, mask) : low(both, mask);
}

/** Products of four steps for four rows and the token whose bytes begin at `q`, `gap` apart: int32 sums, or for 4 bits int16 ones. */
// @ts-ignore: decorator
@inline
export function four(kind: i32, w0: v128, w1: v128, w2: v128, w3: v128, q: usize, gap: usize, ones: v128): v128 {
	const a = product(kind, w0, v128.load32_splat(q));
	const b = product(kind, w1, v128.load32_splat(q + gap));
	const c = product(kind, w2, v128.load32_splat(q + 2 * gap));
	const d = product(kind, w3, v128.load32_splat(q + 3 * gap));
	if (kind == SIGNED8) return i32x4.add(i32x4.add(widen(a, ones), widen(b, ones)), i32x4.add(widen(c, ones), widen(d, ones)));
	if (kind == UNSIGNED6) return i32x4.add(widen(i16x8.add(a, b), ones), widen(i16x8.add(c, d), ones));
	const sum = i16x8.add(i16x8.add(a, b), i16x8.add(c, d));
	return kind == UNSIGNED5 ? widen(sum, ones) : sum;
}

/** Both halves of a group's sums, as int32. */
// @ts-ignore: decorator
@inline
export function join(kind: i32, a: v128, b: v128, ones: v128): v128 {
	return kind == UNSIGNED4 ? widen(i16x8.add(a, b), ones) : i32x4.add(a, b);
}

// Weight matrix × activations, on weights repacked so that eight rows lie side by side. No horizontal additions, no allocation.
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
import { kept, madd, put } from './lanes';

/** Bytes before a weight record's first step. */
// @ts-ignore: decorator
@inline
const HEAD: usize = 64;

/** Adds one group's whole-number sums for four rows: y += scale · (xScale · sum) + companion · xCompanion. */
// @ts-ignore: decorator
@inline
function settle(y: v128, sum: v128, w: usize, xScale: v128, xCompanion: v128): v128 {
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
function stepsOf(kind: i32): i32 {
	return kind == UNSIGNED6 ? 4 : 8;
}

/** Bytes of a weight record. */
// @ts-ignore: decorator
@inline
function recordOf(kind: i32): usize {
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
function low(w: v128, mask: v128): v128 {
	return v128.and(w, mask);
}

// @ts-ignore: decorator
@inline
function high(w: v128, mask: v128): v128 {
	return v128.and(i16x8.shr_u(w, 4), mask);
}

/** Weights of four rows in step `i` of the record whose steps begin at `w`. */
// @ts-ignore: decorator
@inline
function step(kind: i32, w: usize, i: i32, mask: v128): v128 {
	if (kind != UNSIGNED4) return v128.load(w + (<usize>i << 5));
	const both = v128.load(w + (<usize>(i >> 1) << 5));
	return i & 1 ? high(both, mask) : low(both, mask);
}

/** Products of four steps for four rows and the token whose bytes begin at `q`, `gap` apart: int32 sums, or for 4 bits int16 ones. */
// @ts-ignore: decorator
@inline
function four(kind: i32, w0: v128, w1: v128, w2: v128, w3: v128, q: usize, gap: usize, ones: v128): v128 {
	const a = product(kind, w0, v128.load32_splat(q));
	const b = product(kind, w1, v128.load32_splat(q + gap));
	const c = product(kind, w2, v128.load32_splat(q + 2 * gap));
	const d = product(kind, w3, v128.load32_splat(q + 3 * gap));
	if (kind == SIGNED8) return i32x4.add(i32x4.add(widen(a, ones), widen(b, ones)), i32x4.add(widen(c, ones), widen(d, ones)));
	if (kind == UNSIGNED6) return i32x4.add(widen(i16x8.add(a, b), ones), widen(i16x8.add(c, d), ones));
	const sum = i16x8.add(i16x8.add(a, b), i16x8.add(c, d));
	return kind == UNSIGNED5 ? widen(sum, ones) : sum;
}

/** Products of two steps of 4-bit weights, as int16. */
// @ts-ignore: decorator
@inline
function two(even: v128, odd: v128, q: usize): v128 {
	return i16x8.add(dot2(v128.load32_splat(q), even), dot2(v128.load32_splat(q, 16), odd));
}

/** Both halves of a group's sums, as int32. */
// @ts-ignore: decorator
@inline
function join(kind: i32, a: v128, b: v128, ones: v128): v128 {
	return kind == UNSIGNED4 ? widen(i16x8.add(a, b), ones) : i32x4.add(a, b);
}

/** Rows 8 · first … 8 · last of a matrix × one token: y[r] (float32), set or added to. */
// @ts-ignore: decorator
@inline
function vector(kind: i32, weights: usize, first: i32, last: i32, groups: i32, x: usize, y: usize, add: i32): void {
	const ones = kept(0x10001, groups);
	const mask = kept(0x0f0f0f0f, groups);
	const record = recordOf(kind);
	const xRecord: usize = 8 + 4 * stepsOf(kind);
	let w = weights + record * groups * first;
	for (let r = first; r < last; r++) {
		let a = f32x4.splat(0);
		let b = f32x4.splat(0);
		let p = x;
		for (const end = w + record * groups; w < end; w += record, p += xRecord) {
			const scale = v128.load32_splat(p);
			const companion = v128.load32_splat(p, 4);
			a = settle(a, alone(kind, w + 64, p + 8, mask, ones), w, scale, companion);
			b = settle(b, alone(kind, w + 80, p + 8, mask, ones), w + 16, scale, companion);
		}
		put(y + (<usize>r << 5), a, b, add);
	}
}

/** Sums over a group for four rows, whose steps begin at `w`, and one token. */
// @ts-ignore: decorator
@inline
function alone(kind: i32, w: usize, q: usize, mask: v128, ones: v128): v128 {
	const a = four(kind, step(kind, w, 0, mask), step(kind, w, 1, mask), step(kind, w, 2, mask), step(kind, w, 3, mask), q, 4, ones);
	if (kind == UNSIGNED6) return a;
	const b = four(kind, step(kind, w, 4, mask), step(kind, w, 5, mask), step(kind, w, 6, mask), step(kind, w, 7, mask), q + 16, 4, ones);
	return join(kind, a, b, ones);
}

/**
 * Rows 8 · first … 8 · last × `tokens` tokens in fours (records of 4 lanes): y[t · stride + r], set or added to.
 * Everything is done alike for rows 0 … 3 and 4 … 7 of an eight, side by side: see docs/speed.md on vectors of 256 bits.
 */
// @ts-ignore: decorator
@inline
function tiles(kind: i32, weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	const ones = kept(0x10001, groups);
	const mask = kept(0x0f0f0f0f, groups);
	const record = recordOf(kind);
	const xRecord: usize = 32 + 16 * stepsOf(kind);
	for (let r = first; r < last; r++) {
		const row = weights + record * groups * r;
		const rowEnd = row + record * groups;
		let p = x;
		for (let t = 0; t < tokens; t += 4) {
			let a0 = f32x4.splat(0);
			let a1 = a0;
			let a2 = a0;
			let a3 = a0;
			let b0 = a0;
			let b1 = a0;
			let b2 = a0;
			let b3 = a0;
			for (let w = row; w < rowEnd; w += record, p += xRecord) {
				const q = p + 32;
				let s0: v128;
				let z0: v128;
				let s1: v128;
				let z1: v128;
				let s2: v128;
				let z2: v128;
				let s3: v128;
				let z3: v128;
				if (kind == UNSIGNED4) {
					let u0 = step(kind, w + 64, 0, mask);
					let u1 = step(kind, w + 64, 1, mask);
					let v0 = step(kind, w + 80, 0, mask);
					let v1 = step(kind, w + 80, 1, mask);
					s0 = two(u0, u1, q + 0);
					z0 = two(v0, v1, q + 0);
					s1 = two(u0, u1, q + 4);
					z1 = two(v0, v1, q + 4);
					s2 = two(u0, u1, q + 8);
					z2 = two(v0, v1, q + 8);
					s3 = two(u0, u1, q + 12);
					z3 = two(v0, v1, q + 12);
					u0 = step(kind, w + 64, 2, mask);
					u1 = step(kind, w + 64, 3, mask);
					v0 = step(kind, w + 80, 2, mask);
					v1 = step(kind, w + 80, 3, mask);
					s0 = i16x8.add(s0, two(u0, u1, q + 32));
					z0 = i16x8.add(z0, two(v0, v1, q + 32));
					s1 = i16x8.add(s1, two(u0, u1, q + 36));
					z1 = i16x8.add(z1, two(v0, v1, q + 36));
					s2 = i16x8.add(s2, two(u0, u1, q + 40));
					z2 = i16x8.add(z2, two(v0, v1, q + 40));
					s3 = i16x8.add(s3, two(u0, u1, q + 44));
					z3 = i16x8.add(z3, two(v0, v1, q + 44));
					u0 = step(kind, w + 64, 4, mask);
					u1 = step(kind, w + 64, 5, mask);
					v0 = step(kind, w + 80, 4, mask);
					v1 = step(kind, w + 80, 5, mask);
					s0 = i16x8.add(s0, two(u0, u1, q + 64));
					z0 = i16x8.add(z0, two(v0, v1, q + 64));
					s1 = i16x8.add(s1, two(u0, u1, q + 68));
					z1 = i16x8.add(z1, two(v0, v1, q + 68));
					s2 = i16x8.add(s2, two(u0, u1, q + 72));
					z2 = i16x8.add(z2, two(v0, v1, q + 72));
					s3 = i16x8.add(s3, two(u0, u1, q + 76));
					z3 = i16x8.add(z3, two(v0, v1, q + 76));
					u0 = step(kind, w + 64, 6, mask);
					u1 = step(kind, w + 64, 7, mask);
					v0 = step(kind, w + 80, 6, mask);
					v1 = step(kind, w + 80, 7, mask);
					s0 = i16x8.add(s0, two(u0, u1, q + 96));
					z0 = i16x8.add(z0, two(v0, v1, q + 96));
					s1 = i16x8.add(s1, two(u0, u1, q + 100));
					z1 = i16x8.add(z1, two(v0, v1, q + 100));
					s2 = i16x8.add(s2, two(u0, u1, q + 104));
					z2 = i16x8.add(z2, two(v0, v1, q + 104));
					s3 = i16x8.add(s3, two(u0, u1, q + 108));
					z3 = i16x8.add(z3, two(v0, v1, q + 108));
					s0 = widen(s0, ones);
					z0 = widen(z0, ones);
					s1 = widen(s1, ones);
					z1 = widen(z1, ones);
					s2 = widen(s2, ones);
					z2 = widen(z2, ones);
					s3 = widen(s3, ones);
					z3 = widen(z3, ones);
				} else {
					let u0 = step(kind, w + 64, 0, mask);
					let u1 = step(kind, w + 64, 1, mask);
					let u2 = step(kind, w + 64, 2, mask);
					let u3 = step(kind, w + 64, 3, mask);
					let v0 = step(kind, w + 80, 0, mask);
					let v1 = step(kind, w + 80, 1, mask);
					let v2 = step(kind, w + 80, 2, mask);
					let v3 = step(kind, w + 80, 3, mask);
					s0 = four(kind, u0, u1, u2, u3, q, 16, ones);
					z0 = four(kind, v0, v1, v2, v3, q, 16, ones);
					s1 = four(kind, u0, u1, u2, u3, q + 4, 16, ones);
					z1 = four(kind, v0, v1, v2, v3, q + 4, 16, ones);
					s2 = four(kind, u0, u1, u2, u3, q + 8, 16, ones);
					z2 = four(kind, v0, v1, v2, v3, q + 8, 16, ones);
					s3 = four(kind, u0, u1, u2, u3, q + 12, 16, ones);
					z3 = four(kind, v0, v1, v2, v3, q + 12, 16, ones);
					if (kind != UNSIGNED6) {
						u0 = step(kind, w + 64, 4, mask);
						u1 = step(kind, w + 64, 5, mask);
						u2 = step(kind, w + 64, 6, mask);
						u3 = step(kind, w + 64, 7, mask);
						v0 = step(kind, w + 80, 4, mask);
						v1 = step(kind, w + 80, 5, mask);
						v2 = step(kind, w + 80, 6, mask);
						v3 = step(kind, w + 80, 7, mask);
						s0 = join(kind, s0, four(kind, u0, u1, u2, u3, q + 64, 16, ones), ones);
						z0 = join(kind, z0, four(kind, v0, v1, v2, v3, q + 64, 16, ones), ones);
						s1 = join(kind, s1, four(kind, u0, u1, u2, u3, q + 68, 16, ones), ones);
						z1 = join(kind, z1, four(kind, v0, v1, v2, v3, q + 68, 16, ones), ones);
						s2 = join(kind, s2, four(kind, u0, u1, u2, u3, q + 72, 16, ones), ones);
						z2 = join(kind, z2, four(kind, v0, v1, v2, v3, q + 72, 16, ones), ones);
						s3 = join(kind, s3, four(kind, u0, u1, u2, u3, q + 76, 16, ones), ones);
						z3 = join(kind, z3, four(kind, v0, v1, v2, v3, q + 76, 16, ones), ones);
					}
				}
				let scale = v128.load32_splat(p);
				let companion = v128.load32_splat(p, 16);
				a0 = settle(a0, s0, w, scale, companion);
				b0 = settle(b0, z0, w + 16, scale, companion);
				scale = v128.load32_splat(p, 4);
				companion = v128.load32_splat(p, 20);
				a1 = settle(a1, s1, w, scale, companion);
				b1 = settle(b1, z1, w + 16, scale, companion);
				scale = v128.load32_splat(p, 8);
				companion = v128.load32_splat(p, 24);
				a2 = settle(a2, s2, w, scale, companion);
				b2 = settle(b2, z2, w + 16, scale, companion);
				scale = v128.load32_splat(p, 12);
				companion = v128.load32_splat(p, 28);
				a3 = settle(a3, s3, w, scale, companion);
				b3 = settle(b3, z3, w + 16, scale, companion);
			}
			const out = y + (<usize>r << 5) + stride * t;
			put(out, a0, b0, add);
			put(out + stride, a1, b1, add);
			put(out + 2 * stride, a2, b2, add);
			put(out + 3 * stride, a3, b3, add);
		}
	}
}

/**
 * y (tokens, stride / 4) float32, columns 8 · first … 8 · last ← (or, with add, +=) weights · x. Records of x have 1 lane for one token and
 * 4 for more; y then has room for `tokens` rounded up to 4. weights, y and stride are multiples of 16. A function for each kind, and not one
 * with the kind as an argument: the compiler would fold them into one loop that asks in its middle.
 */
export function matmulSigned8(weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	if (tokens == 1) vector(SIGNED8, weights, first, last, groups, x, y, add);
	else tiles(SIGNED8, weights, first, last, groups, x, tokens, y, stride, add);
}

export function matmulUnsigned6(weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	if (tokens == 1) vector(UNSIGNED6, weights, first, last, groups, x, y, add);
	else tiles(UNSIGNED6, weights, first, last, groups, x, tokens, y, stride, add);
}

export function matmulUnsigned5(weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	if (tokens == 1) vector(UNSIGNED5, weights, first, last, groups, x, y, add);
	else tiles(UNSIGNED5, weights, first, last, groups, x, tokens, y, stride, add);
}

export function matmulUnsigned4(weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	if (tokens == 1) vector(UNSIGNED4, weights, first, last, groups, x, y, add);
	else tiles(UNSIGNED4, weights, first, last, groups, x, tokens, y, stride, add);
}

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
import { kept, madd } from './lanes';

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

/** Sums over four steps for four rows, as int32. `lane`: the token's bytes; `gap`: bytes from a step to the next. */
// @ts-ignore: decorator
@inline
function four(kind: i32, w0: v128, w1: v128, w2: v128, w3: v128, q0: v128, q1: v128, q2: v128, q3: v128, ones: v128): v128 {
	const a = product(kind, w0, q0);
	const b = product(kind, w1, q1);
	const c = product(kind, w2, q2);
	const d = product(kind, w3, q3);
	if (kind == SIGNED8) return i32x4.add(i32x4.add(widen(a, ones), widen(b, ones)), i32x4.add(widen(c, ones), widen(d, ones)));
	if (kind == UNSIGNED6) return i32x4.add(widen(i16x8.add(a, b), ones), widen(i16x8.add(c, d), ones));
	return widen(i16x8.add(i16x8.add(a, b), i16x8.add(c, d)), ones);
}

/** As four, of 8-bit weights at `w` and one token's activations at `q`. */
// @ts-ignore: decorator
@inline
function fourAlone(kind: i32, w: usize, q0: v128, q1: v128, q2: v128, q3: v128, ones: v128): v128 {
	return four(kind, v128.load(w), v128.load(w, 32), v128.load(w, 64), v128.load(w, 96), q0, q1, q2, q3, ones);
}

/** All eight steps of 4-bit weights, whose sums fit int16, of which `a` holds some already. */
// @ts-ignore: decorator
@inline
function two4(a: v128, w: v128, mask: v128, even: v128, odd: v128): v128 {
	return i16x8.add(a, i16x8.add(dot2(even, low(w, mask)), dot2(odd, high(w, mask))));
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
		const out = y + (<usize>r << 5);
		let ya = add ? v128.load(out) : f32x4.splat(0);
		let yb = add ? v128.load(out, 16) : f32x4.splat(0);
		let p = x;
		for (const end = w + record * groups; w < end; w += record, p += xRecord) {
			const q0 = v128.load32_splat(p, 8);
			const q1 = v128.load32_splat(p, 12);
			const q2 = v128.load32_splat(p, 16);
			const q3 = v128.load32_splat(p, 20);
			let a: v128;
			let b: v128;
			if (kind == UNSIGNED4) {
				a = i16x8.add(dot2(q0, low(v128.load(w, 64), mask)), dot2(q1, high(v128.load(w, 64), mask)));
				b = i16x8.add(dot2(q0, low(v128.load(w, 80), mask)), dot2(q1, high(v128.load(w, 80), mask)));
				a = two4(a, v128.load(w, 96), mask, q2, q3);
				b = two4(b, v128.load(w, 112), mask, q2, q3);
			} else {
				a = fourAlone(kind, w + 64, q0, q1, q2, q3, ones);
				b = fourAlone(kind, w + 80, q0, q1, q2, q3, ones);
			}
			if (kind != UNSIGNED6) {
				const q4 = v128.load32_splat(p, 24);
				const q5 = v128.load32_splat(p, 28);
				const q6 = v128.load32_splat(p, 32);
				const q7 = v128.load32_splat(p, 36);
				if (kind == UNSIGNED4) {
					a = two4(two4(a, v128.load(w, 128), mask, q4, q5), v128.load(w, 160), mask, q6, q7);
					b = two4(two4(b, v128.load(w, 144), mask, q4, q5), v128.load(w, 176), mask, q6, q7);
					a = widen(a, ones);
					b = widen(b, ones);
				} else {
					a = i32x4.add(a, fourAlone(kind, w + 192, q4, q5, q6, q7, ones));
					b = i32x4.add(b, fourAlone(kind, w + 208, q4, q5, q6, q7, ones));
				}
			}
			const scale = v128.load32_splat(p);
			const companion = v128.load32_splat(p, 4);
			ya = settle(ya, a, w, scale, companion);
			yb = settle(yb, b, w + 16, scale, companion);
		}
		v128.store(out, ya);
		v128.store(out, yb, 16);
	}
}

/** Sums over a record for the token whose activations begin at `q`, four lanes apart. `w0` … `w3`: the first four steps' weights (or, for 4 bits, all). */
// @ts-ignore: decorator
@inline
function laneSum(kind: i32, w0: v128, w1: v128, w2: v128, w3: v128, q: usize, ones: v128): v128 {
	return four(kind, w0, w1, w2, w3, v128.load32_splat(q), v128.load32_splat(q, 16), v128.load32_splat(q, 32), v128.load32_splat(q, 48), ones);
}

/** Rows 8 · first … 8 · last × `tokens` tokens in fours (records of 4 lanes): y[t · stride + r], set or added to. */
// @ts-ignore: decorator
@inline
function tiles(kind: i32, weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	const ones = kept(0x10001, groups);
	const mask = kept(0x0f0f0f0f, groups);
	const record = recordOf(kind);
	const xRecord: usize = 32 + 16 * stepsOf(kind);
	for (let r = first << 1; r < last << 1; r++) {
		const row = weights + record * groups * (r >> 1) + ((r & 1) << 4);
		const rowEnd = row + record * groups;
		let p = x;
		for (let t = 0; t < tokens; t += 4) {
			const out0 = y + (<usize>r << 4) + stride * t;
			const out1 = out0 + stride;
			const out2 = out1 + stride;
			const out3 = out2 + stride;
			let y0 = add ? v128.load(out0) : f32x4.splat(0);
			let y1 = add ? v128.load(out1) : f32x4.splat(0);
			let y2 = add ? v128.load(out2) : f32x4.splat(0);
			let y3 = add ? v128.load(out3) : f32x4.splat(0);
			for (let w = row; w < rowEnd; w += record, p += xRecord) {
				let s0: v128;
				let s1: v128;
				let s2: v128;
				let s3: v128;
				if (kind == UNSIGNED4) {
					let both = v128.load(w, 64);
					let even = low(both, mask);
					let odd = high(both, mask);
					s0 = i16x8.add(dot2(v128.load32_splat(p, 32), even), dot2(v128.load32_splat(p, 48), odd));
					s1 = i16x8.add(dot2(v128.load32_splat(p, 36), even), dot2(v128.load32_splat(p, 52), odd));
					s2 = i16x8.add(dot2(v128.load32_splat(p, 40), even), dot2(v128.load32_splat(p, 56), odd));
					s3 = i16x8.add(dot2(v128.load32_splat(p, 44), even), dot2(v128.load32_splat(p, 60), odd));
					for (let k: usize = 32; k < 128; k += 32) {
						const q = p + k;
						both = v128.load(w + k, 64);
						even = low(both, mask);
						odd = high(both, mask);
						s0 = i16x8.add(s0, i16x8.add(dot2(v128.load32_splat(q, 32), even), dot2(v128.load32_splat(q, 48), odd)));
						s1 = i16x8.add(s1, i16x8.add(dot2(v128.load32_splat(q, 36), even), dot2(v128.load32_splat(q, 52), odd)));
						s2 = i16x8.add(s2, i16x8.add(dot2(v128.load32_splat(q, 40), even), dot2(v128.load32_splat(q, 56), odd)));
						s3 = i16x8.add(s3, i16x8.add(dot2(v128.load32_splat(q, 44), even), dot2(v128.load32_splat(q, 60), odd)));
					}
					s0 = widen(s0, ones);
					s1 = widen(s1, ones);
					s2 = widen(s2, ones);
					s3 = widen(s3, ones);
				} else {
					let w0 = v128.load(w, 64);
					let w1 = v128.load(w, 96);
					let w2 = v128.load(w, 128);
					let w3 = v128.load(w, 160);
					s0 = laneSum(kind, w0, w1, w2, w3, p + 32, ones);
					s1 = laneSum(kind, w0, w1, w2, w3, p + 36, ones);
					s2 = laneSum(kind, w0, w1, w2, w3, p + 40, ones);
					s3 = laneSum(kind, w0, w1, w2, w3, p + 44, ones);
					if (kind != UNSIGNED6) {
						w0 = v128.load(w, 192);
						w1 = v128.load(w, 224);
						w2 = v128.load(w, 256);
						w3 = v128.load(w, 288);
						s0 = i32x4.add(s0, laneSum(kind, w0, w1, w2, w3, p + 96, ones));
						s1 = i32x4.add(s1, laneSum(kind, w0, w1, w2, w3, p + 100, ones));
						s2 = i32x4.add(s2, laneSum(kind, w0, w1, w2, w3, p + 104, ones));
						s3 = i32x4.add(s3, laneSum(kind, w0, w1, w2, w3, p + 108, ones));
					}
				}
				y0 = settle(y0, s0, w, v128.load32_splat(p), v128.load32_splat(p, 16));
				y1 = settle(y1, s1, w, v128.load32_splat(p, 4), v128.load32_splat(p, 20));
				y2 = settle(y2, s2, w, v128.load32_splat(p, 8), v128.load32_splat(p, 24));
				y3 = settle(y3, s3, w, v128.load32_splat(p, 12), v128.load32_splat(p, 28));
			}
			v128.store(out0, y0);
			v128.store(out1, y1);
			v128.store(out2, y2);
			v128.store(out3, y3);
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

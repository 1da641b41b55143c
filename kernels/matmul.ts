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

/** Steps whose int16 sums fit together. */
// @ts-ignore: decorator
@inline
function depthOf(kind: i32): i32 {
	return kind == SIGNED8 ? 1 : kind == UNSIGNED6 ? 2 : kind == UNSIGNED5 ? 4 : 8;
}

/** Sums of two products, whichever of weights and activations is the 7-bit one. */
// @ts-ignore: decorator
@inline
function product(kind: i32, w: v128, q: v128): v128 {
	return kind == SIGNED8 ? dot2(w, q) : dot2(q, w);
}

/** Rows 8 · first … 8 · last of a matrix × one token: y[r] (float32), set or added to. */
// @ts-ignore: decorator
@inline
function vector(kind: i32, weights: usize, first: i32, last: i32, groups: i32, x: usize, y: usize, add: i32): void {
	const ones = kept(0x10001, groups);
	const low = kept(0x0f0f0f0f, groups);
	const record = recordOf(kind);
	const xRecord: usize = 8 + 4 * stepsOf(kind);
	const chunks = stepsOf(kind) / depthOf(kind);
	let w = weights + record * groups * first;
	for (let r = first; r < last; r++) {
		const out = y + (<usize>r << 5);
		let ya = add ? v128.load(out) : f32x4.splat(0);
		let yb = add ? v128.load(out, 16) : f32x4.splat(0);
		let p = x;
		for (const end = w + record * groups; w < end; w += record, p += xRecord) {
			let sa = i32x4.splat(0);
			let sb = sa;
			let v = w + HEAD;
			let q = p + 8;
			for (let c = 0; c < chunks; c++) {
				let a = i16x8.splat(0);
				let b = a;
				if (kind == UNSIGNED4) {
					for (let k = 0; k < 4; k++, v += 32, q += 8) {
						const va = v128.load(v);
						const vb = v128.load(v, 16);
						const even = v128.load32_splat(q);
						const odd = v128.load32_splat(q, 4);
						a = i16x8.add(a, dot2(even, v128.and(va, low)));
						b = i16x8.add(b, dot2(even, v128.and(vb, low)));
						a = i16x8.add(a, dot2(odd, v128.and(i16x8.shr_u(va, 4), low)));
						b = i16x8.add(b, dot2(odd, v128.and(i16x8.shr_u(vb, 4), low)));
					}
				} else {
					for (let k = 0; k < depthOf(kind); k++, v += 32, q += 4) {
						const even = v128.load32_splat(q);
						a = i16x8.add(a, product(kind, v128.load(v), even));
						b = i16x8.add(b, product(kind, v128.load(v, 16), even));
					}
				}
				sa = i32x4.add(sa, widen(a, ones));
				sb = i32x4.add(sb, widen(b, ones));
			}
			const scale = v128.load32_splat(p);
			const companion = v128.load32_splat(p, 4);
			ya = settle(ya, sa, w, scale, companion);
			yb = settle(yb, sb, w + 16, scale, companion);
		}
		v128.store(out, ya);
		v128.store(out, yb, 16);
	}
}

/** Rows 8 · first … 8 · last × `tokens` tokens in fours (records of 4 lanes): y[t · stride + r], set or added to. */
// @ts-ignore: decorator
@inline
function tiles(kind: i32, weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	const ones = kept(0x10001, groups);
	const low = kept(0x0f0f0f0f, groups);
	const record = recordOf(kind);
	const xRecord: usize = 32 + 16 * stepsOf(kind);
	const chunks = stepsOf(kind) / depthOf(kind);
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
				let s0 = i32x4.splat(0);
				let s1 = s0;
				let s2 = s0;
				let s3 = s0;
				let v = w + HEAD;
				let q = p + 32;
				for (let c = 0; c < chunks; c++) {
					let a0 = i16x8.splat(0);
					let a1 = a0;
					let a2 = a0;
					let a3 = a0;
					if (kind == UNSIGNED4) {
						for (let k = 0; k < 4; k++, v += 32, q += 32) {
							const both = v128.load(v);
							const even = v128.and(both, low);
							a0 = i16x8.add(a0, dot2(v128.load32_splat(q), even));
							a1 = i16x8.add(a1, dot2(v128.load32_splat(q, 4), even));
							a2 = i16x8.add(a2, dot2(v128.load32_splat(q, 8), even));
							a3 = i16x8.add(a3, dot2(v128.load32_splat(q, 12), even));
							const odd = v128.and(i16x8.shr_u(both, 4), low);
							a0 = i16x8.add(a0, dot2(v128.load32_splat(q, 16), odd));
							a1 = i16x8.add(a1, dot2(v128.load32_splat(q, 20), odd));
							a2 = i16x8.add(a2, dot2(v128.load32_splat(q, 24), odd));
							a3 = i16x8.add(a3, dot2(v128.load32_splat(q, 28), odd));
						}
					} else {
						for (let k = 0; k < depthOf(kind); k++, v += 32, q += 16) {
							const even = v128.load(v);
							a0 = i16x8.add(a0, product(kind, even, v128.load32_splat(q)));
							a1 = i16x8.add(a1, product(kind, even, v128.load32_splat(q, 4)));
							a2 = i16x8.add(a2, product(kind, even, v128.load32_splat(q, 8)));
							a3 = i16x8.add(a3, product(kind, even, v128.load32_splat(q, 12)));
						}
					}
					s0 = i32x4.add(s0, widen(a0, ones));
					s1 = i32x4.add(s1, widen(a1, ones));
					s2 = i32x4.add(s2, widen(a2, ones));
					s3 = i32x4.add(s3, widen(a3, ones));
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
 * 4 for more; y then has room for `tokens` rounded up to 4. weights, y and stride are multiples of 16.
 */
export function matmul(kind: i32, weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	if (tokens == 1) {
		if (kind == SIGNED8) vector(SIGNED8, weights, first, last, groups, x, y, add);
		else if (kind == UNSIGNED6) vector(UNSIGNED6, weights, first, last, groups, x, y, add);
		else if (kind == UNSIGNED5) vector(UNSIGNED5, weights, first, last, groups, x, y, add);
		else vector(UNSIGNED4, weights, first, last, groups, x, y, add);
	} else {
		if (kind == SIGNED8) tiles(SIGNED8, weights, first, last, groups, x, tokens, y, stride, add);
		else if (kind == UNSIGNED6) tiles(UNSIGNED6, weights, first, last, groups, x, tokens, y, stride, add);
		else if (kind == UNSIGNED5) tiles(UNSIGNED5, weights, first, last, groups, x, tokens, y, stride, add);
		else tiles(UNSIGNED4, weights, first, last, groups, x, tokens, y, stride, add);
	}
}

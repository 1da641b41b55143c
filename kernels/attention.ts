// Scaled dot-product attention over a cache of halves: four query rows at a time, one in each lane, so that nothing is added across lanes.
// Vaswani et al. 2017 (arXiv 1706.03762) §3.2.1; definition: src/transformer/reference/operations.ts.

// A cache row holds Dh values in eights: word j of eight has value j in its lower half and value j + 4 in its upper one, so that a shift
// and a mask give four neighbours. Halves are rounded to nearest (2^-11 relative); scores, softmax and sums are float32.
// Halves in floats' places are 2^-112 too small (lanes.ts). So that products do not become subnormal, the query comes × 2^64 and softmax's
// terms are kept × 2^64; the rest, 2^48, is made good in the scores and at the end.

import { exponential, tangent } from './exponential';
import { HALF_FACTOR, HALF_MASK, kept, madd, upperHalves } from './lanes';

const LIFT: f32 = 18446744073709551616.0; // 2^64
const REST: f32 = 281474976710656.0; // 2^48

/** Four float32 → halves in the lower 16 bits of each lane; beyond ±65504 the largest half. */
// @ts-ignore: decorator
@inline
function toHalves(v: v128): v128 {
	const sign = v128.and(v, i32x4.splat(0x80000000));
	const size = f32x4.mul(f32x4.pmin(f32x4.abs(v), f32x4.splat(65504)), f32x4.splat(1 / HALF_FACTOR));
	const odd = v128.and(i32x4.shr_u(size, 13), i32x4.splat(1));
	const rounded = i32x4.shr_u(i32x4.add(i32x4.add(size, i32x4.splat(0xfff)), odd), 13);
	return v128.or(rounded, i32x4.shr_u(sign, 16));
}

/** `tokens` rows of `width` float32 (a multiple of 8), `stride` bytes apart → rows of halves, `outStride` bytes apart. */
export function keep(x: usize, tokens: i32, width: i32, stride: usize, out: usize, outStride: usize): void {
	const bytes = <usize>width << 2;
	for (let t = 0; t < tokens; t++, x += stride, out += outStride) {
		for (let i: usize = 0; i < bytes; i += 32) {
			const lower = toHalves(v128.load(x + i));
			const upper = toHalves(v128.load(x + i, 16));
			v128.store(out + (i >> 1), v128.or(lower, i32x4.shl(upper, 16)));
		}
	}
}

/** Sums of a, b, c, d in lanes 0, 1, 2, 3. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
	const ab0 = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
	const ab1 = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
	const cd0 = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
	const cd1 = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
	const ab = f32x4.add(ab0, ab1);
	const cd = f32x4.add(cd0, cd1);
	return f32x4.add(
		i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
		i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31),
	);
}

/**
 * Context of four query rows (q0 … q3, Dh float32 each, already × scale · 2^64; out0 … out3) over the keys and values of one head.
 * lows, highs: int32 × 4, the first key that each row sees and the one after the last; slopes: float32 × 4, added per key position;
 * sinks: float32 × 4, a score that only takes its share (−∞ for none). limit > 0: score ← limit · tanh(score / limit).
 * scratch: 16 bytes per key from the least low to the greatest high.
 */
export function attend(
	q0: usize, q1: usize, q2: usize, q3: usize, out0: usize, out1: usize, out2: usize, out3: usize,
	keys: usize, values: usize, headWidth: i32, keyStride: usize, from: i32, to: i32,
	limit: f32, lows: usize, highs: usize, slopes: usize, sinks: usize, scratch: usize,
): void {
	const mask = kept(HALF_MASK, headWidth);
	const bytes = <usize>headWidth << 2;
	const low = v128.load(lows);
	const high = v128.load(highs);
	const slope = v128.load(slopes);
	const sink = v128.load(sinks);
	const factor = f32x4.splat(REST);
	const lift = f32x4.splat(LIFT);
	const minus = f32x4.splat(-Infinity);

	let most = sink;
	let place = scratch;
	let row = keys + keyStride * from;
	for (let s = from; s < to; s++, place += 16, row += keyStride) {
		// Two sums a query: a chain of one would wait four cycles for each multiply-add.
		let a0 = f32x4.splat(0);
		let b0 = a0;
		let c0 = a0;
		let d0 = a0;
		let a1 = a0;
		let b1 = a0;
		let c1 = a0;
		let d1 = a0;
		let k = row;
		for (let i: usize = 0; i < bytes; i += 32, k += 16) {
			const words = v128.load(k);
			const lower = upperHalves(i32x4.shl(words, 16), mask);
			const upper = upperHalves(words, mask);
			a0 = madd(lower, v128.load(q0 + i), a0);
			b0 = madd(lower, v128.load(q1 + i), b0);
			c0 = madd(lower, v128.load(q2 + i), c0);
			d0 = madd(lower, v128.load(q3 + i), d0);
			a1 = madd(upper, v128.load(q0 + i, 16), a1);
			b1 = madd(upper, v128.load(q1 + i, 16), b1);
			c1 = madd(upper, v128.load(q2 + i, 16), c1);
			d1 = madd(upper, v128.load(q3 + i, 16), d1);
		}
		let score = f32x4.mul(sums(f32x4.add(a0, a1), f32x4.add(b0, b1), f32x4.add(c0, c1), f32x4.add(d0, d1)), factor);
		if (limit > 0) score = f32x4.mul(tangent(f32x4.mul(score, f32x4.splat(1 / limit))), f32x4.splat(limit));
		const position = i32x4.splat(s);
		score = madd(slope, f32x4.convert_i32x4_s(position), score);
		score = v128.bitselect(score, minus, v128.and(i32x4.ge_s(position, low), i32x4.lt_s(position, high)));
		most = f32x4.pmax(most, score);
		v128.store(place, score);
	}

	// A row that sees nothing attends to nothing: its greatest score is taken as 0, so that no difference of infinities arises.
	most = v128.bitselect(f32x4.splat(0), most, f32x4.eq(most, minus));
	let total = v128.and(exponential(f32x4.sub(sink, most)), f32x4.gt(sink, minus));
	const last = scratch + (<usize>(to - from) << 4);
	for (let p = scratch; p < last; p += 16) {
		const score = v128.load(p);
		const e = v128.and(exponential(f32x4.sub(score, most)), f32x4.gt(score, minus));
		total = f32x4.add(total, e);
		v128.store(p, f32x4.mul(e, lift));
	}
	total = v128.bitselect(f32x4.splat(1), total, f32x4.eq(total, f32x4.splat(0)));
	const share = f32x4.div(factor, total);

	for (let i: usize = 0; i < bytes; i += 32) {
		let a0 = f32x4.splat(0);
		let b0 = a0;
		let c0 = a0;
		let d0 = a0;
		let a1 = a0;
		let b1 = a0;
		let c1 = a0;
		let d1 = a0;
		let v = values + keyStride * from + (i >> 1);
		for (let p = scratch; p < last; p += 16, v += keyStride) {
			const words = v128.load(v);
			const lower = upperHalves(i32x4.shl(words, 16), mask);
			const upper = upperHalves(words, mask);
			let w = v128.load32_splat(p);
			a0 = madd(lower, w, a0);
			a1 = madd(upper, w, a1);
			w = v128.load32_splat(p, 4);
			b0 = madd(lower, w, b0);
			b1 = madd(upper, w, b1);
			w = v128.load32_splat(p, 8);
			c0 = madd(lower, w, c0);
			c1 = madd(upper, w, c1);
			w = v128.load32_splat(p, 12);
			d0 = madd(lower, w, d0);
			d1 = madd(upper, w, d1);
		}
		const sa = f32x4.splat(f32x4.extract_lane(share, 0));
		const sb = f32x4.splat(f32x4.extract_lane(share, 1));
		const sc = f32x4.splat(f32x4.extract_lane(share, 2));
		const sd = f32x4.splat(f32x4.extract_lane(share, 3));
		v128.store(out0 + i, f32x4.mul(a0, sa));
		v128.store(out0 + i, f32x4.mul(a1, sa), 16);
		v128.store(out1 + i, f32x4.mul(b0, sb));
		v128.store(out1 + i, f32x4.mul(b1, sb), 16);
		v128.store(out2 + i, f32x4.mul(c0, sc));
		v128.store(out2 + i, f32x4.mul(c1, sc), 16);
		v128.store(out3 + i, f32x4.mul(d0, sd));
		v128.store(out3 + i, f32x4.mul(d1, sd), 16);
	}
}

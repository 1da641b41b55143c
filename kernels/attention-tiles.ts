// Attention of many query rows: the keys and values of one head are opened to float32 once, and then serve eights of query rows.
// Both products are tiles of floats.ts: scores = keys × queries, context = weights × values, with query rows in the lanes all the way.

// Queries come × scale · 2^64, as attention.ts wants them; keys are opened × 2^-64, values as they are.

import { decay, tangent } from './exponential';
import { tile, wide } from './floats';
import { HALF_FACTOR, HALF_MASK, kept, madd, upperHalves } from './lanes';

const KEY_FACTOR: f32 = 281474976710656.0; // 2^112 · 2^-64

/** Lanes i of a, b, c, d → row i: at out, out + stride, out + 2 · stride, out + 3 · stride. */
// @ts-ignore: decorator
@inline
function transpose(a: v128, b: v128, c: v128, d: v128, out0: usize, out1: usize, out2: usize, out3: usize): void {
	const ab0 = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
	const ab1 = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
	const cd0 = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
	const cd1 = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
	v128.store(out0, i8x16.shuffle(ab0, cd0, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
	v128.store(out1, i8x16.shuffle(ab0, cd0, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
	v128.store(out2, i8x16.shuffle(ab1, cd1, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
	v128.store(out3, i8x16.shuffle(ab1, cd1, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
}

/** `count` rows of `width` halves (attention.ts) → fours of rows side by side in float32, × 2^-64; a last four is filled up with its last row. */
export function openKeys(rows: usize, count: i32, width: i32, out: usize): void {
	const mask = kept(HALF_MASK, width);
	const factor = f32x4.splat(KEY_FACTOR);
	const bytes = <usize>width << 1;
	for (let t = 0; t < count; t += 4) {
		const row0 = rows + bytes * t;
		const row1 = t + 1 < count ? row0 + bytes : row0;
		const row2 = t + 2 < count ? row1 + bytes : row1;
		const row3 = t + 3 < count ? row2 + bytes : row2;
		for (let i: usize = 0; i < bytes; i += 16, out += 128) {
			const a = v128.load(row0 + i);
			const b = v128.load(row1 + i);
			const c = v128.load(row2 + i);
			const d = v128.load(row3 + i);
			transpose(
				f32x4.mul(upperHalves(i32x4.shl(a, 16), mask), factor),
				f32x4.mul(upperHalves(i32x4.shl(b, 16), mask), factor),
				f32x4.mul(upperHalves(i32x4.shl(c, 16), mask), factor),
				f32x4.mul(upperHalves(i32x4.shl(d, 16), mask), factor),
				out, out + 16, out + 32, out + 48,
			);
			transpose(
				f32x4.mul(upperHalves(a, mask), factor),
				f32x4.mul(upperHalves(b, mask), factor),
				f32x4.mul(upperHalves(c, mask), factor),
				f32x4.mul(upperHalves(d, mask), factor),
				out + 64, out + 80, out + 96, out + 112,
			);
		}
	}
}

/** `count` rows of `width` halves → float32: columns in fours, of each four all rows. */
export function openValues(rows: usize, count: i32, width: i32, out: usize): void {
	const mask = kept(HALF_MASK, width);
	const factor = f32x4.splat(HALF_FACTOR);
	const next = <usize>count << 4;
	for (const end = out + next; out < end; out += 16) {
		let at = out;
		for (let i = 0; i < width; i += 8, rows += 16, at += 2 * next) {
			const words = v128.load(rows);
			v128.store(at, f32x4.mul(upperHalves(i32x4.shl(words, 16), mask), factor));
			v128.store(at + next, f32x4.mul(upperHalves(words, mask), factor));
		}
	}
}


/** Columns of its table, each 16 × 4 bytes: where a query lies, where its context goes, the first key that it sees, the one after the last, … */
const OUTS: usize = 64;
const LOWS: usize = 128;
const HIGHS: usize = 192;
/** … and in float32 what is added per key position, and a score that only takes its share (−∞ for none). */
const SLOPES: usize = 256;
const SINKS: usize = 320;

/**
 * Context of up to 16 query rows (a multiple of 8 of them counts: `eights`), listed in `table`, over keys from … to of one head. keys and
 * values: `count` rows from position `start` on, a multiple of 4, opened. limit > 0: score ← limit · tanh(score / limit).
 * scratch: 128 · headWidth + 64 · (to − from + 8) bytes.
 */
export function attendTile(
	table: usize, eights: i32, keys: usize, values: usize, headWidth: i32, start: i32, count: i32, from: i32, to: i32,
	limit: f32, scratch: usize,
): void {
	const width = <usize>headWidth << 5;
	const queries = scratch;
	const contexts = scratch + 2 * width;
	// Scores begin at a four of keys; of the first of them some are never read.
	const begin = from & ~3;
	const scores = scratch + 4 * width;
	const room = <usize>((to - begin + 3) & ~3) << 5;
	const both = wide && eights == 2;

	for (let e = 0; e < eights; e++) {
		for (let half = 0; half < 2; half++) {
			const list = table + (<usize>(2 * e + half) << 4);
			const q0 = load<u32>(list);
			const q1 = load<u32>(list, 4);
			const q2 = load<u32>(list, 8);
			const q3 = load<u32>(list, 12);
			let out = queries + width * e + (half << 4);
			for (let i: usize = 0; i < <usize>headWidth << 2; i += 16, out += 128) {
				transpose(v128.load(q0 + i), v128.load(q1 + i), v128.load(q2 + i), v128.load(q3 + i), out, out + 32, out + 64, out + 96);
			}
		}
	}

	let key = keys + <usize>headWidth * ((begin - start) << 2);
	for (let at: usize = 0; at < room; at += 128, key += width >> 1) {
		if (both) tile(2, queries, width, width, key, scores + at, scores + room + at, 32, 0);
		else for (let e = 0; e < eights; e++) tile(1, queries + width * e, width, 0, key, scores + room * e + at, 0, 32, 0);
	}

	const first = <usize>(from - begin) << 5;
	for (let e = 0; e < eights; e++) soften(scores + room * e + first, from, to, limit, table + (<usize>e << 5));

	const bytes = <usize>(to - from) << 5;
	let value = values + (<usize>(from - start) << 4);
	for (let at: usize = 0; at < width; at += 128, value += <usize>count << 4) {
		if (both) tile(2, scores + first, bytes, room, value, contexts + at, contexts + width + at, 32, 0);
		else for (let e = 0; e < eights; e++) tile(1, scores + room * e + first, bytes, 0, value, contexts + width * e + at, 0, 32, 0);
	}

	for (let e = 0; e < eights; e++) {
		for (let half = 0; half < 2; half++) {
			const list = table + (<usize>(2 * e + half) << 4);
			const share = v128.load(list, SLOPES);
			const out0 = load<u32>(list, OUTS);
			const out1 = load<u32>(list + 4, OUTS);
			const out2 = load<u32>(list + 8, OUTS);
			const out3 = load<u32>(list + 12, OUTS);
			let c = contexts + width * e + (half << 4);
			for (let i: usize = 0; i < <usize>headWidth << 2; i += 16, c += 128) {
				transpose(
					f32x4.mul(v128.load(c), share), f32x4.mul(v128.load(c, 32), share), f32x4.mul(v128.load(c, 64), share), f32x4.mul(v128.load(c, 96), share),
					out0 + i, out1 + i, out2 + i, out3 + i,
				);
			}
		}
	}
}

/** A score with its cap, its place and its mask. */
// @ts-ignore: decorator
@inline
function masked(score: v128, limit: f32, slope: v128, position: v128, low: v128, high: v128): v128 {
	if (limit > 0) score = f32x4.mul(tangent(f32x4.mul(score, f32x4.splat(1 / limit))), f32x4.splat(limit));
	score = madd(slope, f32x4.convert_i32x4_s(position), score);
	return v128.bitselect(score, f32x4.splat(-Infinity), v128.and(i32x4.ge_s(position, low), i32x4.lt_s(position, high)));
}

/** Eight rows' scores → terms of the softmax, in place; one divided by their sum then stands in the table's column of slopes. */
// @ts-ignore: decorator
@inline
function soften(scores: usize, from: i32, to: i32, limit: f32, list: usize): void {
	const minus = f32x4.splat(-Infinity);
	const lowA = v128.load(list, LOWS);
	const lowB = v128.load(list + 16, LOWS);
	const highA = v128.load(list, HIGHS);
	const highB = v128.load(list + 16, HIGHS);
	const slopeA = v128.load(list, SLOPES);
	const slopeB = v128.load(list + 16, SLOPES);
	const sinkA = v128.load(list, SINKS);
	const sinkB = v128.load(list + 16, SINKS);
	// Keys that all eight rows see, with nothing to add: only their greatest is sought.
	const plain = limit <= 0 && !v128.any_true(v128.or(slopeA, slopeB));
	const lows = i32x4.max_s(lowA, lowB);
	const highs = i32x4.min_s(highA, highB);
	const seenFrom = max(max(i32x4.extract_lane(lows, 0), i32x4.extract_lane(lows, 1)), max(i32x4.extract_lane(lows, 2), i32x4.extract_lane(lows, 3)));
	const seenTo = min(min(i32x4.extract_lane(highs, 0), i32x4.extract_lane(highs, 1)), min(i32x4.extract_lane(highs, 2), i32x4.extract_lane(highs, 3)));

	let mostA = sinkA;
	let mostB = sinkB;
	let p = scores;
	for (let s = from; s < to; s++, p += 32) {
		let a = v128.load(p);
		let b = v128.load(p, 16);
		if (!plain || s < seenFrom || s >= seenTo) {
			const position = i32x4.splat(s);
			a = masked(a, limit, slopeA, position, lowA, highA);
			b = masked(b, limit, slopeB, position, lowB, highB);
			v128.store(p, a);
			v128.store(p, b, 16);
		}
		mostA = f32x4.pmax(mostA, a);
		mostB = f32x4.pmax(mostB, b);
	}

	// A row that sees nothing attends to nothing: its greatest score is taken as 0, so that no difference of infinities arises.
	mostA = v128.bitselect(f32x4.splat(0), mostA, f32x4.eq(mostA, minus));
	mostB = v128.bitselect(f32x4.splat(0), mostB, f32x4.eq(mostB, minus));
	let totalA = decay(f32x4.sub(sinkA, mostA));
	let totalB = decay(f32x4.sub(sinkB, mostB));
	const end = p;
	for (p = scores; p < end; p += 32) {
		const a = decay(f32x4.sub(v128.load(p), mostA));
		const b = decay(f32x4.sub(v128.load(p, 16), mostB));
		totalA = f32x4.add(totalA, a);
		totalB = f32x4.add(totalB, b);
		v128.store(p, a);
		v128.store(p, b, 16);
	}
	const zero = f32x4.splat(0);
	const one = f32x4.splat(1);
	v128.store(list, f32x4.div(one, v128.bitselect(one, totalA, f32x4.eq(totalA, zero))), SLOPES);
	v128.store(list + 16, f32x4.div(one, v128.bitselect(one, totalB, f32x4.eq(totalB, zero))), SLOPES);
}

// Scores every row of a stored table against one query, straight on the stored bytes, and the rows' squared norms.
// Formats: ggml/src/ggml-common.h (block_q8_0), IEEE 754 half, bfloat16.

// Numbers: products and sums in float32, four to sixteen partial sums a row. With n = D the result differs from the exact dot product of
// decoded row and query by at most (D + 16) · 2^-24 · |row| · |query| (Higham, Accuracy and Stability, §3.1, and Cauchy-Schwarz).
// Q8_0 takes the query as whole numbers of 16 bits: a block's sum is exact in int32 (32 · 128 · 32767 < 2^27).

import { HALF_FACTOR, HALF_MASK, half, halfSplat, kept, madd, sum4, upperHalves } from './lanes';

/** F32: scores[r] = Σ table[r, i] · query[i]; width a multiple of 4. */
export function scoreF32(table: usize, rows: i32, width: i32, query: usize, scores: usize): void {
	const bytes = <usize>width << 2;
	for (let r = 0; r < rows; r++) {
		let a = f32x4.splat(0);
		let b = a;
		let c = a;
		let d = a;
		let x = table;
		let q = query;
		const wide = table + (bytes & ~63);
		for (; x < wide; x += 64, q += 64) {
			a = madd(v128.load(x), v128.load(q), a);
			b = madd(v128.load(x, 16), v128.load(q, 16), b);
			c = madd(v128.load(x, 32), v128.load(q, 32), c);
			d = madd(v128.load(x, 48), v128.load(q, 48), d);
		}
		table += bytes;
		for (; x < table; x += 16, q += 16) a = madd(v128.load(x), v128.load(q), a);
		store<f32>(scores + (<usize>r << 2), sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d))));
	}
}

/** What is left of HALF_FACTOR for a query × 2^64. */
const HALF_QUERY_FACTOR: f32 = 281474976710656.0; // 2^48

/**
 * F16: as scoreF32. The query's values come in the order in which 32-bit words give them up: of each 8, the odd ones (upper halves) and
 * then the even ones, and × 2^64. Width a multiple of 8. Products run 2^-112 too small and are set right once a row: with 2^64 in the
 * query neither the least half nor the greatest leaves float32's range on the way.
 */
export function scoreF16(table: usize, rows: i32, width: i32, query: usize, scores: usize): void {
	const bytes = <usize>width << 1;
	const mask = kept(HALF_MASK, width);
	for (let r = 0; r < rows; r++) {
		let a = f32x4.splat(0);
		let b = a;
		let c = a;
		let d = a;
		let x = table;
		let q = query;
		const wide = table + (bytes & ~31);
		for (; x < wide; x += 32, q += 64) {
			const v = v128.load(x);
			const w = v128.load(x, 16);
			a = madd(upperHalves(v, mask), v128.load(q), a);
			b = madd(upperHalves(i32x4.shl(v, 16), mask), v128.load(q, 16), b);
			c = madd(upperHalves(w, mask), v128.load(q, 32), c);
			d = madd(upperHalves(i32x4.shl(w, 16), mask), v128.load(q, 48), d);
		}
		table += bytes;
		for (; x < table; x += 16, q += 32) {
			const v = v128.load(x);
			a = madd(upperHalves(v, mask), v128.load(q), a);
			b = madd(upperHalves(i32x4.shl(v, 16), mask), v128.load(q, 16), b);
		}
		store<f32>(scores + (<usize>r << 2), sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d))) * HALF_QUERY_FACTOR);
	}
}

/** BF16: as scoreF16, query in the same order. */
export function scoreBF16(table: usize, rows: i32, width: i32, query: usize, scores: usize): void {
	const bytes = <usize>width << 1;
	const upper = kept(0xffff0000, width);
	for (let r = 0; r < rows; r++) {
		let a = f32x4.splat(0);
		let b = a;
		let c = a;
		let d = a;
		let x = table;
		let q = query;
		const wide = table + (bytes & ~31);
		for (; x < wide; x += 32, q += 64) {
			const v = v128.load(x);
			const w = v128.load(x, 16);
			a = madd(v128.and(v, upper), v128.load(q), a);
			b = madd(i32x4.shl(v, 16), v128.load(q, 16), b);
			c = madd(v128.and(w, upper), v128.load(q, 32), c);
			d = madd(i32x4.shl(w, 16), v128.load(q, 48), d);
		}
		table += bytes;
		for (; x < table; x += 16, q += 32) {
			const v = v128.load(x);
			a = madd(v128.and(v, upper), v128.load(q), a);
			b = madd(i32x4.shl(v, 16), v128.load(q, 16), b);
		}
		store<f32>(scores + (<usize>r << 2), sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d))));
	}
}

/** Rows from one of the four streams to the next: 34 · 2048 bytes are 17 pages of 4096, whatever the width. */
const STREAM: i32 = 2048;

/** Adds a block's products to four lanes: its whole-number sums × its scale × 2^-112. */
// @ts-ignore: decorator
@inline
function addBlock(x: usize, w0: v128, w1: v128, w2: v128, w3: v128, mask: v128, sum: v128): v128 {
	const low = i32x4.add(i32x4.dot_i16x8_s(v128.load8x8_s(x, 2), w0), i32x4.dot_i16x8_s(v128.load8x8_s(x, 10), w1));
	const high = i32x4.add(i32x4.dot_i16x8_s(v128.load8x8_s(x, 18), w2), i32x4.dot_i16x8_s(v128.load8x8_s(x, 26), w3));
	return madd(f32x4.convert_i32x4_s(i32x4.add(low, high)), halfSplat(x, mask), sum);
}

/**
 * Q8_0 with the query as int16 in stored order: scores[r] = Σ over blocks of d · Σ quants · query. Width a multiple of 32.
 * Four rows, each in a stream of its own and all at the same place in their pages: hardware fetches ahead only within a page, so each
 * page begins with a wait, and this way four waits are one (measured: 57 % → 85 % of the reading speed). They share the query's loads too.
 */
export function scoreQ8_0(table: usize, rows: i32, width: i32, query: usize, scores: usize): void {
	const mask = kept(HALF_MASK, width);
	const bytes = <usize>(width >> 5) * 34;
	const end = query + (<usize>width << 1);
	let first = 0;
	for (; first + 4 * STREAM <= rows; first += 4 * STREAM) {
		for (let r = first; r < first + STREAM; r++) {
			let x = table + bytes * r;
			let y = x + bytes * STREAM;
			let z = y + bytes * STREAM;
			let u = z + bytes * STREAM;
			let a = f32x4.splat(0);
			let b = a;
			let c = a;
			let d = a;
			for (let q = query; q < end; q += 64, x += 34, y += 34, z += 34, u += 34) {
				const w0 = v128.load(q);
				const w1 = v128.load(q, 16);
				const w2 = v128.load(q, 32);
				const w3 = v128.load(q, 48);
				a = addBlock(x, w0, w1, w2, w3, mask, a);
				b = addBlock(y, w0, w1, w2, w3, mask, b);
				c = addBlock(z, w0, w1, w2, w3, mask, c);
				d = addBlock(u, w0, w1, w2, w3, mask, d);
			}
			const out = scores + (<usize>r << 2);
			store<f32>(out, sum4(a) * HALF_FACTOR);
			store<f32>(out, sum4(b) * HALF_FACTOR, 4 * STREAM);
			store<f32>(out, sum4(c) * HALF_FACTOR, 8 * STREAM);
			store<f32>(out, sum4(d) * HALF_FACTOR, 12 * STREAM);
		}
	}
	for (let r = first; r < rows; r++) {
		let x = table + bytes * r;
		let a = f32x4.splat(0);
		for (let q = query; q < end; q += 64, x += 34) {
			a = addBlock(x, v128.load(q), v128.load(q, 16), v128.load(q, 32), v128.load(q, 48), mask, a);
		}
		store<f32>(scores + (<usize>r << 2), sum4(a) * HALF_FACTOR);
	}
}

/** F32: squares[r] = Σ table[r, i]². Width a multiple of 4. */
export function squaresF32(table: usize, rows: i32, width: i32, squares: usize): void {
	for (let r = 0; r < rows; r++) {
		let a = f32x4.splat(0);
		for (const end = table + (<usize>width << 2); table < end; table += 16) {
			const v = v128.load(table);
			a = madd(v, v, a);
		}
		store<f32>(squares + (<usize>r << 2), sum4(a));
	}
}

/** F16: as squaresF32. Width a multiple of 8. */
export function squaresF16(table: usize, rows: i32, width: i32, squares: usize): void {
	const mask = kept(HALF_MASK, width);
	const factor = f32x4.splat(HALF_FACTOR);
	for (let r = 0; r < rows; r++) {
		let a = f32x4.splat(0);
		for (const end = table + (<usize>width << 1); table < end; table += 16) {
			const words = v128.load(table);
			const v = f32x4.mul(upperHalves(words, mask), factor);
			const w = f32x4.mul(upperHalves(i32x4.shl(words, 16), mask), factor);
			a = madd(v, v, madd(w, w, a));
		}
		store<f32>(squares + (<usize>r << 2), sum4(a));
	}
}

/** BF16: as squaresF32. Width a multiple of 8. */
export function squaresBF16(table: usize, rows: i32, width: i32, squares: usize): void {
	const upper = kept(0xffff0000, width);
	for (let r = 0; r < rows; r++) {
		let a = f32x4.splat(0);
		for (const end = table + (<usize>width << 1); table < end; table += 16) {
			const words = v128.load(table);
			const v = v128.and(words, upper);
			const w = i32x4.shl(words, 16);
			a = madd(v, v, madd(w, w, a));
		}
		store<f32>(squares + (<usize>r << 2), sum4(a));
	}
}

/** Q8_0: squares[r] = Σ over blocks of d² · Σ quants². Width a multiple of 32. */
export function squaresQ8_0(table: usize, rows: i32, width: i32, squares: usize): void {
	const blocks = width >> 5;
	for (let r = 0; r < rows; r++) {
		let a = f32x4.splat(0);
		for (let b = 0; b < blocks; b++, table += 34) {
			const d = half(table);
			let sum = i32x4.splat(0);
			for (let x = table + 2; x < table + 34; x += 8) {
				const v = v128.load8x8_s(x);
				sum = i32x4.add(sum, i32x4.dot_i16x8_s(v, v));
			}
			a = madd(f32x4.convert_i32x4_s(sum), f32x4.splat(d * d), a);
		}
		store<f32>(squares + (<usize>r << 2), sum4(a));
	}
}

/** Reads every byte of `bytes` (a multiple of 128) and gives a sum that keeps the reads alive: the machine's reading speed. */
export function readAll(pointer: usize, bytes: i32): i32 {
	let a = i32x4.splat(0);
	let b = a;
	let c = a;
	let d = a;
	for (const end = pointer + <usize>bytes; pointer < end; pointer += 128) {
		a = i32x4.add(a, i32x4.add(v128.load(pointer), v128.load(pointer, 16)));
		b = i32x4.add(b, i32x4.add(v128.load(pointer, 32), v128.load(pointer, 48)));
		c = i32x4.add(c, i32x4.add(v128.load(pointer, 64), v128.load(pointer, 80)));
		d = i32x4.add(d, i32x4.add(v128.load(pointer, 96), v128.load(pointer, 112)));
	}
	const sum = i32x4.add(i32x4.add(a, b), i32x4.add(c, d));
	return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
}

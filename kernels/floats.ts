// Weight matrix × activations, all float32, on rows laid eight side by side. For models whose file holds floats.

// A record holds 8 rows × 1 column: 32 bytes. Activations of many tokens come in fours: 4 tokens × 1 column, 16 bytes; one token's as they are.
// Error: float32 sums in column order, (N + 1) · 2^-24 of Σ |w · x| at most (half of that where multiply-add is fused).

import { madd, put } from './lanes';

/** Float32 rows, `rowBytes` apart → rows first … first + rows of the records at `weights`. */
export function repackFloats(source: usize, rowBytes: usize, first: i32, rows: i32, columns: i32, weights: usize): void {
	for (let r = first; r < first + rows; r++, source += rowBytes) {
		let w = weights + (<usize>columns << 5) * (r >> 3) + ((r & 7) << 2);
		const end = source + (<usize>columns << 2);
		for (let p = source; p < end; p += 4, w += 32) store<f32>(w, load<f32>(p));
	}
}

/** x (tokens, width) → fours of tokens side by side; missing tokens are zeros. */
export function interleave(x: usize, tokens: i32, width: i32, out: usize): void {
	const bytes = <usize>width << 2;
	for (let t = 0; t < tokens; t += 4) {
		const a = x + bytes * t;
		const b = t + 1 < tokens ? a + bytes : 0;
		const c = t + 2 < tokens ? a + 2 * bytes : 0;
		const d = t + 3 < tokens ? a + 3 * bytes : 0;
		for (let i: usize = 0; i < bytes; i += 4, out += 16) {
			store<f32>(out, load<f32>(a + i));
			store<f32>(out, b ? load<f32>(b + i) : 0, 4);
			store<f32>(out, c ? load<f32>(c + i) : 0, 8);
			store<f32>(out, d ? load<f32>(d + i) : 0, 12);
		}
	}
}

/** y (tokens, stride / 4), columns 8 · first … 8 · last ← (or, with add, +=) weights · x. `columns` is a multiple of 4. As matmul otherwise. */
export function matmulFloats(weights: usize, first: i32, last: i32, columns: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	if (tokens == 1) vector(weights, first, last, columns, x, y, add);
	else tiles(weights, first, last, columns, x, tokens, y, stride, add);
}

// @ts-ignore: decorator
@inline
function vector(weights: usize, first: i32, last: i32, columns: i32, x: usize, y: usize, add: i32): void {
	let w = weights + (<usize>columns << 5) * first;
	for (let r = first; r < last; r++) {
		let a0 = f32x4.splat(0);
		let b0 = a0;
		let a1 = a0;
		let b1 = a0;
		let a2 = a0;
		let b2 = a0;
		let a3 = a0;
		let b3 = a0;
		let p = x;
		for (const end = w + (<usize>columns << 5); w < end; w += 128, p += 16) {
			let q = v128.load32_splat(p);
			a0 = madd(v128.load(w), q, a0);
			b0 = madd(v128.load(w, 16), q, b0);
			q = v128.load32_splat(p, 4);
			a1 = madd(v128.load(w, 32), q, a1);
			b1 = madd(v128.load(w, 48), q, b1);
			q = v128.load32_splat(p, 8);
			a2 = madd(v128.load(w, 64), q, a2);
			b2 = madd(v128.load(w, 80), q, b2);
			q = v128.load32_splat(p, 12);
			a3 = madd(v128.load(w, 96), q, a3);
			b3 = madd(v128.load(w, 112), q, b3);
		}
		put(y + (<usize>r << 5), f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)), add);
	}
}

/** 1 where the compiler makes one instruction of neighbours: sixteen rows at a time then fit its registers, and are twice as fast. */
export let wide: i32 = 0;

// @ts-ignore: decorator
@inline
function tiles(weights: usize, first: i32, last: i32, columns: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	const bytes = <usize>columns << 5;
	const fours = (tokens + 3) >> 2;
	let r = first;
	if (wide) {
		for (; r + 1 < last; r += 2) {
			const out = y + (<usize>r << 5);
			for (let t = 0; t < fours; t++) {
				tile(2, weights + bytes * r, bytes, bytes, x + (bytes >> 1) * t, out + 4 * stride * t, out + 32 + 4 * stride * t, stride, add);
			}
		}
	}
	for (; r < last; r++) {
		const out = y + (<usize>r << 5);
		for (let t = 0; t < fours; t++) tile(1, weights + bytes * r, bytes, bytes, x + (bytes >> 1) * t, out + 4 * stride * t, 0, stride, add);
	}
}

/**
 * Eight rows (or with eights 2 sixteen: records of the others are `other` bytes further, their results at outB) × four tokens, `bytes` of
 * records long: 8 results at out, out + stride, …
 */
// @ts-ignore: decorator
@inline
export function tile(eights: i32, weights: usize, bytes: usize, other: usize, x: usize, out: usize, outB: usize, stride: usize, add: i32): void {
	let a0 = f32x4.splat(0);
	let b0 = a0;
	let a1 = a0;
	let b1 = a0;
	let a2 = a0;
	let b2 = a0;
	let a3 = a0;
	let b3 = a0;
	let c0 = a0;
	let d0 = a0;
	let c1 = a0;
	let d1 = a0;
	let c2 = a0;
	let d2 = a0;
	let c3 = a0;
	let d3 = a0;
	let p = x;
	const end = weights + bytes;
	for (let w = weights; w < end; w += 32, p += 16) {
		const a = v128.load(w);
		const b = v128.load(w, 16);
		const q0 = v128.load32_splat(p);
		const q1 = v128.load32_splat(p, 4);
		const q2 = v128.load32_splat(p, 8);
		const q3 = v128.load32_splat(p, 12);
		a0 = madd(a, q0, a0);
		b0 = madd(b, q0, b0);
		a1 = madd(a, q1, a1);
		b1 = madd(b, q1, b1);
		a2 = madd(a, q2, a2);
		b2 = madd(b, q2, b2);
		a3 = madd(a, q3, a3);
		b3 = madd(b, q3, b3);
		if (eights == 2) {
			const c = v128.load(w + other);
			const d = v128.load(w + other, 16);
			c0 = madd(c, q0, c0);
			d0 = madd(d, q0, d0);
			c1 = madd(c, q1, c1);
			d1 = madd(d, q1, d1);
			c2 = madd(c, q2, c2);
			d2 = madd(d, q2, d2);
			c3 = madd(c, q3, c3);
			d3 = madd(d, q3, d3);
		}
	}
	put(out, a0, b0, add);
	put(out + stride, a1, b1, add);
	put(out + 2 * stride, a2, b2, add);
	put(out + 3 * stride, a3, b3, add);
	if (eights == 2) {
		put(outB, c0, d0, add);
		put(outB + stride, c1, d1, add);
		put(outB + 2 * stride, c2, d2, add);
		put(outB + 3 * stride, c3, d3, add);
	}
}

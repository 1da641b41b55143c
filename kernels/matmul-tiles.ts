// Weight matrix × the activations of many tokens: tiles of eight rows × four tokens, or of four × four. What records hold: records.ts.

import { wide } from './floats';
import { kept, put } from './lanes';
import { dot2, widen } from './dot';
import { four, high, join, low, recordOf, settle, step, stepsOf, UNSIGNED4, UNSIGNED6 } from './records';

/** Rows 8 · first … 8 · last × `tokens` tokens in fours (records of 4 lanes): y[t · stride + r], set or added to. */
// @ts-ignore: decorator
@inline
export function tiles(kind: i32, weights: usize, first: i32, last: i32, groups: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	const record = recordOf(kind);
	const bytes = record * groups;
	const xBytes = <usize>(32 + 16 * stepsOf(kind)) * groups;
	for (let r = first; r < last; r++) {
		const w = weights + bytes * r;
		let p = x;
		for (let t = 0; t < tokens; t += 4, p += xBytes) {
			const out = y + (<usize>r << 5) + stride * t;
			// Where the compiler does not join both halves of an eight, 4-bit weights have too few registers for them.
			if (kind == UNSIGNED4 && !wide) {
				tile(kind, 1, w, groups, p, out, stride, add);
				tile(kind, 1, w + 16, groups, p, out + 16, stride, add);
			} else tile(kind, 2, w, groups, p, out, stride, add);
		}
	}
}

/**
 * A tile of 4 · halves rows, whose first record begins at `row` (16 bytes later: their second half). Everything is done alike for both halves
 * of an eight, side by side: see docs/speed.md on vectors of 256 bits.
 */
// @ts-ignore: decorator
@inline
function tile(kind: i32, halves: i32, row: usize, groups: i32, x: usize, out: usize, stride: usize, add: i32): void {
	const ones = kept(0x10001, groups);
	const mask = kept(0x0f0f0f0f, groups);
	const record = recordOf(kind);
	const xRecord: usize = 32 + 16 * stepsOf(kind);
	const zero = f32x4.splat(0);
	let a0 = zero;
	let a1 = zero;
	let a2 = zero;
	let a3 = zero;
	let b0 = zero;
	let b1 = zero;
	let b2 = zero;
	let b3 = zero;
	const end = row + record * groups;
	for (let w = row, p = x; w < end; w += record, p += xRecord) {
		const q = p + 32;
		let s0 = zero;
		let s1 = zero;
		let s2 = zero;
		let s3 = zero;
		let z0 = zero;
		let z1 = zero;
		let z2 = zero;
		let z3 = zero;
		if (kind == UNSIGNED4) {
			for (let k: usize = 0; k < 128; k += 32) {
				const both = v128.load(w + k, 64);
				const even = low(both, mask);
				const odd = high(both, mask);
				const at = q + k;
				s0 = i16x8.add(s0, two(even, odd, at));
				s1 = i16x8.add(s1, two(even, odd, at + 4));
				s2 = i16x8.add(s2, two(even, odd, at + 8));
				s3 = i16x8.add(s3, two(even, odd, at + 12));
				if (halves == 2) {
					const other = v128.load(w + k, 80);
					const e = low(other, mask);
					const o = high(other, mask);
					z0 = i16x8.add(z0, two(e, o, at));
					z1 = i16x8.add(z1, two(e, o, at + 4));
					z2 = i16x8.add(z2, two(e, o, at + 8));
					z3 = i16x8.add(z3, two(e, o, at + 12));
				}
			}
			s0 = widen(s0, ones);
			s1 = widen(s1, ones);
			s2 = widen(s2, ones);
			s3 = widen(s3, ones);
			if (halves == 2) {
				z0 = widen(z0, ones);
				z1 = widen(z1, ones);
				z2 = widen(z2, ones);
				z3 = widen(z3, ones);
			}
		} else {
			let u0 = step(kind, w + 64, 0, mask);
			let u1 = step(kind, w + 64, 1, mask);
			let u2 = step(kind, w + 64, 2, mask);
			let u3 = step(kind, w + 64, 3, mask);
			s0 = four(kind, u0, u1, u2, u3, q, 16, ones);
			s1 = four(kind, u0, u1, u2, u3, q + 4, 16, ones);
			s2 = four(kind, u0, u1, u2, u3, q + 8, 16, ones);
			s3 = four(kind, u0, u1, u2, u3, q + 12, 16, ones);
			let v0 = zero;
			let v1 = zero;
			let v2 = zero;
			let v3 = zero;
			if (halves == 2) {
				v0 = step(kind, w + 80, 0, mask);
				v1 = step(kind, w + 80, 1, mask);
				v2 = step(kind, w + 80, 2, mask);
				v3 = step(kind, w + 80, 3, mask);
				z0 = four(kind, v0, v1, v2, v3, q, 16, ones);
				z1 = four(kind, v0, v1, v2, v3, q + 4, 16, ones);
				z2 = four(kind, v0, v1, v2, v3, q + 8, 16, ones);
				z3 = four(kind, v0, v1, v2, v3, q + 12, 16, ones);
			}
			if (kind != UNSIGNED6) {
				u0 = step(kind, w + 64, 4, mask);
				u1 = step(kind, w + 64, 5, mask);
				u2 = step(kind, w + 64, 6, mask);
				u3 = step(kind, w + 64, 7, mask);
				s0 = join(kind, s0, four(kind, u0, u1, u2, u3, q + 64, 16, ones), ones);
				s1 = join(kind, s1, four(kind, u0, u1, u2, u3, q + 68, 16, ones), ones);
				s2 = join(kind, s2, four(kind, u0, u1, u2, u3, q + 72, 16, ones), ones);
				s3 = join(kind, s3, four(kind, u0, u1, u2, u3, q + 76, 16, ones), ones);
				if (halves == 2) {
					v0 = step(kind, w + 80, 4, mask);
					v1 = step(kind, w + 80, 5, mask);
					v2 = step(kind, w + 80, 6, mask);
					v3 = step(kind, w + 80, 7, mask);
					z0 = join(kind, z0, four(kind, v0, v1, v2, v3, q + 64, 16, ones), ones);
					z1 = join(kind, z1, four(kind, v0, v1, v2, v3, q + 68, 16, ones), ones);
					z2 = join(kind, z2, four(kind, v0, v1, v2, v3, q + 72, 16, ones), ones);
					z3 = join(kind, z3, four(kind, v0, v1, v2, v3, q + 76, 16, ones), ones);
				}
			}
		}
		let scale = v128.load32_splat(p);
		let companion = v128.load32_splat(p, 16);
		a0 = settle(a0, s0, w, scale, companion);
		if (halves == 2) b0 = settle(b0, z0, w + 16, scale, companion);
		scale = v128.load32_splat(p, 4);
		companion = v128.load32_splat(p, 20);
		a1 = settle(a1, s1, w, scale, companion);
		if (halves == 2) b1 = settle(b1, z1, w + 16, scale, companion);
		scale = v128.load32_splat(p, 8);
		companion = v128.load32_splat(p, 24);
		a2 = settle(a2, s2, w, scale, companion);
		if (halves == 2) b2 = settle(b2, z2, w + 16, scale, companion);
		scale = v128.load32_splat(p, 12);
		companion = v128.load32_splat(p, 28);
		a3 = settle(a3, s3, w, scale, companion);
		if (halves == 2) b3 = settle(b3, z3, w + 16, scale, companion);
	}
	if (halves == 2) {
		put(out, a0, b0, add);
		put(out + stride, a1, b1, add);
		put(out + 2 * stride, a2, b2, add);
		put(out + 3 * stride, a3, b3, add);
	} else {
		putHalf(out, a0, add);
		putHalf(out + stride, a1, add);
		putHalf(out + 2 * stride, a2, add);
		putHalf(out + 3 * stride, a3, add);
	}
}

// @ts-ignore: decorator
@inline
function putHalf(out: usize, a: v128, add: i32): void {
	v128.store(out, add ? f32x4.add(a, v128.load(out)) : a);
}

// @ts-ignore: decorator
@inline
function two(even: v128, odd: v128, q: usize): v128 {
	return i16x8.add(dot2(v128.load32_splat(q), even), dot2(v128.load32_splat(q, 16), odd));
}

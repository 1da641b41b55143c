// Weight matrix × activations, on weights repacked so that eight rows lie side by side (records.ts). No horizontal additions, no allocation.

import { kept, put } from './lanes';
import { tiles } from './matmul-tiles';
import { four, join, recordOf, settle, SIGNED8, step, stepsOf, UNSIGNED4, UNSIGNED5, UNSIGNED6 } from './records';

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

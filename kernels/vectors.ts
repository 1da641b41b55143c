// The small operations between matrices: norms, rotation, activations, sums. All float32; widths are multiples of 4.
// Their definitions: src/transformer/reference/operations.ts and activations.ts; error of each: float32 rounding, and exponential.ts's where it is used.

import { exponential, tangent } from './exponential';
import { madd, sum4 } from './lanes';

/**
 * Norm of `rows` rows of `width` values, `stride` bytes apart: (x − centre · mean) / sqrt(mean square + epsilon) · gain + bias.
 * Row r takes the gain (and bias, if not 0) of r mod `gains`. out may be x.
 */
export function normalise(x: usize, rows: i32, width: i32, stride: usize, gain: usize, bias: usize, gains: i32, epsilon: f32, centre: i32, out: usize): void {
	const bytes = <usize>width << 2;
	for (let r = 0; r < rows; r++, x += stride, out += stride) {
		let sum = f32x4.splat(0);
		if (centre) {
			for (let i: usize = 0; i < bytes; i += 16) sum = f32x4.add(sum, v128.load(x + i));
			sum = f32x4.splat(sum4(sum) / <f32>width);
		}
		let a = f32x4.splat(0);
		let b = a;
		let i: usize = 0;
		for (; i + 32 <= bytes; i += 32) {
			const v = f32x4.sub(v128.load(x + i), sum);
			const w = f32x4.sub(v128.load(x + i, 16), sum);
			a = madd(v, v, a);
			b = madd(w, w, b);
		}
		for (; i < bytes; i += 16) {
			const v = f32x4.sub(v128.load(x + i), sum);
			a = madd(v, v, a);
		}
		const factor = f32x4.splat(1 / sqrt(sum4(f32x4.add(a, b)) / <f32>width + epsilon));
		const at = bytes * (r % gains);
		const g = gain + at;
		if (bias) {
			const c = bias + at;
			for (let i: usize = 0; i < bytes; i += 16) {
				v128.store(out + i, madd(f32x4.mul(f32x4.sub(v128.load(x + i), sum), factor), v128.load(g + i), v128.load(c + i)));
			}
		} else {
			for (let i: usize = 0; i < bytes; i += 16) {
				v128.store(out + i, f32x4.mul(f32x4.mul(f32x4.sub(v128.load(x + i), sum), factor), v128.load(g + i)));
			}
		}
	}
}

/**
 * Turns pairs of `heads` heads of `tokens` tokens in place: head h of token t at x + t · stride + h · headBytes. Row t of cos and sin has
 * `pairs` values (a multiple of 4). interleaved: (2i, 2i + 1) turn together, otherwise (i, i + pairs).
 */
export function rotate(x: usize, tokens: i32, heads: i32, stride: usize, headBytes: usize, cos: usize, sin: usize, pairs: i32, interleaved: i32): void {
	const bytes = <usize>pairs << 2;
	for (let t = 0; t < tokens; t++, x += stride, cos += bytes, sin += bytes) {
		for (let h = 0; h < heads; h++) {
			const p = x + headBytes * h;
			for (let i: usize = 0; i < bytes; i += 16) {
				const c = v128.load(cos + i);
				const s = v128.load(sin + i);
				if (interleaved) {
					const v = v128.load(p + 2 * i);
					const w = v128.load(p + 2 * i, 16);
					const a = i8x16.shuffle(v, w, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
					const b = i8x16.shuffle(v, w, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
					const turned = f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s));
					const other = f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s));
					v128.store(p + 2 * i, i8x16.shuffle(turned, other, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23));
					v128.store(p + 2 * i, i8x16.shuffle(turned, other, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31), 16);
				} else {
					const a = v128.load(p + i);
					const b = v128.load(p + i + bytes);
					v128.store(p + i, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
					v128.store(p + i + bytes, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
				}
			}
		}
	}
}

/** Activation functions, in the order of src/program/run.ts. */
const RELU = 0;
const GELU = 1;
const GELU_TANH = 2;
const SILU = 3;
const QUICK_GELU = 4;

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
	const one = f32x4.splat(1);
	return f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))));
}

/** (1 + erf(x / √2)) / 2. Abramowitz & Stegun 7.1.26: absolute error at most 1.5e-7 before float32 rounding. */
// @ts-ignore: decorator
@inline
function normalShare(x: v128): v128 {
	const z = f32x4.mul(f32x4.abs(x), f32x4.splat(0.70710678));
	const one = f32x4.splat(1);
	const t = f32x4.div(one, madd(z, f32x4.splat(0.3275911), one));
	let p = f32x4.splat(1.061405429);
	p = madd(p, t, f32x4.splat(-1.453152027));
	p = madd(p, t, f32x4.splat(1.421413741));
	p = madd(p, t, f32x4.splat(-0.284496736));
	p = madd(p, t, f32x4.splat(0.254829592));
	// erfc(z) / 2, the upper tail
	const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), exponential(f32x4.neg(f32x4.mul(z, z)))), f32x4.splat(0.5));
	return v128.bitselect(f32x4.sub(one, tail), tail, f32x4.ge(x, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function activated(kind: i32, x: v128): v128 {
	if (kind == RELU) return f32x4.pmax(x, f32x4.splat(0));
	if (kind == GELU) return f32x4.mul(x, normalShare(x));
	if (kind == GELU_TANH) {
		// x · (1 + tanh z) / 2 = x · sigmoid(2z), z = √(2/π) · (x + 0.044715 x³)
		const cube = f32x4.mul(f32x4.mul(x, x), x);
		return f32x4.mul(x, sigmoid(f32x4.mul(madd(cube, f32x4.splat(0.044715), x), f32x4.splat(1.59576912))));
	}
	if (kind == SILU) return f32x4.mul(x, sigmoid(x));
	return f32x4.mul(x, sigmoid(f32x4.mul(x, f32x4.splat(1.702))));
}

// @ts-ignore: decorator
@inline
function activateAs(kind: i32, gate: usize, up: usize, bytes: usize): void {
	for (let i: usize = 0; i < bytes; i += 16) {
		const v = activated(kind, v128.load(gate + i));
		v128.store(gate + i, up ? f32x4.mul(v, v128.load(up + i)) : v);
	}
}

/** gate[i] ← activation(gate[i]) · up[i], or without `up` (0) activation(gate[i]); `count` values. */
export function activate(kind: i32, gate: usize, up: usize, count: i32): void {
	const bytes = <usize>count << 2;
	if (kind == RELU) activateAs(RELU, gate, up, bytes);
	else if (kind == GELU) activateAs(GELU, gate, up, bytes);
	else if (kind == GELU_TANH) activateAs(GELU_TANH, gate, up, bytes);
	else if (kind == SILU) activateAs(SILU, gate, up, bytes);
	else activateAs(QUICK_GELU, gate, up, bytes);
}

/** x[i] += y[i]. */
export function add(x: usize, y: usize, count: i32): void {
	for (const end = x + (<usize>count << 2); x < end; x += 16, y += 16) v128.store(x, f32x4.add(v128.load(x), v128.load(y)));
}

/** x[i] *= factor. */
export function multiply(x: usize, factor: f32, count: i32): void {
	const f = f32x4.splat(factor);
	for (const end = x + (<usize>count << 2); x < end; x += 16) v128.store(x, f32x4.mul(v128.load(x), f));
}

/** Each of `rows` rows ← the same `count` values (a bias that matmul then adds to). */
export function spread(values: usize, rows: i32, count: i32, stride: usize, out: usize): void {
	for (let r = 0; r < rows; r++, out += stride) memory.copy(out, values, <usize>count << 2);
}

/** x[i] ← cap · tanh(x[i] / cap). */
export function cap(x: usize, limit: f32, count: i32): void {
	const c = f32x4.splat(limit);
	const inverse = f32x4.splat(1 / limit);
	for (const end = x + (<usize>count << 2); x < end; x += 16) {
		v128.store(x, f32x4.mul(tangent(f32x4.mul(v128.load(x), inverse)), c));
	}
}

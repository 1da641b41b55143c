// e^x and tanh in four lanes.
// Cody & Waite range reduction; polynomial by Cephes (expf.c, S. Moshier): the same as most vector libraries use.

// Range: x is clamped to −87.3…88.7 (results 1e-38…3e38; below it gives 1.2e-38, not 0). Error: at most 2 units in the last place
// (2.4e-7 relative). test/compute/vectors.test.ts walks the whole range.

import { madd } from './lanes';

/** e^r for |r| ≤ ln 2 / 2. */
// @ts-ignore: decorator
@inline
function polynomial(r: v128): v128 {
	let p = f32x4.splat(1.9875691500e-4);
	p = madd(p, r, f32x4.splat(1.3981999507e-3));
	p = madd(p, r, f32x4.splat(8.3334519073e-3));
	p = madd(p, r, f32x4.splat(4.1665795894e-2));
	p = madd(p, r, f32x4.splat(1.6666665459e-1));
	p = madd(p, r, f32x4.splat(5.0000001201e-1));
	return madd(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
}

// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
	const v = f32x4.min(f32x4.max(x, f32x4.splat(-87.3)), f32x4.splat(88.7));
	const n = f32x4.nearest(f32x4.mul(v, f32x4.splat(1.44269504)));
	// ln 2 in two parts, the first with trailing zeros: n · first part is exact
	let r = f32x4.sub(v, f32x4.mul(n, f32x4.splat(0.693359375)));
	r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440e-4)));
	let p = polynomial(r);
	// × 2^n in two halves: n = 128 does not fit a float's exponent
	const whole = i32x4.trunc_sat_f32x4_s(n);
	const first = i32x4.shr_s(whole, 1);
	const second = i32x4.sub(whole, first);
	const bias = i32x4.splat(127);
	p = f32x4.mul(p, i32x4.shl(i32x4.add(first, bias), 23));
	return f32x4.mul(p, i32x4.shl(i32x4.add(second, bias), 23));
}

/** tanh x = 1 − 2 / (e^2x + 1); absolute error at most 3e-7. */
// @ts-ignore: decorator
@inline
export function tangent(x: v128): v128 {
	const one = f32x4.splat(1);
	return f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exponential(f32x4.add(x, x)), one)));
}

/**
 * e^x for x ≤ 0; below −87.3 it is 0. Half the instructions of `exponential`: adding 1.5 · 2^23 leaves x / ln 2, rounded, in the lowest
 * bits, from where a shift takes it into the exponent. Error: at most 2 units in the last place.
 */
// @ts-ignore: decorator
@inline
export function decay(x: v128): v128 {
	const magic = f32x4.splat(12582912);
	const shifted = madd(x, f32x4.splat(1.44269504), magic);
	const n = f32x4.sub(shifted, magic);
	let r = madd(n, f32x4.splat(-0.693359375), x);
	r = madd(n, f32x4.splat(2.12194440e-4), r);
	const p = i32x4.add(polynomial(r), i32x4.shl(shifted, 23));
	return v128.and(p, f32x4.ge(x, f32x4.splat(-87.3)));
}

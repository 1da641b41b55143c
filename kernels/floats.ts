// Weight matrix × activations, all float32, on rows laid eight side by side. For models whose file holds floats.

// A record holds 8 rows × 1 column: 32 bytes. Activations of many tokens come in fours: 4 tokens × 1 column, 16 bytes; one token's as they are.
// Error: float32 sums in column order, (N + 1) · 2^-24 of Σ |w · x| at most (half of that where multiply-add is fused).

import { madd } from './lanes';

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
		const out = y + (<usize>r << 5);
		let a0 = add ? v128.load(out) : f32x4.splat(0);
		let b0 = add ? v128.load(out, 16) : f32x4.splat(0);
		let a1 = f32x4.splat(0);
		let b1 = a1;
		let a2 = a1;
		let b2 = a1;
		let a3 = a1;
		let b3 = a1;
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
		v128.store(out, f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)));
		v128.store(out, f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)), 16);
	}
}

// @ts-ignore: decorator
@inline
function tiles(weights: usize, first: i32, last: i32, columns: i32, x: usize, tokens: i32, y: usize, stride: usize, add: i32): void {
	const bytes = <usize>columns << 5;
	for (let r = first; r < last; r++) {
		const row = weights + bytes * r;
		let p = x;
		for (let t = 0; t < tokens; t += 4) {
			const out0 = y + (<usize>r << 5) + stride * t;
			const out1 = out0 + stride;
			const out2 = out1 + stride;
			const out3 = out2 + stride;
			const zero = f32x4.splat(0);
			let a0 = add ? v128.load(out0) : zero;
			let b0 = add ? v128.load(out0, 16) : zero;
			let a1 = add ? v128.load(out1) : zero;
			let b1 = add ? v128.load(out1, 16) : zero;
			let a2 = add ? v128.load(out2) : zero;
			let b2 = add ? v128.load(out2, 16) : zero;
			let a3 = add ? v128.load(out3) : zero;
			let b3 = add ? v128.load(out3, 16) : zero;
			for (let w = row; w < row + bytes; w += 32, p += 16) {
				const u = v128.load(w);
				const v = v128.load(w, 16);
				let q = v128.load32_splat(p);
				a0 = madd(u, q, a0);
				b0 = madd(v, q, b0);
				q = v128.load32_splat(p, 4);
				a1 = madd(u, q, a1);
				b1 = madd(v, q, b1);
				q = v128.load32_splat(p, 8);
				a2 = madd(u, q, a2);
				b2 = madd(v, q, b2);
				q = v128.load32_splat(p, 12);
				a3 = madd(u, q, a3);
				b3 = madd(v, q, b3);
			}
			v128.store(out0, a0);
			v128.store(out0, b0, 16);
			v128.store(out1, a1);
			v128.store(out1, b1, 16);
			v128.store(out2, a2);
			v128.store(out2, b2, 16);
			v128.store(out3, a3);
			v128.store(out3, b3, 16);
		}
	}
}

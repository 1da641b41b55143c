// Activations as 8-bit whole numbers, in groups along a row, laid out as the matrix kernels read them.
// The scheme is ggml's Q8_1 (a scale and a sum per 32 values), and for 8-bit weights an unsigned one between least and greatest value.

// A record holds one group of `4 · steps` values (32, or 16) of `lanes` tokens (1 or 4):
//   scale f32 × lanes, companion f32 × lanes, then for each step and token 4 bytes.
// signed:   x ≈ scale · q, q in −127…127; companion = scale · Σ q.
// unsigned: x ≈ scale · q + companion, q in 0…levels; companion = the group's least value.
// Error: at most half a step, i.e. max|x| / 254, or (max − min) / (2 · levels).

// @ts-ignore: decorator
@inline
function largest(v: v128): f32 {
	return max(
		max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
		max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
	);
}

/**
 * x (tokens, 4 · steps · groups) float32 → records in the order [token / lanes][group]. Missing tokens of the last lanes are zeros.
 * levels 0: signed; 127 or 255: unsigned up to there.
 */
export function quantise(x: usize, tokens: i32, groups: i32, steps: i32, lanes: i32, levels: i32, records: usize): void {
	const groupBytes = <usize>steps << 4;
	const rowBytes = groupBytes * groups;
	const stride = <usize>(lanes * (8 + 4 * steps));
	const padded = lanes == 1 ? tokens : (tokens + 3) & ~3;
	for (let t = 0; t < padded; t++) {
		const lane = <usize>(t % lanes) << 2;
		let record = records + stride * groups * (t / lanes) + lane;
		let at = x + rowBytes * t;
		for (let g = 0; g < groups; g++, record += stride, at += groupBytes) {
			if (t < tokens) quantiseGroup(at, steps, lanes, levels, record);
			else emptyGroup(steps, lanes, record);
		}
	}
}

function emptyGroup(steps: i32, lanes: i32, record: usize): void {
	const next = <usize>lanes << 2;
	for (let i = 0; i < steps + 2; i++) store<i32>(record + next * i, 0);
}

// @ts-ignore: decorator
@inline
function quantiseGroup(at: usize, steps: i32, lanes: i32, levels: i32, record: usize): void {
	let low = v128.load(at);
	let high = low;
	const end = at + (<usize>steps << 4);
	for (let p = at + 16; p < end; p += 16) {
		const v = v128.load(p);
		low = f32x4.pmin(low, v);
		high = f32x4.pmax(high, v);
	}
	const least = -largest(f32x4.neg(low));
	const greatest = largest(high);
	const next = <usize>lanes << 2;
	const base: f32 = levels ? least : 0;
	const scale: f32 = levels ? (greatest - least) / <f32>levels : max(greatest, -least) / 127;
	const factor = f32x4.splat(scale > 0 ? 1 / scale : 0);
	const shift = f32x4.splat(base);
	let sum = i32x4.splat(0);
	let out = record + next * 2;
	for (let p = at; p < end; p += 16, out += next) {
		const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.sub(v128.load(p), shift), factor)));
		sum = i32x4.add(sum, q);
		// Values fit in a byte, so narrowing only picks the low bytes; unsigned narrowing keeps 128…255.
		const shorts = i16x8.narrow_i32x4_s(q, q);
		const bytes = levels ? i8x16.narrow_i16x8_u(shorts, shorts) : i8x16.narrow_i16x8_s(shorts, shorts);
		store<i32>(out, i32x4.extract_lane(bytes, 0));
	}
	const total = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
	store<f32>(record, scale);
	store<f32>(record + next, levels ? base : scale * <f32>total);
}

// Stored quantised rows → weight records (records.ts). Whole numbers stay as they are: nothing is rounded but scale × group scale.
// Stored layouts: ggml/src/ggml-common.h; their formulas: ggml/src/ggml-quants.c dequantize_row_*, src/tensor/.

import { half } from './lanes';
import { recordOf, SIGNED8, stepsOf, UNSIGNED4 } from './records';

/** 32 bytes of the caller's: one group of a row, in the order of its columns; and what goes beside it. */
let group: usize = 0;
let scale: f32 = 0;
let companion: f32 = 0;
/** Halves seen that are infinite or not numbers. */
let broken: i32 = 0;

/** The half at `pointer`; an infinite one counts as broken. */
// @ts-ignore: decorator
@inline
function finiteHalf(pointer: usize): f32 {
	broken += i32((load<u16>(pointer) & 0x7c00) == 0x7c00);
	return half(pointer);
}

/** GGUF's numbers of the types that are repacked without rounding. */
const Q4_0 = 2;
const Q4_1 = 3;
const Q5_0 = 6;
const Q5_1 = 7;
const Q8_0 = 8;
const Q4_K = 12;
const Q5_K = 13;
const Q6_K = 14;
const MXFP4 = 39;
/** Float32 values, which are rounded: 127 steps to the group's greatest magnitude. */
const F32 = 0;

// @ts-ignore: decorator
@inline
function bytesOfGroup(type: i32): usize {
	return type == Q4_0 ? 18 : type == Q4_1 ? 20 : type == Q5_0 ? 22 : type == Q5_1 ? 24 : type == Q8_0 ? 34 : type == MXFP4 ? 17 : 128;
}

/** Bytes of 256 values of a K-quant; 0 for other types. */
// @ts-ignore: decorator
@inline
function bytesOfSuper(type: i32): usize {
	return type == Q4_K ? 144 : type == Q5_K ? 176 : type == Q6_K ? 210 : 0;
}

/** Low and high halves of 16 bytes as 32 values, the low ones first. */
// @ts-ignore: decorator
@inline
function nibbles(at: usize): void {
	const v = v128.load(at);
	v128.store(group, v128.and(v, i8x16.splat(15)));
	v128.store(group, i8x16.shr_u(v, 4), 16);
}

/** Bits 0…31 of a word as the fifth bit of the 32 values. */
// @ts-ignore: decorator
@inline
function fifthBits(at: usize): void {
	const places = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
	const sixteen = i8x16.splat(16);
	for (let i: usize = 0; i < 2; i++) {
		const bits = i8x16.shuffle(i8x16.splat(load<i8>(at + 2 * i)), i8x16.splat(load<i8>(at + 2 * i, 1)), 0, 0, 0, 0, 0, 0, 0, 0, 16, 16, 16, 16, 16, 16, 16, 16);
		const set = i8x16.eq(v128.and(bits, places), places);
		v128.store(group + 16 * i, v128.or(v128.load(group + 16 * i), v128.and(set, sixteen)));
	}
}

/** Six-bit scale (and minimum) of group g in the twelve bytes that Q4_K and Q5_K share. */
// @ts-ignore: decorator
@inline
function kScales(block: usize, g: usize): void {
	const at = block + 4 + g;
	const s: i32 = g < 4 ? load<u8>(at) & 63 : (load<u8>(at, 4) & 15) | ((load<u8>(at - 4) >> 6) << 4);
	const m: i32 = g < 4 ? load<u8>(at, 4) & 63 : (load<u8>(at, 4) >> 4) | ((load<u8>(at) >> 6) << 4);
	scale = finiteHalf(block) * <f32>s;
	companion = -(finiteHalf(block + 2) * <f32>m);
}

/** Group g of 32 in a Q4_K or Q5_K block: a low or high half of 32 bytes, with bit g of `high` as the fifth. */
// @ts-ignore: decorator
@inline
function kNibbles(quants: usize, high: usize, g: usize): void {
	const at = quants + (g >> 1) * 32;
	for (let i: usize = 0; i < 32; i += 16) {
		const v = v128.load(at + i);
		let q = g & 1 ? i8x16.shr_u(v, 4) : v128.and(v, i8x16.splat(15));
		if (high) q = v128.or(q, i8x16.shl(v128.and(i8x16.shr_u(v128.load(high + i), <i32>g), i8x16.splat(1)), 4));
		v128.store(group + i, q);
	}
}

/** Group g of 16 in a Q6_K block. */
// @ts-ignore: decorator
@inline
function sixBits(block: usize, g: usize): void {
	const low = v128.load(block + (g >> 3) * 64 + (g & 3) * 16);
	const high = v128.load(block + 128 + (g >> 3) * 32 + (g & 1) * 16);
	const four = v128.and(i8x16.shr_u(low, <i32>(g & 4)), i8x16.splat(15));
	const two = v128.and(i8x16.shr_u(high, <i32>(g & 6)), i8x16.splat(3));
	v128.store(group, v128.or(four, i8x16.shl(two, 4)));
	scale = finiteHalf(block + 208) * <f32>load<i8>(block + 192 + g);
	companion = -32 * scale;
}

/** Sum of the 32 int8 of group. */
// @ts-ignore: decorator
@inline
function groupSum(): i32 {
	const s = i16x8.add(i16x8.extadd_pairwise_i8x16_s(v128.load(group)), i16x8.extadd_pairwise_i8x16_s(v128.load(group, 16)));
	const v = i32x4.extadd_pairwise_i16x8_s(s);
	return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}

/** 32 float32 values → int8 with 127 steps; error at most max|x| / 254. */
function round32(at: usize): void {
	let most: f32 = 0;
	for (let i: usize = 0; i < 128; i += 4) most = max(most, abs(load<f32>(at + i)));
	scale = most / 127;
	const factor: f32 = most > 0 ? 127 / most : 0;
	for (let i: usize = 0; i < 32; i++) store<i8>(group + i, <i8>nearest(load<f32>(at + (i << 2)) * factor));
	companion = scale * <f32>groupSum();
}

/** Group g of the row at `row` → group, scale, companion. */
// @ts-ignore: decorator
@inline
function unpack(type: i32, row: usize, g: usize): void {
	if (bytesOfSuper(type)) {
		const perBlock: usize = type == Q6_K ? 16 : 8;
		const block = row + (g / perBlock) * bytesOfSuper(type);
		const inside = g % perBlock;
		if (type == Q6_K) return sixBits(block, inside);
		kScales(block, inside);
		if (type == Q4_K) kNibbles(block + 16, 0, inside);
		else kNibbles(block + 48, block + 16, inside);
		return;
	}
	const at = row + g * bytesOfGroup(type);
	if (type == F32) return round32(at);
	if (type == MXFP4) {
		// E2M1 doubled is −12…12: moved by 12 it is unsigned. The scale is half of 2^(e − 127).
		nibbles(at + 1);
		const table = i8x16(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0);
		v128.store(group, i8x16.swizzle(table, v128.load(group)));
		v128.store(group, i8x16.swizzle(table, v128.load(group, 16)), 16);
		const e: i32 = load<u8>(at);
		// 2^(e − 128) as a float32; the two smallest are subnormal.
		scale = reinterpret<f32>(e >= 2 ? (e - 1) << 23 : 0x200000 << e);
		companion = -12 * scale;
		return;
	}
	scale = finiteHalf(at);
	if (type == Q8_0) {
		v128.store(group, v128.load(at, 2));
		v128.store(group, v128.load(at, 18), 16);
		companion = scale * <f32>groupSum();
	} else if (type == Q4_0) {
		nibbles(at + 2);
		companion = -8 * scale;
	} else if (type == Q4_1) {
		nibbles(at + 4);
		companion = finiteHalf(at + 2);
	} else if (type == Q5_0) {
		nibbles(at + 6);
		fifthBits(at + 2);
		companion = -16 * scale;
	} else {
		nibbles(at + 8);
		fifthBits(at + 4);
		companion = finiteHalf(at + 2);
	}
}

// @ts-ignore: decorator
@inline
function repackAs(type: i32, kind: i32, source: usize, rowBytes: usize, first: i32, rows: i32, groups: i32, weights: usize): void {
	const record = recordOf(kind);
	const steps: usize = stepsOf(kind);
	for (let r = first; r < first + rows; r++, source += rowBytes) {
		let w = weights + record * groups * (r >> 3) + ((r & 7) << 2);
		for (let g = 0; g < groups; g++, w += record) {
			unpack(type, source, g);
			store<f32>(w, scale);
			store<f32>(w, companion, 32);
			if (kind == UNSIGNED4) {
				for (let k: usize = 0; k < 4; k++) {
					store<i32>(w + (k << 5), load<i32>(group + (k << 3)) | (load<i32>(group + (k << 3), 4) << 4), 64);
				}
			} else {
				for (let k: usize = 0; k < steps; k++) store<i32>(w + (k << 5), load<i32>(group + (k << 2)), 64);
			}
		}
	}
}

/**
 * Stored rows at `source`, `rowBytes` apart, → rows first … first + rows of the matrix of records of a kind at `weights`. `groups` is the number
 * of groups in a row: of 16 columns for Q6_K, of 32 otherwise. `scratch` is 32 bytes. Gives 0 if all scales are finite, and more otherwise.
 * The kind that a type becomes: src/compute/layouts.ts. Whole numbers of 4 bits fit two kinds.
 */
export function repack(type: i32, kind: i32, source: usize, rowBytes: usize, first: i32, rows: i32, groups: i32, weights: usize, scratch: usize): i32 {
	group = scratch;
	broken = 0;
	if (type == Q4_0) repackAs(Q4_0, kind, source, rowBytes, first, rows, groups, weights);
	else if (type == Q4_1) repackAs(Q4_1, kind, source, rowBytes, first, rows, groups, weights);
	else if (type == Q4_K) repackAs(Q4_K, kind, source, rowBytes, first, rows, groups, weights);
	else if (type == Q5_0) repackAs(Q5_0, kind, source, rowBytes, first, rows, groups, weights);
	else if (type == Q5_1) repackAs(Q5_1, kind, source, rowBytes, first, rows, groups, weights);
	else if (type == Q5_K) repackAs(Q5_K, kind, source, rowBytes, first, rows, groups, weights);
	else if (type == MXFP4) repackAs(MXFP4, kind, source, rowBytes, first, rows, groups, weights);
	else if (type == Q6_K) repackAs(Q6_K, kind, source, rowBytes, first, rows, groups, weights);
	else if (type == Q8_0) repackAs(Q8_0, kind, source, rowBytes, first, rows, groups, weights);
	else repackAs(F32, kind, source, rowBytes, first, rows, groups, weights);
	return broken;
}

/** Row `row` of a matrix of records as float32: what the records stand for. */
export function unpackRow(kind: i32, weights: usize, row: i32, groups: i32, out: usize): void {
	const record = recordOf(kind);
	const steps = stepsOf(kind);
	let w = weights + record * groups * (row >> 3) + ((row & 7) << 2);
	for (let g = 0; g < groups; g++, w += record) {
		const s = load<f32>(w);
		// For signed weights the companion is a sum, which only products need.
		const c: f32 = kind == SIGNED8 ? 0 : load<f32>(w, 32);
		for (let k = 0; k < steps; k++, out += 16) {
			let word = kind == UNSIGNED4 ? (load<i32>(w + (<usize>(k >> 1) << 5), 64) >> ((k & 1) << 2)) & 0x0f0f0f0f : load<i32>(w + (<usize>k << 5), 64);
			for (let i: usize = 0; i < 16; i += 4, word >>= 8) store<f32>(out + i, s * <f32>(<i8>word) + c);
		}
	}
}

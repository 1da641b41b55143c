// Rotary positions: angles per position and pair, with every published way of stretching them to longer contexts.
// Su et al. 2021 (arXiv 2104.09864); reference: transformers modeling_rope_utils.py, in float32 as there.

import type { RopeConfig } from '../spec/config.ts';

/** cos and sin of T positions × P pairs, row-major, already multiplied by the scaling's magnitude. */
export interface RopeTable {
	readonly pairs: number;
	readonly cos: Float32Array;
	readonly sin: Float32Array;
}

/** Divisors that some files keep as tensors. */
export interface RopeTensors {
	readonly factors?: Float32Array;
	readonly short?: Float32Array;
	readonly long?: Float32Array;
}

const f32 = Math.fround;

/** Angles for `count` positions from `first` on. Longrope and dynamic scaling depend on how long the text is: first + count. */
export function ropeTable(rope: RopeConfig, first: number, count: number, tensors: RopeTensors = {}): RopeTable {
	const turning = frequencies(rope, first + count, tensors);
	const pairs = turning.inverse.length;
	const cos = new Float32Array(count * pairs);
	const sin = new Float32Array(count * pairs);
	fillAngles(turning, first, count, cos, sin, 0);
	return { pairs, cos, sin };
}

/** Rows of a table for `count` positions from `first` on, written from `at` on. */
export function fillAngles(
	{ inverse, magnitude }: Frequencies,
	first: number,
	count: number,
	cos: Float32Array,
	sin: Float32Array,
	at: number,
): void {
	const pairs = inverse.length;
	for (let t = 0; t < count; t++) {
		for (let p = 0; p < pairs; p++) {
			const angle = f32((first + t) * inverse[p]!);
			cos[at + t * pairs + p] = f32(Math.cos(angle)) * magnitude;
			sin[at + t * pairs + p] = f32(Math.sin(angle)) * magnitude;
		}
	}
}

export interface Frequencies {
	/** Turns per token of each pair (P). */
	readonly inverse: Float32Array;
	/** The factor on cos and sin. */
	readonly magnitude: number;
}

/** For a text of `length` tokens. */
export function frequencies(rope: RopeConfig, length: number, tensors: RopeTensors = {}): Frequencies {
	const n = rope.dimensions;
	const s = rope.scaling;
	const plain = (theta: number): Float32Array => Float32Array.from({ length: n / 2 }, (_, p) => 1 / f32(f32(theta) ** f32((2 * p) / n)));
	const divided = (divisors: ArrayLike<number>): Float32Array => plain(rope.theta).map((f, p) => f / divisors[p]!);
	switch (s.kind) {
		case 'none':
			return { inverse: plain(rope.theta), magnitude: 1 };
		case 'linear':
			return { inverse: plain(rope.theta).map((f) => f / s.factor), magnitude: 1 };
		case 'dynamic': {
			// bloc97's NTK-aware scaling: the base grows once the text is longer than the context that the model was trained on
			const longest = Math.max(length, s.context);
			const base = rope.theta * ((s.factor * longest) / s.context - (s.factor - 1)) ** (n / (n - 2));
			return { inverse: plain(base), magnitude: 1 };
		}
		case 'wavelength':
			return { inverse: plain(rope.theta).map((f) => byWavelength(f, s)), magnitude: 1 };
		case 'yarn':
			return { inverse: yarn(plain(rope.theta), rope.theta, n, s), magnitude: s.magnitude };
		case 'longrope':
			return { inverse: divided(length > s.context ? s.long : s.short), magnitude: s.magnitude };
		case 'longrope-tensors':
			return { inverse: divided((length > s.context ? tensors.long : tensors.short)!), magnitude: s.magnitude };
		case 'factors-tensor':
			return { inverse: divided(tensors.factors!), magnitude: 1 };
		default:
			return s satisfies never;
	}
}

interface WavelengthScaling {
	readonly factor: number;
	readonly lowFactor: number;
	readonly highFactor: number;
	readonly context: number;
}

/** Long waves are slowed by the factor, short ones kept, those between mixed. */
function byWavelength(f: number, s: WavelengthScaling): number {
	const wavelength = (2 * Math.PI) / f;
	if (wavelength < s.context / s.highFactor) return f;
	if (wavelength > s.context / s.lowFactor) return f / s.factor;
	const smooth = (s.context / wavelength - s.lowFactor) / (s.highFactor - s.lowFactor);
	return ((1 - smooth) * f) / s.factor + smooth * f;
}

interface YarnScaling {
	readonly factor: number;
	readonly context: number;
	readonly betaFast: number;
	readonly betaSlow: number;
	readonly truncate: boolean;
}

/** Peng et al. 2023 (arXiv 2309.00071): pairs that turn often keep their speed, those that hardly turn are slowed, with a ramp between. */
function yarn(plain: Float32Array, theta: number, n: number, s: YarnScaling): Float32Array {
	const dimension = (turns: number): number => (n * Math.log(s.context / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
	let low = dimension(s.betaFast);
	let high = dimension(s.betaSlow);
	if (s.truncate) {
		low = Math.floor(low);
		high = Math.ceil(high);
	}
	low = Math.max(low, 0);
	high = Math.min(high, n - 1);
	if (low === high) high += 0.001;
	return plain.map((f, p) => {
		const ramp = Math.min(Math.max((p - low) / (high - low), 0), 1);
		return (f / s.factor) * ramp + f * (1 - ramp);
	});
}

/** A rotated copy of x (T, heads, headWidth). The first `dimensions` values of each head turn, the rest stay. */
export function rotate(x: Float32Array, heads: number, headWidth: number, rope: RopeConfig, table: RopeTable): Float32Array {
	const out = x.slice();
	const { pairs, cos, sin } = table;
	const step = rope.pairing === 'interleaved' ? 2 : 1;
	const gap = rope.pairing === 'interleaved' ? 1 : pairs;
	const T = x.length / (heads * headWidth);
	for (let t = 0; t < T; t++) {
		for (let h = 0; h < heads; h++) {
			const base = (t * heads + h) * headWidth;
			for (let p = 0; p < pairs; p++) {
				const a = x[base + p * step]!;
				const b = x[base + p * step + gap]!;
				const c = cos[t * pairs + p]!;
				const s = sin[t * pairs + p]!;
				out[base + p * step] = a * c - b * s;
				out[base + p * step + gap] = b * c + a * s;
			}
		}
	}
	return out;
}

/** Equal for rotations that turn alike, so that blocks share their angles. */
export function ropeKey(rope: RopeConfig): string {
	return JSON.stringify(rope);
}

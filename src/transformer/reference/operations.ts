// The definition of every operation: float32 values, sums in float64, plain loops over row-major arrays.
// Dimensions: T queries, S keys (all tokens so far), D width, H, K heads, Dh head width, M × N a matrix.

import type { Activation, AttentionConfig, NormConfig } from '../../spec/config.ts';
import type { Matrix } from '../../weights/weights.ts';
import { activationOf } from './activations.ts';

/** Scaled dot-product attention's operands. */
export interface Attention {
	readonly config: AttentionConfig;
	/** (T, H, Dh). */
	readonly query: Float32Array;
	/** (S, K, Dh). */
	readonly keys: Float32Array;
	readonly values: Float32Array;
	readonly T: number;
	readonly S: number;
	/** Position of the first query among the keys. */
	readonly first: number;
	/** (H, S): a bias by head and key. */
	readonly keyBias?: Float32Array | undefined;
	/** (H, T, S): a bias by head, query and key. */
	readonly pairBias?: Float32Array | undefined;
	/** The heads that are wanted; all of them when absent. The others' context is 0. */
	readonly heads?: readonly number[] | undefined;
	/** (H). */
	readonly sinks?: Float32Array | undefined;
}

/** Reads or replaces scores and weights, (H, T, S) with masked scores −Infinity. Absent ones cost nothing. */
export interface AttentionHooks {
	readonly scores?: ((scores: Float32Array) => Float32Array) | undefined;
	readonly weights?: ((weights: Float32Array) => Float32Array) | undefined;
}

/**
 * x (T, N) · weightᵀ + bias → (T, M). Four sums at a time, of four tokens with one weight row or of one token with four: the additions of one sum wait for each other, those of four do not.
 * Each sum runs over n in order, so that a value does not depend on what is computed beside it.
 */
export function linear(x: Float32Array, weight: Matrix, bias?: Float32Array): Float32Array {
	const { data, rows: M, columns: N } = weight;
	const T = x.length / N;
	const y = new Float32Array(T * M);
	const inFours = T - (T % 4);
	for (let m = 0; m < M && inFours > 0; m++) {
		const row = data.subarray(m * N, (m + 1) * N);
		for (let t = 0; t < inFours; t += 4) {
			fourSums(row, x.subarray(t * N, (t + 4) * N), N);
			for (let i = 0; i < 4; i++) y[(t + i) * M + m] = sums[i]! + (bias ? bias[m]! : 0);
		}
	}
	for (let t = inFours; t < T; t++) {
		const token = x.subarray(t * N, (t + 1) * N);
		for (let m = 0; m < M; m += 4) {
			const count = Math.min(4, M - m);
			if (count === 4) fourSums(token, data.subarray(m * N, (m + 4) * N), N);
			else for (let i = 0; i < count; i++) sums[i] = oneSum(token, data.subarray((m + i) * N, (m + i + 1) * N), N);
			for (let i = 0; i < count; i++) y[t * M + m + i] = sums[i]! + (bias ? bias[m + i]! : 0);
		}
	}
	return y;
}

/** Four sums before their rounding to float32. */
const sums = new Float64Array(4);

/** sums[i] ← Σ a[n] · b[i · N + n]. */
function fourSums(a: Float32Array, b: Float32Array, N: number): void {
	let s0 = 0;
	let s1 = 0;
	let s2 = 0;
	let s3 = 0;
	for (let n = 0, n1 = N, n2 = 2 * N, n3 = 3 * N; n < N; n++, n1++, n2++, n3++) {
		const value = a[n]!;
		s0 += value * b[n]!;
		s1 += value * b[n1]!;
		s2 += value * b[n2]!;
		s3 += value * b[n3]!;
	}
	sums[0] = s0;
	sums[1] = s1;
	sums[2] = s2;
	sums[3] = s3;
}

function oneSum(a: Float32Array, b: Float32Array, N: number): number {
	let sum = 0;
	for (let n = 0; n < N; n++) sum += a[n]! * b[n]!;
	return sum;
}

/** Norm of each row of `width` values. A longer gain holds one after another: row r uses gain[r · width mod gain.length …]. */
export function norm(
	x: Float32Array,
	width: number,
	{ kind, epsilon, gainOffset }: NormConfig,
	gain: Float32Array,
	bias?: Float32Array,
): Float32Array {
	const y = new Float32Array(x.length);
	for (let row = 0; row < x.length; row += width) {
		let mean = 0;
		if (kind === 'layer') {
			for (let i = 0; i < width; i++) mean += x[row + i]!;
			mean /= width;
		}
		let square = 0;
		for (let i = 0; i < width; i++) square += (x[row + i]! - mean) ** 2;
		const factor = 1 / Math.sqrt(square / width + epsilon);
		// With a gain per head the gains of all heads follow each other: row / width counts heads.
		const g = row % gain.length;
		for (let i = 0; i < width; i++) {
			y[row + i] = (x[row + i]! - mean) * factor * (gain[g + i]! + gainOffset) + (bias ? bias[g + i]! : 0);
		}
	}
	return y;
}

/** Score cells that are held at a time when nobody asks for the scores: 4 MB of float32, about the size of a second-level cache. */
const CELLS_AT_ONCE = 2 ** 20;

/** → context (T, H, Dh). */
export function attend(call: Attention, hooks: AttentionHooks): Float32Array {
	const { heads, headWidth } = call.config;
	const context = new Float32Array(call.T * heads * headWidth);
	const rowsAtOnce = hooks.scores || hooks.weights ? call.T : Math.max(1, Math.floor(CELLS_AT_ONCE / (heads * call.S)));
	for (let from = 0; from < call.T; from += rowsAtOnce) {
		const rows = Math.min(rowsAtOnce, call.T - from);
		const scores = scoresOf(call, from, rows);
		const hooked = hooks.scores?.(scores) ?? scores;
		const weights = softmaxRows(hooked, call, rows);
		mix(hooks.weights?.(weights) ?? weights, call, from, rows, context);
	}
	return context;
}

/** Scores of `rows` queries from query `from` on: (H, rows, S). */
function scoresOf(
	{ config, query, keys, T, S, first, keyBias, pairBias, heads: wanted }: Attention,
	from: number,
	rows: number,
): Float32Array {
	const { heads: H, keyHeads: K, headWidth: Dh, scale, cap, causal, window } = config;
	const scores = new Float32Array(H * rows * S).fill(Number.NEGATIVE_INFINITY);
	for (let h = 0; h < H; h++) {
		if (wanted && !wanted.includes(h)) continue;
		const k = Math.floor((h * K) / H);
		for (let row = 0; row < rows; row++) {
			const t = from + row;
			const position = first + t;
			const low = window === undefined ? 0 : Math.max(0, causal ? position - window + 1 : position - window);
			const high = causal ? position + 1 : window === undefined ? S : Math.min(S, position + window + 1);
			const q = (t * H + h) * Dh;
			const out = (h * rows + row) * S;
			for (let s = low; s < high; s++) {
				const at = (s * K + k) * Dh;
				let dot = 0;
				for (let i = 0; i < Dh; i++) dot += query[q + i]! * keys[at + i]!;
				let score = dot * scale;
				if (cap !== undefined) score = cap * Math.tanh(score / cap);
				if (keyBias) score += keyBias[h * S + s]!;
				if (pairBias) score += pairBias[(h * T + t) * S + s]!;
				scores[out + s] = score;
			}
		}
	}
	return scores;
}

/** Softmax of each row; a head's sink takes part and is then dropped. */
function softmaxRows(scores: Float32Array, { S, sinks }: Attention, rows: number): Float32Array {
	const weights = new Float32Array(scores.length);
	for (let row = 0; row < scores.length; row += S) {
		const sink = sinks ? sinks[Math.floor(row / (rows * S))]! : Number.NEGATIVE_INFINITY;
		let max = sink;
		for (let s = 0; s < S; s++) if (scores[row + s]! > max) max = scores[row + s]!;
		if (max === Number.NEGATIVE_INFINITY) continue; // a row that sees nothing attends to nothing
		let sum = Math.exp(sink - max);
		for (let s = 0; s < S; s++) sum += Math.exp(scores[row + s]! - max);
		for (let s = 0; s < S; s++) weights[row + s] = Math.exp(scores[row + s]! - max) / sum;
	}
	return weights;
}

/** context ← weights · values, for `rows` queries from query `from` on. */
function mix(weights: Float32Array, { config, values, S }: Attention, from: number, rows: number, context: Float32Array): void {
	const { heads: H, keyHeads: K, headWidth: Dh } = config;
	const sum = new Float64Array(Dh);
	for (let h = 0; h < H; h++) {
		const k = Math.floor((h * K) / H);
		for (let row = 0; row < rows; row++) {
			sum.fill(0);
			for (let s = 0; s < S; s++) {
				const weight = weights[(h * rows + row) * S + s]!;
				if (weight === 0) continue;
				const at = (s * K + k) * Dh;
				for (let i = 0; i < Dh; i++) sum[i]! += weight * values[at + i]!;
			}
			context.set(sum, ((from + row) * H + h) * Dh);
		}
	}
}

/** activation(gate) · up, or activation(up) without a gate: (T, F). */
export function activate(activation: Activation, up: Float32Array, gate?: Float32Array): Float32Array {
	const f = activationOf(activation);
	const y = new Float32Array(up.length);
	for (let i = 0; i < y.length; i++) y[i] = gate ? f(gate[i]!, up[i]!) : f(up[i]!, 1);
	return y;
}

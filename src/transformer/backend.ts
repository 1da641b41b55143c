// Backend: the operations that the stack is made of. `exact` (exact.ts) defines them; the kernels (fast.ts) run the whole pass as one program instead.
// Arrays are row-major float32. Dimensions: T queries, S keys (all tokens so far), D width, H, K heads, Dh head width, M × N a matrix.

import type { Activation, AttentionConfig, NormConfig, RopeConfig } from '../spec/config.ts';
import type { Loader, Matrix } from '../weights/parts.ts';
import type { RopeTable } from './rope.ts';

/** One call of scaled dot-product attention. */
export interface AttentionCall {
	readonly config: AttentionConfig;
	/** (T, H, Dh). */
	readonly query: Float32Array;
	/** (S, K, Dh). */
	readonly key: Float32Array;
	readonly value: Float32Array;
	readonly T: number;
	readonly S: number;
	/** Position of the first query among the keys. */
	readonly first: number;
	/** (H, S): a bias by head and key. */
	readonly keyBias?: Float32Array | undefined;
	/** (H, T, S): a bias by head, query and key. */
	readonly pairBias?: Float32Array | undefined;
	/** The heads that are wanted; all of them when absent. The others' context is 0. */
	readonly only?: readonly number[] | undefined;
	/** (H). */
	readonly sinks?: Float32Array | undefined;
}

/** What may be read or replaced on the way. Absent ones cost nothing. */
export interface AttentionTaps {
	/** (H, T, S), masked cells −Infinity. */
	readonly scores?: ((scores: Float32Array) => Float32Array) | undefined;
	/** (H, T, S). */
	readonly weights?: ((weights: Float32Array) => Float32Array) | undefined;
}

export interface Backend extends Loader {
	/** x (T, N) · weightᵀ + bias → (T, M). */
	linear(x: Float32Array, T: number, weight: Matrix, bias?: Float32Array): Float32Array;
	/** Norm of each row of `width` values. A gain longer than that holds one after another: row r uses gain[r · width mod gain.length …]. */
	norm(x: Float32Array, width: number, config: NormConfig, gain: Float32Array, bias?: Float32Array): Float32Array;
	/** Turns (T, heads, Dh) in place. */
	rotate(x: Float32Array, heads: number, headWidth: number, rope: RopeConfig, table: RopeTable): void;
	/** → context (T, H, Dh). */
	attend(call: AttentionCall, taps: AttentionTaps): Float32Array;
	/** activation(gate) · up, or activation(up) without a gate; (T, F). */
	activate(activation: Activation, up: Float32Array, gate?: Float32Array): Float32Array;
	/** a + b, a new array. */
	add(a: Float32Array, b: Float32Array): Float32Array;
}

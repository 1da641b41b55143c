// Operations: what the model's code is written in. A backend implements them for values of its own, and never the model: reference/ computes
// at once on arrays, kernels/ records the steps of a program, cost/ counts. Values are opaque, and no operation changes one: each gives a new
// one, so that a backend may also keep all of them (gradients) or reuse their memory (the kernels).
// Dimensions: T new tokens, S tokens so far, D width, H query heads, K key/value heads, Dh head width, F feed-forward width, E experts, V vocabulary.

import type { Routing } from '../compute/route.ts';
import type { Activation, AttentionConfig, BlockConfig, NormConfig, RopeConfig, TransformerConfig } from '../spec/config.ts';
import type { BlockPoint, GlobalPoint } from '../spec/points.ts';
import type { BlockParts, LinearParts, NormParts, TransformerParts } from '../weights/parts.ts';
import type { Slot } from './state.ts';

/** A value that may have to be waited for: weights are read when they are needed. */
export type Awaitable<T> = T | Promise<T>;

/** Consecutive tokens of a run. */
export interface TokenRange {
	readonly first: number;
	readonly count: number;
}

/** The tokens that are asked for beyond a block, and their heads where nothing after these is. */
export interface Asked extends TokenRange {
	readonly heads?: readonly number[] | undefined;
}

/** V: a value. M, W: a weight matrix and a weight vector, as the backend has them. */
export interface Ops<V, M, W> {
	/** Rows of a stored table, one for each token: (T, width). Which one is the token's id, its position, or the table's first for all. */
	gather(table: 'table' | 'positions' | 'types', by: 'id' | 'position' | 'first'): Awaitable<V>;
	/** Rows of sinusoids (T, width) of the tokens' positions, or (S, width) of all distances 0 … S − 1. Vaswani et al. 2017, 3.5. */
	sinusoids(of: 'positions' | 'distances', width: number): V;
	/** x (n, N) → (n, M): x · weightᵀ + bias. */
	linear(x: V, weight: LinearParts<M, W>): V;
	/** Each row of x (n, width) divided by its deviation or root mean square, times gain, plus bias. */
	norm(x: V, config: NormConfig, parts: NormParts<W>): V;
	/** The same over each head of x (n, heads, Dh), or over all heads at once: as the config says. */
	headNorm(x: V, heads: number, config: NonNullable<AttentionConfig['queryKeyNorm']>, parts: NormParts<W>): V;
	/** Rotary positions on x (n, heads, Dh), whose first row is new token `from`. */
	rotate(x: V, heads: number, headWidth: number, rope: RopeConfig, from: number): V;
	add(a: V, b: V): V;
	/** A vector added to each row. */
	addVector(x: V, vector: W): V;
	scale(x: V, factor: number): V;
	/** cap · tanh(scale · x / cap); scale · x without a cap. */
	scaleAndCap(x: V, scale: number, cap: number | undefined): V;
	/** activation(gate) · up, or activation(up) without a gate: (n, F). */
	activate(activation: Activation, up: V, gate?: V): V;
	/** The rows of x that are asked for; all when absent. */
	rows(x: V, asked: TokenRange | undefined): V;
	/** New rows behind those that a slot of the state holds; all of its rows. */
	append(slot: Slot, x: V): V;
	/** All rows that a slot of the state holds. */
	recall(slot: Slot): V;
	/** Scaled dot-product attention → context (n, H, Dh). Offers the points `scores` and `weights` of its part. */
	attend(call: AttendCall<V, W>): V;
	/** Router scores (n, E) → routing weights (n, E), 0 for experts that do not see a token. */
	route(scores: V, routing: Routing): V;
	/** Σ over experts of weight · expert(x), token by token: (n, D). Only experts that some token sees are run, on those tokens alone. */
	mixture(x: V, weights: V, experts: number, expert: (e: number, x: V) => Awaitable<V>): Awaitable<V>;
	/** States (n, W) → scores of the whole vocabulary (n, V): x · tableᵀ + bias. The table is large, and may pass a piece at a time. */
	unembed(x: V): Awaitable<V>;
	/** A named point of the model: read or replaced by whoever listens. */
	tap(layer: number | undefined, point: BlockPoint | GlobalPoint, x: V): V;
	/** Stands between blocks: other work of this thread goes on, and the run may be called off. */
	pause(): Awaitable<void>;
}

/** One call of scaled dot-product attention. */
export interface AttendCall<V, W> {
	readonly layer: number;
	readonly part: 'attention' | 'crossAttention';
	readonly config: AttentionConfig;
	/** (n, H, Dh). */
	readonly query: V;
	/** (S, K, Dh). */
	readonly keys: V;
	readonly values: V;
	/** Which new token the first query is; 0 where it attends to another text. */
	readonly from: number;
	/** The heads that are asked for; all when absent. The others' context means nothing. */
	readonly heads?: readonly number[] | undefined;
	/** (H): scores that take part in the softmax and then are dropped. */
	readonly sinks?: W | undefined;
	/** (buckets, H): learned biases by distance. */
	readonly buckets?: W | undefined;
	/** Transformer-XL: (query + v) · (W r(distance)) is added to the scores. `query` is the one without u. */
	readonly relative?: { readonly query: V; readonly v: W; readonly distances: V } | undefined;
}

/** Weights that the model's code asks for while it runs. Tables of rows are the backend's: gather, unembed. */
export interface RunWeights<M, W> {
	readonly globals: Omit<TransformerParts<M, W>, 'table' | 'positions' | 'types' | 'output' | 'blocks' | 'encoder'>;
	block(i: number): Awaitable<BlockParts<M, W>>;
}

/** One run of tokens through a model: its config, its weights, and the backend that computes. */
export interface Run<V, M, W> {
	readonly config: TransformerConfig;
	readonly weights: RunWeights<M, W>;
	readonly ops: Ops<V, M, W>;
}

/** A block in one run: what all of its parts need. */
export interface BlockRun<V, M, W> {
	readonly run: Run<V, M, W>;
	readonly ops: Ops<V, M, W>;
	readonly layer: number;
	readonly config: BlockConfig;
	readonly weights: BlockParts<M, W>;
	readonly asked: Asked | undefined;
	tap(point: BlockPoint, x: V): V;
}

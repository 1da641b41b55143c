// TransformerConfig: what one model is, as frozen data. A family's file (architectures/) makes it out of a checkpoint's metadata.
// Dimensions: T tokens, D width, H query heads, K key/value heads, Dh head width, F feed-forward width, V vocabulary, L layers.

import type { Routing } from '../compute/route.ts';

/** Gain (and bias) after division by the standard deviation ('layer') or by the root mean square ('rms'). */
export interface NormConfig {
	readonly kind: 'layer' | 'rms';
	readonly epsilon: number;
	readonly bias: boolean;
	/** Added to the stored gain: 1 where the file stores gain − 1. */
	readonly gainOffset: 0 | 1;
}

export type RopeScaling =
	| { readonly kind: 'none' }
	| { readonly kind: 'linear'; readonly factor: number }
	| { readonly kind: 'dynamic'; readonly factor: number; readonly context: number }
	| {
			readonly kind: 'wavelength';
			readonly factor: number;
			readonly lowFactor: number;
			readonly highFactor: number;
			readonly context: number;
	  }
	| {
			readonly kind: 'yarn';
			readonly factor: number;
			readonly context: number;
			readonly betaFast: number;
			readonly betaSlow: number;
			/** Whether the correction range is rounded to whole dimensions. */
			readonly truncate: boolean;
			/** Factor on cos and sin. */
			readonly magnitude: number;
	  }
	/** Divisors per pair, one list up to `context` tokens and one beyond it. */
	| {
			readonly kind: 'longrope';
			readonly context: number;
			readonly short: readonly number[];
			readonly long: readonly number[];
			readonly magnitude: number;
	  }
	/** As longrope, the two lists being the tensors `rope.short` and `rope.long`. */
	| { readonly kind: 'longrope-tensors'; readonly context: number; readonly magnitude: number }
	/** Divisors per pair, stored as the tensor `rope.factors`. */
	| { readonly kind: 'factors-tensor' };

export interface RopeConfig {
	/** Which two values turn together: (2i, 2i + 1), or (i, i + dimensions / 2). */
	readonly pairing: 'interleaved' | 'halves';
	readonly theta: number;
	/** How many of a head's Dh values turn, from the first on. */
	readonly dimensions: number;
	readonly scaling: RopeScaling;
}

export interface AttentionConfig {
	/** H, K, Dh. */
	readonly heads: number;
	readonly keyHeads: number;
	readonly headWidth: number;
	readonly bias: { readonly query: boolean; readonly key: boolean; readonly value: boolean; readonly output: boolean };
	/** Factor on query · key. */
	readonly scale: number;
	/** score ← cap · tanh(score / cap). */
	readonly cap?: number;
	readonly causal: boolean;
	/** Causal: a token sees itself and window − 1 before. Otherwise: those at most `window` away. */
	readonly window?: number;
	readonly rope?: RopeConfig;
	/** A bias that grows with the key's position, by a slope per head: added to the scaled scores, or scaled with them and rounded to bfloat16. */
	readonly alibi?: 'after-scale' | 'before-scale-bf16';
	/** A learned bias per head and bucket of distance; one table for all layers. */
	readonly buckets?: { readonly count: number; readonly maxDistance: number /** Of the stored table. */; readonly rows: number };
	/** Transformer-XL: scores gain (query + v) · W r(distance), and the content term's query gains u. */
	readonly relative?: boolean;
	/** Norm of query and key before rotation: one gain for every head ('head'), a gain per head ('heads'), or over H · Dh at once ('width'). */
	readonly queryKeyNorm?: { readonly scope: 'head' | 'heads' | 'width'; readonly norm: NormConfig };
	/** A learned score per head that takes part in the softmax and then is dropped. */
	readonly sinks: boolean;
}

export type Activation =
	| 'relu'
	| 'relu2'
	| 'gelu'
	| 'gelu-tanh'
	| 'silu'
	| 'quick-gelu'
	| { readonly kind: 'clamped-swiglu'; readonly alpha: number; readonly limit: number };

export interface ExpertsConfig extends Routing {
	readonly routerBias: boolean;
}

export interface FeedForwardConfig {
	/** F. */
	readonly width: number;
	/** hidden = activation(gate) · up; otherwise hidden = activation(up). */
	readonly gated: boolean;
	readonly activation: Activation;
	readonly bias: { readonly up: boolean; readonly down: boolean };
	readonly experts?: ExpertsConfig;
}

/** Where norms stand in a block; absent ones are not there. */
export interface NormPlaces {
	/** Before the projections (pre-norm). */
	readonly attentionInput?: NormConfig;
	/** On what attention adds, before the sum (sandwich). */
	readonly attentionOutput?: NormConfig;
	/** After the sum (post-norm). */
	readonly attentionResidual?: NormConfig;
	readonly crossResidual?: NormConfig;
	readonly feedForwardInput?: NormConfig;
	readonly feedForwardOutput?: NormConfig;
	readonly feedForwardResidual?: NormConfig;
}

export interface BlockConfig {
	/**
	 * serial: x + attention, then that + feed-forward.
	 * parallel: x + attention(norm x) + feed-forward(norm x); without a norm of its own the feed-forward part shares attention's.
	 * normed-residual: serial, where the sums start from the normed values.
	 */
	readonly arrangement: 'serial' | 'parallel' | 'normed-residual';
	readonly attention: AttentionConfig;
	/** Attention from a decoder's tokens to the encoder's. */
	readonly cross?: AttentionConfig;
	readonly feedForward: FeedForwardConfig;
	readonly norms: NormPlaces;
}

export type PositionsConfig =
	/** Row p + offset of a table of `rows` rows. Tokens with the id `padding` do not count, and have row offset − 1. */
	| { readonly kind: 'learned'; readonly rows: number; readonly offset: number; readonly padding?: number }
	/** [sines | cosines] of p / 10000^(2i/D). */
	| { readonly kind: 'sinusoidal' };

export interface EmbeddingConfig {
	/** Width of the table's rows: D, unless a projection follows. */
	readonly width: number;
	/** Factor on the rows. */
	readonly scale: number;
	readonly positions?: PositionsConfig;
	/** Rows of the token-type table; 0 where there is none. Every token is of type 0. */
	readonly types: number;
	readonly norm?: NormConfig;
}

/** A dense layer with norm between the last state and the output table, as masked-language heads have it. */
export interface HeadConfig {
	readonly activation: Activation;
	readonly bias: boolean;
	readonly norm: NormConfig;
}

export interface LogitsConfig {
	/** The output table is the input table. */
	readonly tied: boolean;
	readonly bias: boolean;
	readonly scale: number;
	readonly cap?: number;
	readonly head?: HeadConfig;
}

export interface TransformerConfig {
	/** The data file's name. */
	readonly family: string;
	/** D. */
	readonly width: number;
	/** V: rows of the input table. */
	readonly vocabulary: number;
	/** Tokens that the model was made for, where the file says. A hard bound only with learned positions. */
	readonly context?: number;
	readonly embedding: EmbeddingConfig;
	readonly blocks: readonly BlockConfig[];
	readonly finalNorm?: NormConfig;
	/** Absent: the file has no output table, and states cannot be read as words. */
	readonly logits?: LogitsConfig;
	/** The encoder whose states this decoder attends to; it shares the input table. */
	readonly encoder?: TransformerConfig;
	/** What a decoder starts from, where the file says. */
	readonly startToken?: number;
}

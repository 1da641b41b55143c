// Family: what a data file in architectures/ states. Settings and tensor names, for GGUF and for Hugging Face's safetensors.

import type { TransformerConfig } from './config.ts';
import type { Metadata } from './metadata.ts';

/** Weights that occur once. */
export type GlobalRole =
	| 'table'
	| 'positions'
	| 'types'
	| 'embeddingNorm'
	| 'embeddingProjection'
	| 'finalNorm'
	| 'finalProjection'
	| 'head'
	| 'headNorm'
	| 'output'
	| 'outputBias'
	| 'ropeFactors'
	| 'ropeShort'
	| 'ropeLong'
	| 'buckets';

type AttentionPart =
	| 'query'
	| 'key'
	| 'value'
	| 'qkv'
	| 'output'
	| 'queryNorm'
	| 'keyNorm'
	| 'sinks'
	| 'distance'
	| 'contentBias'
	| 'distanceBias';

/** Weights of each block. */
export type BlockRole =
	| `attention.${AttentionPart}`
	| `cross.${AttentionPart}`
	| `norm.${'attentionInput' | 'attentionOutput' | 'attentionResidual' | 'crossResidual'}`
	| `norm.${'feedForwardInput' | 'feedForwardOutput' | 'feedForwardResidual'}`
	| `feedForward.${'gate' | 'up' | 'down' | 'gateUp' | 'router'}`
	| `experts.${'gate' | 'up' | 'down' | 'gateUp' | 'gateUpScales' | 'downScales'}`;

/**
 * A tensor's name without '.weight' and '.bias', or both names in full. {i} stands for the block, {e} for the expert.
 *
 *     'blk.{i}.attn_q'                      blk.0.attn_q.weight, blk.0.attn_q.bias
 *     { weight: 'layers.{i}.attn.sinks' }   layers.0.attn.sinks
 */
export type Name = string | { readonly weight?: string; readonly bias?: string };

/** Names, or several to be tried in order. */
export type Names = Readonly<Partial<Record<GlobalRole | BlockRole, Name | readonly Name[]>>>;

export interface Layout {
	/** Matrices in blocks are stored (N, M), as Conv1D does. */
	readonly transposed?: boolean;
	/** Rows of a fused query-key-value matrix: all queries, keys, values; or by group: its queries, its key, its value. */
	readonly qkv?: 'plain' | 'grouped';
	/** Rows of a fused gate-up matrix: first all gates; or by turns. */
	readonly gateUp?: 'halves' | 'interleaved';
	/** Stacked experts are (E, N, M) instead of (E, M, N). Without a stack each expert has a tensor of its own, with {e} in its name. */
	readonly expertsTransposed?: boolean;
}

/** A family as one file format has it. */
export interface Dialect {
	/** Values of general.architecture, or of model_type. */
	readonly architectures: readonly string[];
	/** What may stand before a tensor's name; '' is always tried too. */
	readonly prefixes?: readonly string[];
	readonly config: (metadata: Metadata) => TransformerConfig;
	readonly names: Names;
	/** Names in the encoder of an encoder-decoder. */
	readonly encoderNames?: Names;
	readonly layout?: Layout;
}

export interface Family {
	readonly name: string;
	readonly gguf?: Dialect;
	readonly safetensors?: Dialect;
}

// Parts: a transformer's weights by role. The same tree holds views (nothing read) and what they load to.

import type { NormPlaces } from '../spec/config.ts';

export interface LinearParts<M, V> {
	readonly matrix: M;
	readonly bias?: V;
}

export interface NormParts<V> {
	readonly gain: V;
	readonly bias?: V;
}

export interface AttentionParts<M, V> {
	readonly query: LinearParts<M, V>;
	readonly key: LinearParts<M, V>;
	readonly value: LinearParts<M, V>;
	readonly output: LinearParts<M, V>;
	readonly queryNorm?: NormParts<V>;
	readonly keyNorm?: NormParts<V>;
	readonly sinks?: V;
	/** Transformer-XL: projection of distances (H · Dh, D), and the biases u and v (H, Dh). */
	readonly distance?: M;
	readonly contentBias?: V;
	readonly distanceBias?: V;
}

export interface ExpertParts<M, V> {
	readonly gate: LinearParts<M, V>;
	readonly up: LinearParts<M, V>;
	readonly down: LinearParts<M, V>;
}

/** Either gate, up and down, or a router and experts. */
export interface FeedForwardParts<M, V> {
	readonly gate?: LinearParts<M, V>;
	readonly up?: LinearParts<M, V>;
	readonly down?: LinearParts<M, V>;
	readonly router?: LinearParts<M, V>;
	/** Views of one expert: experts are loaded when a token needs them. */
	readonly expert?: (e: number) => ExpertParts<M, V> | Promise<ExpertParts<M, V>>;
}

export interface BlockParts<M, V> {
	readonly norms: { readonly [place in keyof NormPlaces]?: NormParts<V> };
	readonly attention: AttentionParts<M, V>;
	readonly cross?: AttentionParts<M, V>;
	readonly feedForward: FeedForwardParts<M, V>;
}

/** What stands outside the blocks, tables of rows excepted. */
export interface GlobalParts<M, V> {
	readonly embeddingNorm?: NormParts<V>;
	readonly embeddingProjection?: M;
	readonly finalNorm?: NormParts<V>;
	readonly finalProjection?: M;
	readonly head?: LinearParts<M, V>;
	readonly headNorm?: NormParts<V>;
	readonly rope: { readonly factors?: V; readonly short?: V; readonly long?: V };
	readonly buckets?: V;
}

export interface TransformerParts<M, V> extends GlobalParts<M, V> {
	readonly table: M;
	readonly positions?: M;
	readonly types?: M;
	readonly output?: LinearParts<M, V>;
	readonly blocks: readonly BlockParts<M, V>[];
	readonly encoder?: TransformerParts<M, V>;
}

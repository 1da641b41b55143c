// Points: the public name, shape and caption of every intermediate. Docs, tests, server and studio read this table.

import type { BlockConfig, TransformerConfig } from './config.ts';

/**
 * T tokens, S tokens of the encoder, D width of the model, W width of its table where that is another, H query heads, K key and value heads,
 * Dh head width, F feed-forward width, E experts, V vocabulary.
 */
export type Dimension = 'T' | 'S' | 'D' | 'H' | 'K' | 'Dh' | 'F' | 'E' | 'V' | 'W';

interface PointSpec {
	readonly shape: readonly Dimension[];
	readonly caption: string;
	/** Whether a block has it; every one when absent. */
	readonly in?: (block: BlockConfig) => boolean;
}

const dense = (block: BlockConfig): boolean => !block.feedForward.experts;
const gated = (block: BlockConfig): boolean => dense(block) && block.feedForward.gated;
const sparse = (block: BlockConfig): boolean => !dense(block);
const crossed = (block: BlockConfig): boolean => block.cross !== undefined;

/** Points of each block, in the order of the data. */
export const BLOCK_POINTS = {
	input: { shape: ['T', 'D'], caption: 'the residual stream before the block' },
	'attention.input': { shape: ['T', 'D'], caption: 'what attention reads: after the norm, where one stands before it' },
	'attention.query.projected': { shape: ['H', 'T', 'Dh'], caption: 'queries with bias, before norm and rotation' },
	'attention.key.projected': { shape: ['K', 'T', 'Dh'], caption: 'keys with bias, before norm and rotation' },
	'attention.query': { shape: ['H', 'T', 'Dh'], caption: 'queries as they enter the products' },
	'attention.key': { shape: ['K', 'T', 'Dh'], caption: 'keys as they enter the products' },
	'attention.value': { shape: ['K', 'T', 'Dh'], caption: 'values' },
	'attention.scores': { shape: ['H', 'T', 'T'], caption: 'query · key, scaled, capped, with bias and mask' },
	'attention.weights': { shape: ['H', 'T', 'T'], caption: 'after softmax: how much each token takes from each' },
	'attention.context': { shape: ['H', 'T', 'Dh'], caption: 'weights · value' },
	'attention.output': { shape: ['T', 'D'], caption: 'after the output projection' },
	'crossAttention.input': { shape: ['T', 'D'], caption: 'what attention to the encoder reads', in: crossed },
	'crossAttention.query': { shape: ['H', 'T', 'Dh'], caption: 'queries to the encoder', in: crossed },
	'crossAttention.key': { shape: ['K', 'S', 'Dh'], caption: "keys of the encoder's last states", in: crossed },
	'crossAttention.value': { shape: ['K', 'S', 'Dh'], caption: "values of the encoder's last states", in: crossed },
	'crossAttention.scores': { shape: ['H', 'T', 'S'], caption: 'query · key of the encoder, scaled', in: crossed },
	'crossAttention.weights': { shape: ['H', 'T', 'S'], caption: 'how much each token takes from each of the encoder', in: crossed },
	'crossAttention.context': { shape: ['H', 'T', 'Dh'], caption: "weights · the encoder's values", in: crossed },
	'crossAttention.output': { shape: ['T', 'D'], caption: 'after the output projection', in: crossed },
	'feedForward.input': { shape: ['T', 'D'], caption: 'what the feed-forward part reads' },
	'feedForward.gate': { shape: ['T', 'F'], caption: 'the gate, before its activation', in: gated },
	'feedForward.up': { shape: ['T', 'F'], caption: 'the other matrix, or the only one, before the activation', in: dense },
	'feedForward.hidden': { shape: ['T', 'F'], caption: 'after activation and product', in: dense },
	'feedForward.experts': { shape: ['T', 'E'], caption: "each expert's share in each token", in: sparse },
	'feedForward.output': { shape: ['T', 'D'], caption: 'what the feed-forward part gives, before any norm between it and the sum' },
	output: { shape: ['T', 'D'], caption: 'the residual stream after the block' },
} as const satisfies Record<string, PointSpec>;

/** Points before and after the blocks. */
export const GLOBAL_POINTS = {
	'embedding.rows': { shape: ['T', 'W'], caption: 'rows of the table' },
	'embedding.output': { shape: ['T', 'D'], caption: 'what block 0 receives: scaled, with position and norm where the family has them' },
	'final.output': { shape: ['T', 'W'], caption: 'after the final norm' },
	logits: { shape: ['T', 'V'], caption: 'a score for every token of the vocabulary, after scale and cap' },
} as const satisfies Record<string, PointSpec>;

export type BlockPoint = keyof typeof BLOCK_POINTS;
export type GlobalPoint = keyof typeof GLOBAL_POINTS;

export interface Point {
	/** 'blocks.3.attention.weights'. */
	readonly name: string;
	readonly layer?: number;
	/** Of a block's points: whether no token looks at those after it. */
	readonly causal?: boolean;
	readonly shape: readonly Dimension[];
	readonly caption: string;
}

/** Every point that a model has, in the order of the data; an encoder's first, under 'encoder.'. */
export function pointsOf(config: TransformerConfig, prefix = ''): Point[] {
	const blockPoints = Object.entries(BLOCK_POINTS) as [BlockPoint, PointSpec][];
	const global = (name: GlobalPoint): Point => {
		const { shape, caption }: PointSpec = GLOBAL_POINTS[name];
		return {
			name: prefix + name,
			shape: config.embedding.width === config.width ? shape.map((one) => (one === 'W' ? 'D' : one)) : shape,
			caption,
		};
	};
	return [
		...(config.encoder ? pointsOf(config.encoder, 'encoder.') : []),
		global('embedding.rows'),
		global('embedding.output'),
		...config.blocks.flatMap((block, layer) =>
			blockPoints
				.filter(([, spec]) => spec.in?.(block) ?? true)
				.map(([name, { shape, caption }]) => ({
					name: `${prefix}blocks.${layer}.${name}`,
					layer,
					causal: block.attention.causal,
					shape,
					caption,
				})),
		),
		global('final.output'),
		...(config.logits ? [global('logits')] : []),
	];
}

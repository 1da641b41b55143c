// Points: the public name, shape and caption of every intermediate. The model's code offers them; docs, tests, server and studio read this table.

import type { AttentionConfig, BlockConfig, TransformerConfig } from './config.ts';

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
	/** Computed for all tokens even where fewer are asked for, since keys and values need it. */
	readonly allTokens?: true;
	/** Computed head by head, with nothing of another head in it. */
	readonly byHead?: true;
}

const dense = (block: BlockConfig): boolean => !block.feedForward.experts;
const gated = (block: BlockConfig): boolean => dense(block) && block.feedForward.gated;
const sparse = (block: BlockConfig): boolean => !dense(block);
const crossed = (block: BlockConfig): boolean => block.cross !== undefined;

/** Points of each block, in the order of the data. */
export const BLOCK_POINTS = {
	input: { shape: ['T', 'D'], caption: 'the residual stream before the block', allTokens: true },
	'attention.input': {
		shape: ['T', 'D'],
		caption: 'what attention reads: after the norm, where one stands before it',
		allTokens: true,
	},
	'attention.query.projected': { shape: ['H', 'T', 'Dh'], caption: 'queries with bias, before norm and rotation', byHead: true },
	'attention.key.projected': { shape: ['K', 'T', 'Dh'], caption: 'keys with bias, before norm and rotation', allTokens: true },
	'attention.query': { shape: ['H', 'T', 'Dh'], caption: 'queries as they enter the products', byHead: true },
	'attention.key': { shape: ['K', 'T', 'Dh'], caption: 'keys as they enter the products', allTokens: true },
	'attention.value': { shape: ['K', 'T', 'Dh'], caption: 'values', allTokens: true },
	'attention.scores': { shape: ['H', 'T', 'T'], caption: 'query · key, scaled, capped, with bias and mask', byHead: true },
	'attention.weights': { shape: ['H', 'T', 'T'], caption: 'after softmax: how much each token takes from each', byHead: true },
	'attention.context': { shape: ['H', 'T', 'Dh'], caption: 'weights · value', byHead: true },
	'attention.output': { shape: ['T', 'D'], caption: 'after the output projection' },
	'crossAttention.input': { shape: ['T', 'D'], caption: 'what attention to the encoder reads', in: crossed },
	'crossAttention.query': { shape: ['H', 'T', 'Dh'], caption: 'queries to the encoder', in: crossed },
	'crossAttention.key': { shape: ['K', 'S', 'Dh'], caption: "keys of the encoder's last states", in: crossed, allTokens: true },
	'crossAttention.value': { shape: ['K', 'S', 'Dh'], caption: "values of the encoder's last states", in: crossed, allTokens: true },
	'crossAttention.scores': { shape: ['H', 'T', 'S'], caption: 'query · key of the encoder, scaled', in: crossed },
	'crossAttention.weights': { shape: ['H', 'T', 'S'], caption: 'how much each token takes from each of the encoder', in: crossed },
	'crossAttention.context': { shape: ['H', 'T', 'Dh'], caption: "weights · the encoder's values", in: crossed },
	'crossAttention.output': { shape: ['T', 'D'], caption: 'after the output projection', in: crossed },
	'feedForward.input': { shape: ['T', 'D'], caption: 'what the feed-forward part reads' },
	'feedForward.gate': { shape: ['T', 'F'], caption: 'the gate, before its activation', in: gated },
	'feedForward.up': { shape: ['T', 'F'], caption: 'the other matrix, or the only one, before the activation', in: dense },
	'feedForward.hidden': { shape: ['T', 'F'], caption: 'after activation and product', in: dense },
	'feedForward.experts': { shape: ['T', 'E'], caption: "each expert's routing weight in each token", in: sparse },
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

/** Where in the model a point stands. */
export type Part = 'embedding' | 'block' | 'attention' | 'crossAttention' | 'feedForward' | 'final';

/** One point of one model. Its fields say what its name says, so that nobody takes a name apart. */
export interface Point {
	/** 'blocks.3.attention.weights'; of an encoder-decoder's encoder 'encoder.blocks.3.attention.weights'. */
	readonly name: string;
	/** Its row in BLOCK_POINTS or GLOBAL_POINTS: 'attention.weights'. */
	readonly id: BlockPoint | GlobalPoint;
	readonly part: Part;
	/** The rest of `id` behind the part: 'weights', 'query.projected'; of 'logits' that. */
	readonly kind: string;
	/** Number of its block; absent before and after the blocks. */
	readonly layer?: number;
	/** Whether it belongs to the encoder of an encoder-decoder. */
	readonly encoder: boolean;
	/** Of a block's points: whether no token looks at those after it. */
	readonly causal?: boolean;
	readonly shape: readonly Dimension[];
	/** Heads of its first dimension, where that is H or K. */
	readonly heads?: number;
	/** Whose tokens its rows are: the encoder's ('S') or the text's own. */
	readonly rows: 'T' | 'S';
	readonly allTokens: boolean;
	readonly byHead: boolean;
	readonly caption: string;
}

const PARTS: readonly Part[] = ['embedding', 'attention', 'crossAttention', 'feedForward', 'final'];

function partOf(id: BlockPoint | GlobalPoint): { part: Part; kind: string } {
	const part = PARTS.find((one) => id.startsWith(`${one}.`));
	if (part) return { part, kind: id.slice(part.length + 1) };
	return { part: id === 'logits' ? 'final' : 'block', kind: id };
}

/** Every point that a model has, in the order of the data; an encoder's first, under 'encoder.'. */
export function pointsOf(config: TransformerConfig): Point[] {
	return [...(config.encoder ? own(config.encoder, true) : []), ...own(config, false)];
}

/** One point of a model, or of the encoder of one. `config`: its own. */
export function pointOf(config: TransformerConfig, id: BlockPoint | GlobalPoint, layer: number | undefined, encoder: boolean): Point {
	const spec: PointSpec = layer === undefined ? GLOBAL_POINTS[id as GlobalPoint] : BLOCK_POINTS[id as BlockPoint];
	const place = partOf(id);
	const block = layer === undefined ? undefined : config.blocks[layer]!;
	const attention: AttentionConfig | undefined = place.part === 'crossAttention' ? block?.cross : block?.attention;
	const sizes: Partial<Record<Dimension, number | undefined>> = { H: attention?.heads, K: attention?.keyHeads };
	const heads = sizes[spec.shape[0]!];
	return {
		name: `${encoder ? 'encoder.' : ''}${block ? `blocks.${layer}.` : ''}${id}`,
		id,
		...place,
		...(layer !== undefined && { layer }),
		encoder,
		...(block && { causal: block.attention.causal }),
		shape: config.embedding.width === config.width ? spec.shape.map((one) => (one === 'W' ? 'D' : one)) : spec.shape,
		...(heads !== undefined && { heads }),
		rows: encoder || spec.shape.at(-2) === 'S' ? 'S' : 'T',
		allTokens: spec.allTokens ?? false,
		byHead: spec.byHead ?? false,
		caption: spec.caption,
	};
}

function own(config: TransformerConfig, encoder: boolean): Point[] {
	const global = (id: GlobalPoint): Point => pointOf(config, id, undefined, encoder);
	const blockPoints = Object.entries(BLOCK_POINTS) as [BlockPoint, PointSpec][];
	return [
		global('embedding.rows'),
		global('embedding.output'),
		...config.blocks.flatMap((block, layer) =>
			blockPoints.filter(([, spec]) => spec.in?.(block) ?? true).map(([id]) => pointOf(config, id, layer, encoder)),
		),
		global('final.output'),
		...(config.logits ? [global('logits')] : []),
	];
}

/** What the letters of a point's shape stand for, in a run of T tokens and S of its encoder's. */
export function sizesOf(
	config: TransformerConfig,
	{ encoder, layer, part }: Point,
	T: number,
	S: number,
): Readonly<Record<Dimension, number>> {
	const own = encoder ? config.encoder! : config;
	const block = own.blocks[layer ?? 0];
	const attention = part === 'crossAttention' ? block?.cross : block?.attention;
	return {
		T: encoder ? S : T,
		S,
		D: own.width,
		W: own.embedding.width,
		H: attention?.heads ?? 0,
		K: attention?.keyHeads ?? 0,
		Dh: attention?.headWidth ?? 0,
		F: block?.feedForward.width ?? 0,
		E: block?.feedForward.experts?.count ?? 0,
		V: own.vocabulary,
	};
}

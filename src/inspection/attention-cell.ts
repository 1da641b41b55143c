// Attention's arithmetic for one cell as data: every number between a query and what it takes from one key.

import { TongsaError } from '../errors.ts';
import type { Engine, EngineInput } from '../transformer/engine.ts';
import { nameOf } from '../transformer/hooks.ts';
import { index } from '../transformer/select.ts';
import { tokensOf } from '../transformer/transformer.ts';
import { trace } from './trace.ts';

/** Which cell. Negative numbers count from the end. */
export interface CellPlace {
	readonly layer: number;
	readonly head: number;
	/** Positions of the token that looks and of the one that is looked at. */
	readonly query: number;
	readonly key: number;
	/** Of an encoder-decoder: attention to its encoder, of which `key` is a token. */
	readonly cross?: boolean;
	/** Of an encoder-decoder: attention within its encoder, of which `layer`, `query` and `key` are. */
	readonly encoder?: boolean;
}

export interface AttentionCell {
	readonly layer: number;
	readonly head: number;
	/** The key/value head that this head shares. */
	readonly keyHead: number;
	/** Positions, as in CellPlace, counted from the start. */
	readonly query: number;
	readonly key: number;
	/** Dh values each, as they enter the products: key and value as the engine's cache holds them (the kernels': in halves). */
	readonly queryVector: Float32Array;
	readonly keyVector: Float32Array;
	/** queryVector[i] · keyVector[i]; they sum to `dot`. */
	readonly products: Float64Array;
	readonly dot: number;
	readonly scale: number;
	/** dot · scale. */
	readonly scaled: number;
	/** Absent where the family has no cap. */
	readonly cap?: number;
	/** cap · tanh(scaled / cap), or scaled. */
	readonly capped: number;
	/** What position adds to the score: score − capped; 0 without a bias. */
	readonly bias: number;
	/** Whether the mask hides the key from the query. */
	readonly masked: boolean;
	/** capped + bias, or −Infinity when masked. */
	readonly score: number;
	/** Scores and weights of the query's whole row. */
	readonly scores: Float32Array;
	readonly weights: Float32Array;
	readonly weight: number;
	/** Dh values, and weight · value: what this key gives to the query's context. */
	readonly valueVector: Float32Array;
	readonly contribution: Float64Array;
	/** The sum of all keys' contributions. */
	readonly context: Float32Array;
}

const OF_QUERY = ['query', 'scores', 'weights', 'context'] as const;
const OF_KEY = ['key', 'value'] as const;

export async function attentionCell(
	engine: Engine,
	input: EngineInput,
	cell: CellPlace,
	{ signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<AttentionCell> {
	const { model } = engine;
	const { cross = false, encoder = false } = cell;
	if (cross && encoder) throw new TongsaError('usage', 'an encoder attends to nothing but itself', { allowed: 'one of cross, encoder' });
	const part = encoder ? model.encoder : model;
	if (!part || (cross && !model.encoder)) {
		throw new TongsaError('unsupported', 'this model is no encoder-decoder', { file: model.name, hint: 'Leave cross and encoder out' });
	}
	const layer = index('layer', cell.layer, part.config.blocks.length);
	const block = part.config.blocks[layer]!;
	const config = cross ? block.cross! : block.attention;
	const head = index('head', cell.head, config.heads);
	const keyHead = Math.floor((head * config.keyHeads) / config.heads);
	const of = cross ? 'crossAttention' : 'attention';
	const { points } = await trace(engine, input, {
		at: [
			...OF_QUERY.map((name) => ({ point: `${of}.${name}` as const, layer, head, token: cell.query, encoder })),
			...OF_KEY.map((name) => ({ point: `${of}.${name}` as const, layer, head: keyHead, token: cell.key, encoder })),
		],
		signal,
	});
	const data = (kind: (typeof OF_QUERY | typeof OF_KEY)[number]): Float32Array => points.get(nameOf(layer, `${of}.${kind}`, encoder))!.data;
	const scores = data('scores');
	const query = index('query', cell.query, tokensOf(encoder ? input.source! : input, model.config));
	const key = index('key', cell.key, scores.length);
	const queryVector = data('query');
	const keyVector = engine.stored(data('key'));
	const valueVector = engine.stored(data('value'));
	const products = Float64Array.from(queryVector, (value, i) => value * keyVector[i]!);
	const dot = products.reduce((sum, value) => sum + value, 0);
	const scaled = dot * config.scale;
	const capped = config.cap === undefined ? scaled : config.cap * Math.tanh(scaled / config.cap);
	const score = scores[key]!;
	const masked = score === Number.NEGATIVE_INFINITY;
	const hasBias = config.alibi !== undefined || config.buckets !== undefined || config.relative === true;
	const weight = data('weights')[key]!;
	return {
		layer,
		head,
		keyHead,
		query,
		key,
		queryVector,
		keyVector,
		products,
		dot,
		scale: config.scale,
		scaled,
		...(config.cap !== undefined && { cap: config.cap }),
		capped,
		bias: hasBias && !masked ? score - capped : 0,
		masked,
		score,
		scores,
		weights: data('weights'),
		weight,
		valueVector,
		contribution: Float64Array.from(valueVector, (value) => weight * value),
		context: data('context'),
	};
}

// Attention's arithmetic for one cell as data: every number between a query and what it takes from one key.

import { half, halfBits } from '../compute/scalar/halves.ts';
import { TongsaError } from '../errors.ts';
import type { FastModel } from '../transformer/fast.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { type TraceInput, trace } from './trace.ts';

export interface AttentionCell {
	readonly layer: number;
	readonly head: number;
	/** The key/value head that this head shares. */
	readonly keyHead: number;
	/** Positions of the token that looks and of the one that is looked at. */
	readonly query: number;
	readonly key: number;
	/** Dh values each, as they enter the products: on the fast path the key as the cache holds it, in halves, and so the value. */
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

export async function attentionCell(
	model: Transformer,
	input: TraceInput,
	cell: { readonly layer: number; readonly head: number; readonly query: number; readonly key: number },
	{ fast, signal }: { readonly fast?: FastModel | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<AttentionCell> {
	const { layer, head } = cell;
	const config = model.config.blocks[layer]?.attention;
	if (!config || !(head >= 0 && head < config.heads)) {
		throw new TongsaError('out-of-range', 'no such layer or head', {
			got: `layer ${layer}, head ${head}`,
			allowed: `layers 0 to ${model.config.blocks.length - 1}, heads 0 to ${(model.config.blocks[0]?.attention.heads ?? 0) - 1}`,
		});
	}
	const keyHead = Math.floor((head * config.keyHeads) / config.heads);
	const { points } = await trace(model, input, {
		at: [
			{ point: 'attention.query', layer, head, token: cell.query },
			{ point: 'attention.scores', layer, head, token: cell.query },
			{ point: 'attention.weights', layer, head, token: cell.query },
			{ point: 'attention.context', layer, head, token: cell.query },
			{ point: 'attention.key', layer, head: keyHead, token: cell.key },
			{ point: 'attention.value', layer, head: keyHead, token: cell.key },
		],
		fast,
		signal,
	});
	const data = (name: string): Float32Array => points.get(`blocks.${layer}.attention.${name}`)!.data;
	const scores = data('scores');
	const T = scores.length;
	const query = cell.query < 0 ? T + cell.query : cell.query;
	const key = cell.key < 0 ? T + cell.key : cell.key;
	const queryVector = data('query');
	// The kernels' products read keys and values from the cache.
	const read = (name: string): Float32Array => (fast ? data(name).map((value) => half(halfBits(value))) : data(name));
	const keyVector = read('key');
	const valueVector = read('value');
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

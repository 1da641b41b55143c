// Attention: project, norm, rotate, remember, attend, project back. To the text itself and to an encoder's states it is one.
// Vaswani et al. 2017 (arXiv 1706.03762) 3.2. Dimensions: T new tokens, n of them asked for, S tokens so far.

import type { AttentionConfig } from '../spec/config.ts';
import type { AttentionParts } from '../weights/parts.ts';
import type { BlockRun, TokenRange } from './ops.ts';
import { slot } from './state.ts';

export interface AttentionRun<M, W> {
	readonly part: 'attention' | 'crossAttention';
	readonly config: AttentionConfig;
	readonly weights: AttentionParts<M, W>;
	/** The tokens whose output is asked for, and of those the heads; all when absent. */
	readonly asked?: TokenRange | undefined;
	readonly heads?: readonly number[] | undefined;
}

/** x (T, D) → (n, D). */
export function attention<V, M, W>(block: BlockRun<V, M, W>, own: AttentionRun<M, W>, x: V): V {
	const { ops, tap, layer, run } = block;
	const { part, config, weights: w, asked } = own;
	const { heads: H, headWidth: Dh } = config;
	const from = asked?.first ?? 0;
	const input = tap(`${part}.input`, x);
	let query = ops.linear(ops.rows(input, asked), w.query);
	if (part === 'attention') query = tap('attention.query.projected', query);
	const { keys, values } = part === 'attention' ? remember(block, own, input) : recall(block, own);
	if (w.queryNorm) query = ops.headNorm(query, H, config.queryKeyNorm!, w.queryNorm);
	if (config.rope) query = ops.rotate(query, H, Dh, config.rope, from);
	const relative = w.distance && {
		query,
		v: w.distanceBias!,
		distances: ops.linear(ops.sinusoids('distances', run.config.width), { matrix: w.distance }),
	};
	if (w.contentBias) query = ops.addVector(query, w.contentBias);
	query = tap(`${part}.query`, query);
	const context = ops.attend({
		layer,
		part,
		config,
		query,
		keys,
		values,
		from,
		heads: own.heads,
		sinks: w.sinks,
		buckets: config.buckets && run.weights.globals.buckets,
		relative,
	});
	return tap(`${part}.output`, ops.linear(tap(`${part}.context`, context), w.output));
}

/** Keys and values of x (T, D), behind those of the tokens before: (S, K, Dh) each. */
export function remember<V, M, W>({ ops, tap, layer }: BlockRun<V, M, W>, { part, config, weights: w }: AttentionRun<M, W>, x: V) {
	const { keyHeads: K, headWidth: Dh } = config;
	let key = ops.linear(x, w.key);
	if (part === 'attention') key = tap('attention.key.projected', key);
	const value = tap(`${part}.value`, ops.linear(x, w.value));
	if (w.keyNorm) key = ops.headNorm(key, K, config.queryKeyNorm!, w.keyNorm);
	if (config.rope) key = ops.rotate(key, K, Dh, config.rope, 0);
	key = tap(`${part}.key`, key);
	return { keys: ops.append(slot(layer, part, 'key', config), key), values: ops.append(slot(layer, part, 'value', config), value) };
}

/** Keys and values that were made before: of an encoder's states. */
function recall<V, M, W>({ ops, layer }: BlockRun<V, M, W>, { part, config }: AttentionRun<M, W>) {
	return { keys: ops.recall(slot(layer, part, 'key', config)), values: ops.recall(slot(layer, part, 'value', config)) };
}

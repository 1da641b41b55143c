// Log-probabilities: how probable each token of a text is to the model, given those before it.

import type { Engine } from '../transformer/engine.ts';
import type { Input } from '../transformer/transformer.ts';
import { logSumExp } from '../unembedding/probability.ts';
import { trace } from './trace.ts';

/** Logits that are held at a time: 64 MB of float32, whatever the length of the text. */
const LOGITS_AT_ONCE = 2 ** 24;

export interface TokenProbability {
	readonly id: number;
	/** Natural logarithm of the probability that the tokens before gave this one; undefined for the first, which nothing precedes. */
	readonly logProbability?: number;
	/** How many tokens were thought more probable. */
	readonly rank?: number;
}

export interface LogProbabilityOptions {
	readonly source?: Input | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** How probable each token of a text is to the model. */
export async function logProbabilities(
	engine: Engine,
	ids: readonly number[],
	{ source, signal }: LogProbabilityOptions = {},
): Promise<TokenProbability[]> {
	const { points } = await trace(engine, { ids, source }, { at: ['final.output'], signal });
	const states = points.get('final.output')!.data;
	const { vocabulary: V, embedding } = engine.model.config;
	const result: TokenProbability[] = [{ id: ids[0]! }];
	const step = Math.max(1, Math.floor(LOGITS_AT_ONCE / V));
	for (let from = 0; from < ids.length - 1; from += step) {
		const to = Math.min(from + step, ids.length - 1);
		const logits = await engine.logits(states.subarray(from * embedding.width, to * embedding.width), 'final', { signal });
		for (let t = from; t < to; t++) result.push(score(logits.subarray((t - from) * V, (t - from + 1) * V), ids[t + 1]!));
	}
	return result;
}

function score(logits: Float32Array, id: number): TokenProbability {
	const logit = logits[id]!;
	let rank = 0;
	for (let i = 0; i < logits.length; i++) if (logits[i]! > logit) rank++;
	return { id, logProbability: logit - logSumExp(logits), rank };
}

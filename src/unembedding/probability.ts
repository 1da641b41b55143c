// Logits as probabilities: log-softmax, the best of them, and how surprising a text is.

import type { Transformer } from '../transformer/transformer.ts';
import { type TraceInput, trace } from './trace.ts';
import { unembed } from './unembed.ts';

/** Natural logarithms of the softmax. */
export function logProbabilities(logits: Float32Array): Float64Array {
	let max = Number.NEGATIVE_INFINITY;
	for (const value of logits) if (value > max) max = value;
	let sum = 0;
	for (const value of logits) sum += Math.exp(value - max);
	const shift = max + Math.log(sum);
	return Float64Array.from(logits, (value) => value - shift);
}

/** Indices of the `count` largest values, best first; the lower index wins a tie. */
export function top(values: ArrayLike<number>, count: number): number[] {
	const best: number[] = [];
	for (let i = 0; i < values.length; i++) {
		if (best.length === count && !(values[i]! > values[best[count - 1]!]!)) continue;
		let at = best.length;
		while (at > 0 && values[i]! > values[best[at - 1]!]!) at--;
		best.splice(at, 0, i);
		if (best.length > count) best.pop();
	}
	return best;
}

/** Logits that are held at a time: 64 MB of float32, whatever the length of the text. */
const LOGITS_AT_ONCE = 2 ** 24;

export interface Surprise {
	readonly id: number;
	/** Natural logarithm of the probability that the tokens before gave this one; undefined for the first, which nothing precedes. */
	readonly logProbability?: number;
	/** How many tokens were thought more probable. */
	readonly rank?: number;
}

/** How surprising each token of a text is to the model. */
export async function surprise(model: Transformer, ids: readonly number[], source?: TraceInput, signal?: AbortSignal): Promise<Surprise[]> {
	const { points } = await trace(model, { ids, source }, { at: ['final.output'], ...(signal && { signal }) });
	const states = points.get('final.output')!.data;
	const { vocabulary: V, embedding } = model.config;
	const result: Surprise[] = [{ id: ids[0]! }];
	const step = Math.max(1, Math.floor(LOGITS_AT_ONCE / V));
	for (let from = 0; from < ids.length - 1; from += step) {
		const to = Math.min(from + step, ids.length - 1);
		const logits = await unembed(model, states.subarray(from * embedding.width, to * embedding.width), { signal });
		for (let t = from; t < to; t++) result.push(score(logits.subarray((t - from) * V, (t - from + 1) * V), ids[t + 1]!));
	}
	return result;
}

function score(logits: Float32Array, id: number): Surprise {
	const logs = logProbabilities(logits);
	const logProbability = logs[id]!;
	return { id, logProbability, rank: logs.reduce((rank, value) => rank + (value > logProbability ? 1 : 0), 0) };
}

// Logits as probabilities: log-sum-exp, log-softmax, and the best of them.

import { topOf } from '../embedding/top.ts';

/** log Σ exp(logit) over the first `count` logits, in float64 and without overflow: log-probability = logit − this. */
export function logSumExp(logits: ArrayLike<number>, count = logits.length): number {
	let max = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < count; i++) if (logits[i]! > max) max = logits[i]!;
	if (max === Number.NEGATIVE_INFINITY) return max;
	let sum = 0;
	for (let i = 0; i < count; i++) sum += Math.exp(logits[i]! - max);
	return max + Math.log(sum);
}

/** Natural logarithms of the softmax of V logits: V values. */
export function logProbabilities(logits: Float32Array): Float64Array {
	const total = logSumExp(logits);
	return Float64Array.from(logits, (logit) => logit - total);
}

/** Indices of the `count` largest values, best first; the lower index wins a tie, NaN is left out. */
export function top(values: ArrayLike<number>, count: number): number[] {
	return topOf(values.length, count, (index) => values[index]!).map(({ id }) => id);
}

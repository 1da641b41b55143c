// The sampler chain, as data: logits → which token comes next. Each step narrows or reshapes the candidates.
// Definitions: top-k Fan 2018; top-p Holtzman 2019; min-p Nguyen 2024; typical Meister 2022; penalties as in OpenAI's API and CTRL (Keskar 2019).

import { TongsaError } from '../errors.ts';
import { ANY, checkOptions, needed, number, OBJECT, oneOf, type Rules, whole } from '../options.ts';
import { logSumExp } from '../unembedding/probability.ts';
import { type Candidates, filter, type Ranking, refill, sortBest } from './candidates.ts';
import type { Random } from './random.ts';

/** One step of the chain. The order of the chain is the order of the array. */
export type SamplerStep =
	/** Divides positive logits of seen tokens by `repetition` and multiplies negative ones; subtracts `frequency` per time seen and
	 * `presence` once. `last`: how many of the latest tokens count. */
	| {
			readonly type: 'penalties';
			readonly repetition?: number;
			readonly frequency?: number;
			readonly presence?: number;
			readonly last?: number;
	  }
	/** Adds to the logits of the ids named. */
	| { readonly type: 'bias'; readonly bias: Readonly<Record<number, number>> }
	/** Divides logits by `value` > 0; 0 keeps only the best candidate. */
	| { readonly type: 'temperature'; readonly value: number }
	/** Keeps the k best. */
	| { readonly type: 'topK'; readonly k: number }
	/** Keeps the fewest best whose probabilities sum to at least p. */
	| { readonly type: 'topP'; readonly p: number }
	/** Keeps those at least p times as probable as the best. */
	| { readonly type: 'minP'; readonly p: number }
	/** Keeps the fewest whose surprise lies nearest to the expected one, up to probability p. */
	| { readonly type: 'typical'; readonly p: number };

type Apply<T extends SamplerStep['type']> = (c: Candidates, step: Extract<SamplerStep, { type: T }>, history: readonly number[]) => void;

const STEPS: { readonly [T in SamplerStep['type']]: Apply<T> } = {
	penalties(c, { repetition = 1, frequency = 0, presence = 0, last = 64 }, history) {
		const from = Math.max(0, history.length - last);
		for (let i = from; i < history.length; i++) c.marks[history[i]!]! += 1;
		for (let i = 0; i < c.count; i++) {
			const count = c.marks[c.ids[i]!]!;
			const logit = c.logits[i]!;
			if (count > 0) c.logits[i] = (logit > 0 ? logit / repetition : logit * repetition) - frequency * count - presence;
		}
		for (let i = from; i < history.length; i++) c.marks[history[i]!] = 0;
		c.sorted = 0;
	},
	bias(c, { bias }) {
		for (let i = 0; i < c.count; i++) c.logits[i]! += bias[c.ids[i]!] ?? 0;
		c.sorted = 0;
	},
	temperature(c, { value }) {
		if (value === 0) return STEPS.topK(c, { type: 'topK', k: 1 }, []);
		for (let i = 0; i < c.count; i++) c.logits[i] = c.logits[i]! / value;
	},
	topK(c, { k }) {
		sortBest(c, k);
		c.count = Math.min(c.count, k);
	},
	topP(c, { p }) {
		const total = logSumExp(c.logits, c.count);
		c.count = fewest(c, p, (i) => Math.exp(c.logits[i]! - total));
		c.sorted = Math.min(c.sorted, c.count);
	},
	minP(c, { p }) {
		sortBest(c, 1);
		const least = c.logits[0]! + Math.log(p);
		filter(c, (i) => i === 0 || c.logits[i]! >= least);
	},
	typical(c, { p }) {
		const total = logSumExp(c.logits, c.count);
		let entropy = 0;
		for (let i = 0; i < c.count; i++) {
			const logProbability = c.logits[i]! - total;
			if (logProbability > Number.NEGATIVE_INFINITY) entropy -= Math.exp(logProbability) * logProbability;
		}
		const { places, marks } = c;
		for (let i = 0; i < c.count; i++) {
			places.ids[i] = i;
			places.logits[i] = -Math.abs(total - c.logits[i]! - entropy);
		}
		places.count = c.count;
		places.sorted = 0;
		const kept = fewest(places, p, (i) => Math.exp(c.logits[places.ids[i]!]! - total));
		for (let i = 0; i < kept; i++) marks[places.ids[i]!] = 1;
		filter(c, (i) => marks[i] === 1);
		for (let i = 0; i < kept; i++) marks[places.ids[i]!] = 0;
	},
};

/**
 * How many of the best it takes until their probabilities sum to p; those are sorted then. Sorting a whole vocabulary to keep ten tokens is most
 * of a sampler's cost: sorted as far as the sum needs, doubling.
 */
function fewest(c: Ranking, p: number, probability: (i: number) => number): number {
	let sum = 0;
	for (let kept = 0, sorted = 64; kept < c.count; sorted *= 2) {
		sortBest(c, sorted);
		while (kept < c.sorted) {
			sum += probability(kept++);
			if (sum >= p) return kept;
		}
	}
	return c.count;
}

const PROBABILITY = needed(number(Number.MIN_VALUE, 1, 'above 0, at most 1'));

const RULES: { readonly [T in SamplerStep['type']]: Rules<Extract<SamplerStep, { type: T }>> } = {
	penalties: {
		type: ANY,
		repetition: number(Number.MIN_VALUE, 1000, 'above 0, at most 1000'),
		frequency: number(-100, 100),
		presence: number(-100, 100),
		last: whole(0),
	},
	bias: { type: ANY, bias: needed(OBJECT) },
	temperature: { type: ANY, value: needed(number(0, 100, '0 (greedy) to 100')) },
	topK: { type: ANY, k: needed(whole(1)) },
	topP: { type: ANY, p: PROBABILITY },
	minP: { type: ANY, p: PROBABILITY },
	typical: { type: ANY, p: PROBABILITY },
};

/** One rule for each id that is named. */
const biasOver = (bias: object, V: number): Rules<Record<string, number>> => {
	const allowed = `ids from 0 to ${V - 1}, finite numbers`;
	const holds = (id: string) => (value: unknown) => whole(0, V - 1).holds(Number(id)) && Number.isFinite(value);
	return Object.fromEntries(Object.keys(bias).map((id) => [id, needed({ holds: holds(id), allowed })]));
};

/**
 * @param V tokens in the vocabulary: a bias on another id would do nothing, in silence
 * @throws TongsaError 'usage' naming the step, the value found and what is allowed.
 */
export function checkSampler(chain: readonly SamplerStep[], V: number): void {
	for (const step of chain) {
		checkOptions({ type: step.type }, { type: needed(oneOf(Object.keys(STEPS))) }, 'sampler');
		checkOptions(step, RULES[step.type], step.type);
		if (step.type === 'bias') checkOptions(step.bias, biasOver(step.bias, V), 'bias');
	}
}

/**
 * Runs the chain over a row of V logits, of which only those that `may` come are looked at. Afterwards `candidates` holds what is left.
 * @throws TongsaError 'out-of-range' when no logit is a number, 'unsupported' when no token may come.
 */
export function applySampler(
	chain: readonly SamplerStep[],
	logits: Float32Array,
	history: readonly number[],
	candidates: Candidates,
	may?: (id: number) => boolean,
): void {
	refill(candidates, logits);
	filter(candidates, (i) => candidates.logits[i]! > Number.NEGATIVE_INFINITY); // also drops NaN
	if (candidates.count === 0) {
		throw new TongsaError('out-of-range', 'no token can come next: every logit is NaN or -Infinity', {
			hint: 'The weights are probably damaged: check the file with tongsa info',
		});
	}
	if (may) {
		filter(candidates, (i) => may(candidates.ids[i]!));
		if (candidates.count === 0) {
			throw new TongsaError('unsupported', 'the schema cannot be gone on with: the vocabulary has no token for what must come next');
		}
	}
	for (let i = 0; i < chain.length; i++) STEPS[chain[i]!.type](candidates, chain[i] as never, history);
}

/** Draws one of the candidates by its probability. @returns the token's id. */
export function draw(candidates: Candidates, random: Random): number {
	if (candidates.count === 1) return candidates.ids[0]!;
	const total = logSumExp(candidates.logits, candidates.count);
	const target = random();
	let sum = 0;
	for (let i = 0; i < candidates.count; i++) {
		sum += Math.exp(candidates.logits[i]! - total);
		if (target < sum) return candidates.ids[i]!;
	}
	return candidates.ids[candidates.count - 1]!; // rounding left the sum a hair below 1
}

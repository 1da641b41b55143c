// Whether what was found answers the question at all: how far the best passage stands out from the collection, and how much of the question it
// has in words.

import type { SearchResult } from '../search.ts';

/** How an embedding model's cosines are read: those of one model are no cosines of another. */
export interface Calibration {
	/** Cosine of a question with a passage that has nothing to do with it, and how far such cosines spread. */
	readonly mean: number;
	readonly deviation: number;
	/** The measure at which relevance is ½, and how much more makes it 1. */
	readonly middle: number;
	readonly scale: number;
}

/** Found on the visible half of the test set by scripts/retrieval-quality.ts: docs/retrieval.md, "When the texts do not say". */
const CALIBRATIONS: readonly (readonly [RegExp, Calibration])[] = [[/e5/i, { mean: 0.785, deviation: 0.02, middle: 0.473, scale: 0.08 }]];
/** Models whose unrelated texts are at right angles, as MiniLM's. */
const OTHER: Calibration = { mean: 0.1, deviation: 0.1, middle: 0.4, scale: 0.4 };

/** Relevance from which there is an answer. */
export const THRESHOLD = 0.5;
/** Passages that the model's own mean counts for: a collection of three says little of what is usual. */
const PRIOR_PASSAGES = 20;
/** Size of the collections that the calibration was made on. */
const USUAL_PASSAGES = 100;

/** 0 to 1; ½ and more: it answers. */
export function relevanceOf({ hits, background }: Pick<SearchResult, 'hits' | 'background'>, model: string | undefined): number {
	const covered = Math.max(0, ...hits.map(({ coverage = 0 }) => coverage));
	// All words of the question, or by words alone a good part of their weight.
	if (!background || covered >= 0.999) return Math.min(1, covered * 1.5);
	const { mean, deviation, middle, scale } = CALIBRATIONS.find(([pattern]) => pattern.test(model ?? ''))?.[1] ?? OTHER;
	const count = Math.max(1, background.passages);
	const shrunk = (own: number, prior: number): number => (own * count + prior * PRIOR_PASSAGES) / (count + PRIOR_PASSAGES);
	// The best of many stands out by chance alone.
	const chance = (greatestOf(count) - greatestOf(USUAL_PASSAGES)) * shrunk(background.deviation, deviation);
	const best = Math.max(-1, ...hits.map(({ similarity = -1 }) => similarity));
	const measure = 0.5 * best + (best - shrunk(background.mean, mean)) - Math.max(0, chance) + 0.1 * covered ** 2;
	return Math.max(0, Math.min(1, 0.5 + (0.5 * (measure - middle)) / scale));
}

/** About the greatest of n normal values, in deviations (Cramér 1946, §28.6). */
const greatestOf = (n: number): number =>
	n < 2 ? 0 : Math.sqrt(2 * Math.log(n)) - (Math.log(Math.log(n)) + Math.log(4 * Math.PI)) / (2 * Math.sqrt(2 * Math.log(n)));

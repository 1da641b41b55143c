// Whether what was found answers the question at all: one number from the best passages' similarity and words.

import type { Hit } from '../search.ts';

/** How a collection's similarities are read, by the embedding model: cosines of one model are no cosines of another. */
export interface Calibration {
	/** Cosine that counts as 0, and as 1. */
	readonly low: number;
	readonly high: number;
	/** Relevance below which the texts do not say. */
	readonly threshold: number;
}

/** Found on the test set by scripts/retrieval-answers.ts: docs/retrieval.md, "When the texts do not say". */
const CALIBRATIONS: readonly (readonly [RegExp, Calibration])[] = [[/e5/i, { low: 0.78, high: 0.92, threshold: 0.4 }]];
const OTHER: Calibration = { low: 0.2, high: 0.8, threshold: 0.3 };
const WORDS: Calibration = { low: 0, high: 1, threshold: 0.34 };

export function calibrationOf(model: string | undefined): Calibration {
	if (model === undefined) return WORDS;
	return CALIBRATIONS.find(([pattern]) => pattern.test(model))?.[1] ?? OTHER;
}

/** The greater of what meaning and words say of any passage; words alone must cover most of the question. */
export function relevanceOf(hits: readonly Hit[], { low, high }: Calibration): number {
	return hits.reduce((most, { similarity, coverage = 0 }) => {
		const near = similarity === undefined ? 0 : Math.max(0, Math.min(1, (similarity - low) / (high - low)));
		const words = similarity === undefined ? coverage : coverage ** 2;
		return Math.max(most, near, words);
	}, 0);
}

// BM25: how well a chunk's terms answer a question's. Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", §3.

import { eachPosting } from './postings.ts';

const K1 = 1.2;
const B = 0.75;

/** What BM25 knows of all chunks: by slot, each chunk's place in the snapshot. */
export interface Lengths {
	/** Number of chunks. */
	readonly count: number;
	/** Terms of each. */
	readonly lengths: Uint32Array;
	/** Their mean; at least 1. */
	readonly meanLength: number;
	/** A chunk's slot; undefined for one that is gone, or not yet there. */
	slotOf(chunk: number): number | undefined;
}

export interface WeightedTerm {
	readonly term: string;
	readonly exact: boolean;
	/** Joined blocks of postings; absent where no chunk has the term. */
	readonly postings?: Uint8Array;
	/** Of the whole weight of 1: what a misspelt word's neighbour counts. */
	readonly weight: number;
}

export interface LexicalScores {
	/** By slot. */
	readonly scores: Float64Array;
	/** By slot: the part of the question's weight (sum of idf) that the chunk's terms have, 0 to 1. Terms that no chunk has count too. */
	readonly coverage: Float64Array;
	/** By slot: whether all of the question's exact terms that any chunk has are there. */
	readonly hasExact: Uint8Array;
	/** Slots with any term, in no order. */
	readonly slots: readonly number[];
}

/** Natural logarithm of 1 + (N − n + ½) / (n + ½): never negative. */
export const idf = (count: number, having: number): number => Math.log(1 + (count - having + 0.5) / (having + 0.5));

/** Scores of every chunk that has any of the terms. */
export function bm25(terms: readonly WeightedTerm[], all: Lengths): LexicalScores {
	const scores = new Float64Array(all.count);
	const coverage = new Float64Array(all.count);
	const exactHits = new Uint8Array(all.count);
	const touched = new Uint8Array(all.count);
	const slots: number[] = [];
	let whole = 0;
	let exactTerms = 0;
	for (const { postings, weight, exact } of terms) {
		const having: number[] = [];
		const counts: number[] = [];
		if (postings) {
			eachPosting(postings, (chunk, count) => {
				const slot = all.slotOf(chunk);
				if (slot === undefined) return;
				having.push(slot);
				counts.push(count);
			});
		}
		const rarity = idf(all.count, having.length) * weight;
		whole += rarity;
		const counted = exact && having.length > 0 && exactTerms < 255;
		if (counted) exactTerms++;
		having.forEach((slot, i) => {
			const count = counts[i]!;
			const norm = K1 * (1 - B + (B * all.lengths[slot]!) / all.meanLength);
			scores[slot]! += (rarity * count * (K1 + 1)) / (count + norm);
			coverage[slot]! += rarity;
			if (counted) exactHits[slot]!++;
			if (touched[slot]) return;
			touched[slot] = 1;
			slots.push(slot);
		});
	}
	for (const slot of slots) {
		coverage[slot]! /= whole || 1;
		exactHits[slot] = exactTerms > 0 && exactHits[slot] === exactTerms ? 1 : 0;
	}
	return { scores, coverage, hasExact: exactHits, slots };
}

// ask: a question → passages → an answer with citations, or the word that the texts do not say.

import type { Collection } from '../collection.ts';
import type { SearchOptions } from '../search.ts';
import { extract } from './extract.ts';
import { relevanceOf, THRESHOLD } from './relevance.ts';
import type { Answer, AnswerModel } from './types.ts';
import { fittingPassages, word } from './word.ts';

export interface AskOptions extends SearchOptions {
	/** Words the answer; without it, sentences of the passages are given as they stand. */
	readonly model?: AnswerModel;
	/** The most tokens of a worded answer (default 300). */
	readonly maxTokens?: number;
	/** Relevance below which the texts do not say, 0 to 1 (default ½). */
	readonly threshold?: number;
	/** Told of each sentence of a worded answer once it is whole. */
	readonly onSentence?: (text: string, citations: readonly number[]) => void;
}

/** Passages to choose from. */
const PASSAGES = 8;

export async function ask(collection: Collection, question: string, options: AskOptions = {}): Promise<Answer> {
	const { model, maxTokens = 300, onSentence, ...search } = options;
	const result = await collection.search(question, { ...search, top: options.top ?? PASSAGES });
	const { hits, vectors } = result;
	const threshold = options.threshold ?? THRESHOLD;
	const relevance = relevanceOf(result, vectors && String(collection.facts.embedding?.facts.model));
	const mode = model ? ('worded' as const) : ('extractive' as const);
	const facts = { mode, relevance, threshold, passages: hits };
	const none = { text: '', sentences: [], citations: [], abstained: true, ...facts };
	if (hits.length === 0 || relevance < threshold) return none;
	const signal = options.signal && { signal: options.signal };
	const made = model
		? await word(question, await fittingPassages(question, hits, model, maxTokens), model, {
				maxTokens,
				...signal,
				...(onSentence && { onSentence }),
			})
		: await extract(question, hits, vectors && collection.model, options.signal);
	return made.sentences.length ? { ...made, abstained: false, ...facts } : none;
}

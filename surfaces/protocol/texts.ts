// The JSON of verbs about a person's own texts. Paths are as a person names them from where he stands.

import type { Answer } from '../../src/retrieval/answers/types.ts';
import type { Collection } from '../../src/retrieval/collection.ts';
import type { Hit, SearchResult } from '../../src/retrieval/search.ts';

export type ShownPath = (path: string) => string;

export function hitJson(hit: Hit, shown: ShownPath) {
	const { path, page, duplicates, chunk: _, ...rest } = hit;
	return {
		path: shown(path),
		...rest,
		page: page ?? null,
		duplicates: duplicates.map((one) => ({ ...one, path: shown(one.path) })),
	};
}

export function provenanceJson(collection: Collection, result?: SearchResult) {
	const { name, store, embedding, chunkTokens, overlapTokens } = collection.facts;
	return {
		collection: name,
		store,
		embedding: embedding ? { id: embedding.id, ...embedding.facts } : null,
		chunkTokens,
		overlapTokens,
		...(result && { vectors: result.vectors ?? null, corrected: result.corrected }),
	};
}

export function searchJson(collection: Collection, result: SearchResult, shown: ShownPath) {
	return { hits: result.hits.map((hit) => hitJson(hit, shown)), provenance: provenanceJson(collection, result) };
}

export function answerJson(collection: Collection, answer: Answer, shown: ShownPath) {
	const { text, sentences, citations, abstained, mode, relevance, threshold, passages } = answer;
	return {
		text,
		sentences,
		citations: citations.map(({ path, page, ...rest }) => ({ path: shown(path), page: page ?? null, ...rest })),
		abstained,
		mode,
		relevance,
		threshold,
		passages: passages.map((hit) => hitJson(hit, shown)),
		provenance: provenanceJson(collection),
	};
}

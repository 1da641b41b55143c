// An answer: sentences, each with the quotes that it stands on. A citation names only what was given.

import type { Hit } from '../search.ts';

export interface Citation {
	/** From 1, as in the text's [1]. */
	readonly n: number;
	readonly path: string;
	/** UTF-16 units of the document's text as read, and the same in UTF-8 bytes. */
	readonly start: number;
	readonly end: number;
	readonly byteStart: number;
	readonly byteEnd: number;
	readonly line: number;
	readonly page?: number;
	readonly heading: string;
	/** What stands there, to the character. */
	readonly quote: string;
	/** SHA-256 of the quote's UTF-8, and of the file as it was read. */
	readonly sha256: string;
	readonly fileSha256: string;
}

export interface AnswerSentence {
	/** UTF-16 units of the answer's text. */
	readonly start: number;
	readonly end: number;
	/** Numbers of citations: at least one. */
	readonly citations: readonly number[];
}

export interface Answer {
	/** '' when abstained. */
	readonly text: string;
	readonly sentences: readonly AnswerSentence[];
	readonly citations: readonly Citation[];
	/** The texts do not say: nothing that was found is relevant enough. */
	readonly abstained: boolean;
	/** 'extractive': sentences of the passages as they stand. 'worded': a model's own sentences. */
	readonly mode: 'extractive' | 'worded';
	/** How relevant the best passage is, 0 to 1, and the least at which there is an answer. */
	readonly relevance: number;
	readonly threshold: number;
	/** What was chosen from, best first. */
	readonly passages: readonly Hit[];
}

/** A language model as answers see it. */
export interface AnswerModel {
	readonly id: string;
	readonly parameters: number;
	/** Tokens that prompt and answer may have together. */
	readonly contextTokens: number;
	/** Tokens of a conversation as the model's own template writes it. */
	count(messages: readonly AnswerMessage[]): Promise<number>;
	/** Pieces of one JSON text that satisfies the schema. */
	generate(
		messages: readonly AnswerMessage[],
		options: { readonly schema: object; readonly maxTokens: number; readonly signal?: AbortSignal },
	): AsyncIterable<string>;
}

export interface AnswerMessage {
	readonly role: 'system' | 'user';
	readonly content: string;
}

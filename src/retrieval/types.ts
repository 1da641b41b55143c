// What retrieval speaks of: a document as it was read, its chunks, the models that it is handed, and hits.

/** A block of a document's text, as its format marks it: the chunker keeps blocks together where it can. A record is a chunk of its own. */
export interface Block {
	readonly kind: 'heading' | 'paragraph' | 'code' | 'row' | 'record';
	/** UTF-16 units of the document's text; blocks stand in order and do not overlap. */
	readonly start: number;
	readonly end: number;
	/** Of a heading: 1 to 6. */
	readonly level?: number;
	/** From 1, where the format has pages. */
	readonly page?: number;
}

/** Metadata that a person gives, or a file carries: filters compare it. */
export type Metadata = Readonly<Record<string, string | number | boolean>>;

/** A document as a reader gives it: text, and how it is divided. */
export interface ParsedDocument {
	/** The text as read; all ranges are of it. */
	readonly text: string;
	readonly blocks: readonly Block[];
	/** 'text', 'markdown', 'html', 'pdf', 'docx', 'epub', 'csv', 'jsonl', 'code', 'email', … */
	readonly type: string;
	readonly title?: string;
	/** How the file's bytes were read as text: 'utf-8', 'euc-kr', … */
	readonly encoding?: string;
	readonly metadata?: Metadata;
}

/** A range of a document's text: what is embedded, found and cited. */
export interface Chunk {
	/** UTF-16 units of the document's text. */
	readonly start: number;
	readonly end: number;
	/** The same range in bytes of the text's UTF-8 form. */
	readonly byteStart: number;
	readonly byteEnd: number;
	/** Page of the first character, from 1, where there are pages. */
	readonly page?: number;
	/** Line of the first character, from 1. */
	readonly line: number;
	/** Headings above it, outermost first. */
	readonly headings: readonly string[];
	/** Tokens of the text alone, by the model's own tokenizer. */
	readonly tokens: number;
}

export interface EmbedOptions {
	/** Which of its two prefixes the model wants before the text. */
	readonly kind: 'query' | 'passage';
	readonly signal?: AbortSignal;
	/** Told how many of the texts are done. */
	readonly onProgress?: (done: number) => void;
}

/** How sizes of chunks are counted. */
export interface TokenCounter {
	/** Ranges of a text's tokens in UTF-16 units, [start, end] a token, flags left out. */
	offsets(text: string): Uint32Array;
}

/** What retrieval sees of an embedding model. */
export interface EmbeddingModel extends TokenCounter {
	/** Names everything that its vectors depend on: two models of one id give vectors that may be compared; others never mix. */
	readonly id: string;
	/** The same for people: model, files, pooling, prefixes, width. */
	readonly facts: Readonly<Record<string, unknown>>;
	/** Values of a vector. */
	readonly width: number;
	/** The most tokens of a passage, flags and the model's own prefix already taken off. */
	readonly maxTokens: number;
	/** Vectors of length 1, one a text. @throws TongsaError 'too-large' for a text that does not fit: nothing is cut in silence. */
	embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]>;
}

/** A cross-encoder, or anything else that judges a passage beside the question. */
export interface Reranker {
	readonly id: string;
	/** The most tokens of question and passage together. */
	readonly maxTokens: number;
	/** One number a passage, greater is better. */
	score(query: string, passages: readonly string[], signal?: AbortSignal): Promise<readonly number[]>;
}

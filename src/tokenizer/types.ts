// The tokenizer's contract: text ⇄ ids. What every source (GGUF, tokenizer.json, SentencePiece, tiktoken) opens to.

/** A token's kind, as GGUF's token_type and SentencePiece's piece type name it. */
export type TokenKind = 'normal' | 'unknown' | 'control' | 'user' | 'unused' | 'byte';

/** One entry of the vocabulary. */
export interface Token {
	readonly id: number;
	/** The bytes that this token stands for in text; for control tokens the UTF-8 of their name. */
	readonly bytes: Uint8Array;
	/** `bytes` as text for people: U+FFFD where they are no whole character. */
	readonly text: string;
	readonly kind: TokenKind;
	/** Unigram log-probability or SentencePiece score, where the file has one. */
	readonly score?: number;
}

/**
 * 'none':  plain text, no flags; special text in the input stays text (safe for untrusted input).
 * 'add':   as 'none', with the start and end flags that the model wants (the default).
 * 'parse': as 'add', and special text in the input ("<|im_end|>") becomes its token; a flag that the text already
 *          begins or ends with is not added twice.
 */
export type SpecialMode = 'add' | 'none' | 'parse';

export interface EncodeOptions {
	readonly special?: SpecialMode;
	/** Overrides whether flags are added: {special: 'parse', flags: false} is what a rendered chat template needs. */
	readonly flags?: boolean;
	/**
	 * With 'parse': UTF-16 units of the input that stay text whatever stands there (from, to, from, to, …, ascending): what somebody else wrote
	 * into a prompt.
	 */
	readonly plain?: readonly number[];
	/** Also give each token's range in the input. */
	readonly offsets?: boolean;
}

export interface Encoding {
	/** T ids. */
	readonly ids: Uint32Array;
	/** 2T UTF-16 units of the input: token i covers offsets[2i] to offsets[2i + 1]. Flags have empty ranges. A character whose bytes
	 * spread over several tokens belongs whole to each of them. */
	readonly offsets?: Uint32Array;
}

/** Ids that the model gives a role. */
export interface SpecialIds {
	readonly start?: number;
	readonly end?: number;
	readonly unknown?: number;
	readonly padding?: number;
	readonly separator?: number;
	readonly mask?: number;
	/** Every id that ends a generated text (eos, eot, eom). */
	readonly stops: readonly number[];
}

/** One step of byte-pair merging, for teaching: the pieces after the step. */
export interface MergeStep {
	/** The pieces of the word after this step; step 0 is the word's characters or bytes. */
	readonly pieces: readonly string[];
	/** Bytes of each piece: one that is no whole character is a replacement sign in `pieces`. */
	readonly bytes: readonly Uint8Array[];
	/** Index in `pieces` of the piece that this step made; absent in step 0. */
	readonly merged?: number;
	/** Rank (BPE: position in the merge list) or score of the merge. */
	readonly rank?: number;
}

export interface VocabularyQuery {
	/** Substring of the token's text; case matters unless `ignoreCase`. */
	readonly text?: string;
	readonly ignoreCase?: boolean;
	/** Unicode script name ('Hangul', 'Han', 'Latin', …): tokens with at least one character of it. */
	readonly script?: string;
	readonly kind?: TokenKind;
	/** First id to look at, for paging. */
	readonly from?: number;
	/** Most results (default 50). */
	readonly limit?: number;
}

export interface Tokenizer {
	/** 'bpe', 'unigram', 'wordpiece', 'wordlevel'. */
	readonly kind: string;
	/** Vocabulary size V, added tokens included. */
	readonly size: number;
	readonly special: SpecialIds;
	/** Which flags encode adds by default: ids before and after. */
	readonly flags: { readonly before: readonly number[]; readonly after: readonly number[] };
	/** @throws TongsaError 'too-large' past the stated limit on input length. Lone surrogates are read as U+FFFD. */
	encode(text: string, options?: EncodeOptions): Encoding;
	/** @throws TongsaError 'out-of-range' for an id that is not in the vocabulary. */
	decode(ids: ArrayLike<number>, options?: { readonly skipSpecial?: boolean }): string;
	/** Streaming decode: pieces joined equal decode(ids), and no piece ends inside a character. */
	decoder(options?: { readonly skipSpecial?: boolean }): { push(id: number): string; end(): string };
	/** Number of tokens of encode(text, options). */
	count(text: string, options?: EncodeOptions): number;
	/** The longest beginning of text, cut between characters (grapheme clusters), that has at most n tokens; and what is left. */
	split(text: string, n: number, options?: EncodeOptions): { readonly head: string; readonly rest: string; readonly tokens: number };
	/** How one word is put together, step by step. */
	merges(word: string): readonly MergeStep[];
	/** @throws TongsaError 'out-of-range'. */
	token(id: number): Token;
	/** Exact token text → id, or undefined. Special names included. */
	id(text: string): number | undefined;
	search(query: VocabularyQuery): readonly Token[];
}

// TokenizerSpec: what every source (GGUF, tokenizer.json, SentencePiece .model, tiktoken) is read into, and what one engine compiles.
// The shape and the field names are those of Hugging Face's tokenizer.json (tokenizers 0.22, tokenizers/src/*/mod.rs); the vocabulary is compact.

import type { StringTable } from '../formats/checkpoint.ts';
import type { SpecialIds, TokenKind } from './types.ts';

/** Names of the numbers in `Vocabulary.kinds`: GGUF's token_type minus 1, as SentencePiece numbers its piece types. */
export const TOKEN_KINDS = ['normal', 'unknown', 'control', 'user', 'unused', 'byte'] as const satisfies readonly TokenKind[];

/** The number of a kind in `Vocabulary.kinds`. */
export const KIND = { normal: 0, unknown: 1, control: 2, user: 3, unused: 4, byte: 5 } as const satisfies Record<TokenKind, number>;

/** V token strings as the file writes them (UTF-8; tiktoken: raw bytes). Token i is bytes[offsets[i]] to bytes[offsets[i + 1]]. */
export interface Vocabulary {
	/** V. An id that the file leaves out is an empty string of kind 'unused'. */
	readonly size: number;
	readonly bytes: Uint8Array;
	/** V + 1 byte offsets, ascending. */
	readonly offsets: Uint32Array;
	/** V numbers of TOKEN_KINDS. */
	readonly kinds: Uint8Array;
	/** V scores, where the file has them: f32 from SentencePiece and GGUF, f64 from tokenizer.json; a unigram model adds in the same width. */
	readonly scores?: Float32Array | Float64Array;
	/** Ids that only added tokens have: they are cut out of the text, and the model does not know them. */
	readonly outside?: ReadonlySet<number>;
}

/** The merges of a BPE model, best first. */
export type Merges =
	/** "left right" a merge: cut at the first space after the first character (GGUF, older tokenizer.json). */
	| { readonly type: 'lines'; readonly table: StringTable }
	/** 2 strings a merge: left, right (newer tokenizer.json). */
	| { readonly type: 'pairs'; readonly table: StringTable }
	/** tiktoken: two neighbours merge when their joined bytes are a token; the lowest id first. */
	| { readonly type: 'ranks' }
	/** SentencePiece BPE: two neighbours merge when their joined text is a piece of kind normal; the highest score first. */
	| { readonly type: 'scores' };

export interface BpeSpec {
	readonly type: 'BPE';
	readonly vocabulary: Vocabulary;
	readonly merges: Merges;
	/**
	 * What merging begins with, and how token strings are written. 'characters': characters, UTF-8. 'byte-level': bytes, in GPT-2's
	 * byte alphabet ('Ġthe'). 'bytes': bytes, raw. A source sets it; a ByteLevel pre-tokenizer does not change text in this engine.
	 */
	readonly alphabet: 'characters' | 'byte-level' | 'bytes';
	readonly unknown?: number;
	readonly fuse_unk: boolean;
	readonly byte_fallback: boolean;
	readonly ignore_merges: boolean;
	readonly continuing_subword_prefix?: string;
	readonly end_of_word_suffix?: string;
}

export interface UnigramSpec {
	readonly type: 'Unigram';
	/** With scores. */
	readonly vocabulary: Vocabulary;
	readonly unknown?: number;
	readonly byte_fallback: boolean;
}

export interface WordPieceSpec {
	readonly type: 'WordPiece';
	readonly vocabulary: Vocabulary;
	readonly unknown?: number;
	readonly continuing_subword_prefix: string;
	readonly max_input_chars_per_word: number;
}

export interface WordLevelSpec {
	readonly type: 'WordLevel';
	readonly vocabulary: Vocabulary;
	readonly unknown?: number;
}

export type ModelSpec = BpeSpec | UnigramSpec | WordPieceSpec | WordLevelSpec;

/** What is looked for: a literal string, or a regular expression; in Oniguruma's syntax (the default) or in fancy-regex's (tiktoken). */
export type Pattern = { readonly String: string } | { readonly Regex: string; readonly syntax?: 'oniguruma' | 'rust' };

export type NormalizerSpec =
	| { readonly type: 'Sequence'; readonly normalizers: readonly NormalizerSpec[] }
	| {
			readonly type: 'BertNormalizer';
			readonly clean_text: boolean;
			readonly handle_chinese_chars: boolean;
			/** null: as `lowercase`. */
			readonly strip_accents: boolean | null;
			readonly lowercase: boolean;
	  }
	| { readonly type: 'NFC' | 'NFD' | 'NFKC' | 'NFKD' | 'Nmt' | 'Lowercase' | 'StripAccents' | 'ByteLevel' }
	| { readonly type: 'Strip'; readonly strip_left: boolean; readonly strip_right: boolean }
	| { readonly type: 'Replace'; readonly pattern: Pattern; readonly content: string }
	| { readonly type: 'Prepend'; readonly prepend: string }
	/** SentencePiece's compiled normalisation (a double-array trie). */
	| { readonly type: 'Precompiled'; readonly precompiled_charsmap: Uint8Array }
	/** SentencePiece's own white space rules, around its charsmap (normalizer.cc): in this order after it. */
	| {
			readonly type: 'SentencePiece';
			readonly precompiled_charsmap?: Uint8Array;
			readonly add_dummy_prefix: boolean;
			readonly remove_extra_whitespaces: boolean;
			readonly escape_whitespaces: boolean;
			readonly treat_whitespace_as_suffix: boolean;
			/** User-defined pieces, which normalisation leaves as they are. */
			readonly frozen?: readonly string[];
	  };

export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

export type PreTokenizerSpec =
	| { readonly type: 'Sequence'; readonly pretokenizers: readonly PreTokenizerSpec[] }
	| { readonly type: 'Split'; readonly pattern: Pattern; readonly behavior: SplitBehavior; readonly invert: boolean }
	/**
	 * The prefix space and GPT-2's regex. Bytes are the model's `alphabet`; `in_text`: the text itself is put into the byte alphabet, because a
	 * later step looks at its letters (Falcon's digits), and the model's alphabet is 'characters'.
	 */
	| {
			readonly type: 'ByteLevel';
			readonly add_prefix_space: boolean;
			readonly use_regex: boolean;
			readonly trim_offsets: boolean;
			readonly in_text?: true;
	  }
	| {
			readonly type: 'Metaspace';
			readonly replacement: string;
			readonly prepend_scheme: 'always' | 'first' | 'never';
			readonly split: boolean;
	  }
	| { readonly type: 'Digits'; readonly individual_digits: boolean }
	| { readonly type: 'Punctuation'; readonly behavior: SplitBehavior }
	| { readonly type: 'CharDelimiterSplit'; readonly delimiter: string }
	| { readonly type: 'FixedLength'; readonly length: number }
	| { readonly type: 'BertPreTokenizer' | 'Whitespace' | 'WhitespaceSplit' | 'UnicodeScripts' };

/** What stands in a template: the text, or a token. */
export type TemplatePiece =
	| { readonly Sequence: { readonly id: 'A' | 'B' } }
	| { readonly SpecialToken: { readonly ids: readonly number[] } };

export type PostProcessorSpec =
	| { readonly type: 'Sequence'; readonly processors: readonly PostProcessorSpec[] }
	| { readonly type: 'TemplateProcessing'; readonly single: readonly TemplatePiece[] }
	| { readonly type: 'BertProcessing'; readonly sep: number; readonly cls: number }
	| { readonly type: 'RobertaProcessing'; readonly sep: number; readonly cls: number; readonly trim_offsets: boolean }
	| { readonly type: 'ByteLevel'; readonly trim_offsets: boolean };

export type DecoderSpec =
	| { readonly type: 'Sequence'; readonly decoders: readonly DecoderSpec[] }
	| { readonly type: 'ByteLevel' | 'ByteFallback' | 'Fuse' }
	/** What tokenizer.json's missing decoder means: a space between two tokens. */
	| { readonly type: 'Spaced' }
	/** SentencePiece's: of the tokens before any text, one '▁' each is taken off their beginning; without `every` of one token at most. */
	| { readonly type: 'Prefix'; readonly every: boolean }
	| { readonly type: 'Replace'; readonly pattern: Pattern; readonly content: string }
	| { readonly type: 'Strip'; readonly content: string; readonly start: number; readonly stop: number }
	| { readonly type: 'Metaspace'; readonly replacement: string; readonly prepend_scheme: 'always' | 'first' | 'never' }
	| { readonly type: 'WordPiece'; readonly prefix: string; readonly cleanup: boolean }
	| { readonly type: 'BPEDecoder'; readonly suffix: string }
	| { readonly type: 'CTC'; readonly pad_token: string; readonly word_delimiter_token: string; readonly cleanup: boolean };

/** A token that is matched in the text before the model sees it. */
export interface AddedToken {
	readonly id: number;
	readonly content: string;
	/** What is looked for in the normalised text, where it is not the content as the normalizer would leave it (SentencePiece's user pieces). */
	readonly pattern?: string;
	/** Only as a whole word. */
	readonly single_word: boolean;
	/** Takes the white space on its left, right. */
	readonly lstrip: boolean;
	readonly rstrip: boolean;
	/** Matched in the normalised text (its content normalised too) instead of the raw one. */
	readonly normalized: boolean;
	/** Control token: matched only with special: 'parse', left out by decode's skipSpecial. */
	readonly special: boolean;
}

export interface TokenizerSpec {
	readonly normalizer?: NormalizerSpec;
	readonly pre_tokenizer?: PreTokenizerSpec;
	readonly model: ModelSpec;
	readonly post_processor?: PostProcessorSpec;
	readonly decoder?: DecoderSpec;
	readonly added_tokens: readonly AddedToken[];
	readonly special: SpecialIds;
}

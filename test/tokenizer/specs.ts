// Small tokenizers for cases that a reader can redo by hand.

import type { StringTable } from '../../src/formats/checkpoint.ts';
import type { BpeSpec, TokenizerSpec, Vocabulary } from '../../src/tokenizer/spec.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { Tokenizer } from '../../src/tokenizer/types.ts';
import { vocabularyOfTable } from '../../src/tokenizer/vocabulary.ts';

export function tableOf(strings: readonly string[]): StringTable {
	const parts = strings.map((string) => new TextEncoder().encode(string));
	const offsets = new Uint32Array(strings.length + 1);
	for (const [i, part] of parts.entries()) offsets[i + 1] = offsets[i]! + part.length;
	return { kind: 'strings', length: strings.length, bytes: Uint8Array.from(Buffer.concat(parts)), offsets };
}

export type Changes = Omit<Partial<TokenizerSpec>, 'model'> & { readonly model?: Partial<BpeSpec> };

/** Characters, no pre-tokenizer, id 0 unknown and fused; the rest as given. */
export function specOf(tokens: readonly string[], merges: readonly string[], more: Changes = {}): TokenizerSpec {
	const kinds = Uint8Array.from(tokens, (_, i) => (i === 0 ? 1 : 0));
	const vocabulary: Vocabulary = { ...vocabularyOfTable(tableOf(tokens)), kinds };
	const { model, ...rest } = more;
	return {
		added_tokens: [],
		special: { stops: [] },
		...rest,
		model: {
			type: 'BPE',
			vocabulary,
			merges: { type: 'lines', table: tableOf(merges) },
			alphabet: 'characters',
			unknown: 0,
			fuse_unk: true,
			byte_fallback: false,
			ignore_merges: false,
			...model,
		} as BpeSpec,
	};
}

/** 'l' 'lo' 'low' 'er' … over a small alphabet, with rules that overlap. */
export const TOKENS = [
	'<unk>',
	...'abcdehlow▁각',
	'aa',
	'aaaa',
	'lo',
	'low',
	'er',
	'we',
	'ow',
	'▁a',
	'▁▁',
	'▁▁▁▁',
	'ab',
	'abc',
	'bc',
	'r',
	'de',
	'each',
];
export const MERGES = ['a a', 'l o', 'o w', 'b c', 'e r', 'w e', 'lo w', 'aa aa', 'a bc', 'a b', '▁ ▁', '▁▁ ▁▁', '▁ a', 'd e'];

/** Bytes as ids: whatever is encoded is its UTF-8. */
export function byteTokenizer(more: Changes = {}, kernel = true): Tokenizer {
	const offsets = Uint32Array.from({ length: 257 }, (_, i) => i);
	const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
	const vocabulary: Vocabulary = { size: 256, bytes, offsets, kinds: new Uint8Array(256) };
	return createTokenizer(specOf([], [], { ...more, model: { vocabulary, alphabet: 'bytes', merges: { type: 'ranks' } } }), { kernel });
}

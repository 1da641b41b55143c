// Which tokens of a vocabulary some texts or languages need: what `extract --vocabulary` keeps.
//
// A text that the whole vocabulary cuts into kept tokens only is cut into the same ones by the subset: a unigram model finds its best path
// among fewer paths with the same scores; WordPiece's longest match stays the longest; BPE makes the same merges in the same order, since
// every token that stands in the middle of a kept token's merges is kept too.

import { TongsaError } from '../errors.ts';
import type { StringTable } from '../formats/checkpoint.ts';
import type { BpeSpec, TokenizerSpec } from './spec.ts';
import { createTokenizer } from './tokenizer.ts';
import { tokenBytes } from './vocabulary.ts';

/** Letters of a language, as a Unicode script or a range of them; by BCP 47 code. Digits, punctuation and signs belong to all. */
const LETTERS: Readonly<Record<string, string>> = {
	ar: '\\p{Script=Arabic}',
	de: 'A-Za-zÄÖÜäöüß',
	el: '\\p{Script=Greek}',
	en: 'A-Za-z',
	es: 'A-Za-zÁÉÍÑÓÚÜáéíñóúü',
	fr: 'A-Za-zÀÂÆÇÈÉÊËÎÏÔŒÙÛÜŸàâæçèéêëîïôœùûüÿ',
	he: '\\p{Script=Hebrew}',
	hi: '\\p{Script=Devanagari}',
	it: 'A-Za-zÀÈÉÌÒÙàèéìòù',
	ja: '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\u30fc',
	ko: '\\p{Script=Hangul}',
	pt: 'A-Za-zÀÁÂÃÇÉÊÍÓÔÕÚàáâãçéêíóôõú',
	ru: '\\p{Script=Cyrillic}',
	th: '\\p{Script=Thai}',
	uk: '\\p{Script=Cyrillic}\u02bc',
	vi: '\\p{Script=Latin}',
	zh: '\\p{Script=Han}\\p{Script=Bopomofo}',
};

export const LANGUAGES: readonly string[] = Object.keys(LETTERS);

/** What every text may have: signs of no script, marks, and Latin letters one at a time. */
const COMMON = '\\p{Script=Common}\\p{Script=Inherited}';

export interface VocabularyChoice {
	/** Codes of LANGUAGES: tokens written in their letters alone. */
	readonly languages?: readonly string[];
	/** Tokens that these texts are cut into. */
	readonly texts?: readonly string[];
}

/**
 * Ids to keep, ascending: those of the languages and texts, everything that is no normal token (BOS, EOS, bytes …), single ASCII characters,
 * and what those are made of.
 * @throws TongsaError 'usage' for an unknown language, or where nothing is chosen
 */
export function keptTokens(spec: TokenizerSpec, { languages = [], texts = [] }: VocabularyChoice, signal?: AbortSignal): Uint32Array {
	if (languages.length + texts.length === 0) throw new TongsaError('usage', 'neither languages nor texts say which tokens to keep');
	const tokenizer = createTokenizer(spec);
	const written = lettersOf(languages);
	const { stops, ...roles } = spec.special;
	const kept = new Set<number>([...stops, ...Object.values(roles), ...spec.added_tokens.map(({ id }) => id)]);
	let worst = { id: -1, score: Number.POSITIVE_INFINITY };
	let best = { id: -1, score: Number.NEGATIVE_INFINITY };
	for (let id = 0; id < tokenizer.size; id++) {
		const { kind, text, score } = tokenizer.token(id);
		if (kind !== 'normal') {
			if (kind !== 'unused') kept.add(id);
			continue;
		}
		// U+FFFD: part of a character, which longer tokens may be made of.
		const letters = text.replaceAll('▁', '').trim();
		if (/^[\x20-\x7e]?$/.test(letters) || written?.test(letters) || letters.includes('\ufffd')) kept.add(id);
		// A unigram model's penalty for an unknown character goes by the lowest score, a user token's reward by the highest.
		if (score !== undefined && score < worst.score) worst = { id, score };
		if (score !== undefined && score > best.score) best = { id, score };
		if ((id & 0xfff) === 0) signal?.throwIfAborted();
	}
	if (tokenizer.kind === 'unigram') for (const { id } of [worst, best]) if (id >= 0) kept.add(id);
	for (const text of texts) {
		signal?.throwIfAborted();
		for (const id of tokenizer.encode(text, { special: 'none' }).ids) kept.add(id);
	}
	if (spec.model.type === 'BPE') addParts(spec.model, kept);
	return Uint32Array.from(kept).sort();
}

function lettersOf(languages: readonly string[]): RegExp | undefined {
	if (languages.length === 0) return undefined;
	const letters = languages.map((code) => {
		const known = Object.hasOwn(LETTERS, code) ? LETTERS[code] : undefined;
		if (known === undefined) throw new TongsaError('usage', 'a language that is not known', { got: code, allowed: LANGUAGES.join(', ') });
		return known;
	});
	return new RegExp(`^[${COMMON}${letters.join('')}]*$`, 'u');
}

/** Adds every token that a merge may make on the way to a kept one, by whichever split. */
function addParts(model: BpeSpec, kept: Set<number>): void {
	const { vocabulary } = model;
	// Byte for byte: a token may be a part of a character.
	const ids = new Map<string, number>();
	for (let id = vocabulary.size - 1; id >= 0; id--) ids.set(latin1(tokenBytes(vocabulary, id)), id);
	const splitsOf = splits(model);
	// A set goes on to what is added while it is walked through.
	for (const id of kept) {
		for (const parts of splitsOf(latin1(tokenBytes(vocabulary, id)))) {
			const [left, right] = parts.map((part) => ids.get(part));
			if (left !== undefined && right !== undefined) kept.add(left).add(right);
		}
	}
}

/** token → its possible (left, right): those that the file lists as merges, or all where any two neighbours merge that make a token. */
function splits({ merges }: BpeSpec): (token: string) => readonly (readonly [string, string])[] {
	if (merges.type === 'scores' || merges.type === 'ranks') {
		return (token) => Array.from({ length: Math.max(0, token.length - 1) }, (_, i) => [token.slice(0, i + 1), token.slice(i + 1)]);
	}
	const listed = new Map<string, (readonly [string, string])[]>();
	const add = (left: string, right: string) => {
		const known = listed.get(left + right);
		if (known) known.push([left, right]);
		else listed.set(left + right, [[left, right]]);
	};
	const strings = stringsOf(merges.table);
	if (merges.type === 'pairs') for (let i = 0; i + 1 < strings.length; i += 2) add(strings[i]!, strings[i + 1]!);
	else {
		for (const line of strings) {
			const gap = line.indexOf(' ', 1);
			add(line.slice(0, gap), line.slice(gap + 1));
		}
	}
	return (token) => listed.get(token) ?? [];
}

const decoder = new TextDecoder('latin1');

/** A string with one unit a byte: a key, not text. (TextDecoder's latin1 is windows-1252: as good, since it is one to one.) */
const latin1 = (bytes: Uint8Array): string => decoder.decode(bytes);

function stringsOf({ bytes, offsets, length }: StringTable): string[] {
	return Array.from({ length }, (_, i) => latin1(bytes.subarray(offsets[i]!, offsets[i + 1]!)));
}

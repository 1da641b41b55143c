// Text → terms of lexical search: folded words, whole identifiers, and character bigrams where a script has no spaces between words.
// Word boundaries: Unicode Standard Annex 29 by Intl.Segmenter. Bigrams for Han, Kana and Hangul: as Lucene's CJKBigramFilter.

/** Terms of a text and how often each stands in it. */
export type TermCounts = ReadonlyMap<string, number>;

/** Letters of scripts that are searched by character: any two that stand together are a term. */
const CHARACTERS = String.raw`[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}]&&[\p{L}\p{N}\p{M}]]`;
/** Runs of such characters, or what stands between spaces and them. */
const RUNS = new RegExp(String.raw`(${CHARACTERS}+)|((?:(?!${CHARACTERS})\S)+)`, 'gv');
/** Han and Kana that a line's end parts: lines of a PDF or an e-mail end anywhere. Hangul has spaces. */
const BROKEN_LINE =
	/(?<=[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]&&[\p{L}]])[ \t]*\r?\n[ \t]*(?=[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]&&[\p{L}]])/gv;

/** The longest term that is kept, in UTF-16 units: past it lie encoded data, not words. */
const MAX_TERM = 64;

/** Splits words of scripts with spaces, and Thai, Khmer and Lao, which have none. */
const words = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * The same letters in one form: compatibility forms (NFKC), case, Katakana as Hiragana; Latin, Greek and Cyrillic letters without their marks.
 *
 *     fold('Ｃafé ｶﾞｽ') // 'cafe がす'
 */
export function fold(text: string): string {
	const plain = text.normalize('NFKC').toLowerCase();
	// biome-ignore lint/suspicious/noControlCharactersInRegex: whether there is anything but ASCII
	if (/^[\x00-\x7f]*$/.test(plain)) return plain;
	return plain
		.replace(/[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]\p{Mn}*/gu, (letter) => letter.normalize('NFD').replace(/\p{Mn}+/gu, ''))
		.replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
		.replaceAll('ß', 'ss')
		.replaceAll('ς', 'σ');
}

/** A term of a question. */
export interface QueryTerm {
	readonly term: string;
	/** An identifier, a number or a command: what is asked for to the letter. */
	readonly exact: boolean;
}

/** Terms of a text, counted: what the index holds. */
export function termsOf(text: string): TermCounts {
	const counts = new Map<string, number>();
	for (const { term } of scan(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
	return counts;
}

/** Terms of a question, each once. The last character of a run alone is no term of a longer one. */
export function queryTerms(text: string): QueryTerm[] {
	const found = new Map<string, boolean>();
	for (const { term, exact, lastOf } of scan(text)) {
		if (lastOf !== undefined && lastOf > 1) continue;
		found.set(term, (found.get(term) ?? false) || exact);
	}
	return Array.from(found, ([term, exact]) => ({ term, exact }));
}

interface Scanned {
	readonly term: string;
	readonly exact: boolean;
	/** For the last character of a run: the run's length. So a single character is found in any place: as the first of a bigram, or as this. */
	readonly lastOf?: number;
}

function* scan(text: string): Generator<Scanned> {
	const joined = text.normalize('NFKC').replace(BROKEN_LINE, '');
	for (const [, run, rest] of joined.matchAll(RUNS)) {
		if (run !== undefined) yield* bigrams([...fold(run)]);
		else yield* spaced(rest!);
	}
}

function* bigrams(characters: readonly string[]): Generator<Scanned> {
	for (let i = 0; i + 1 < characters.length; i++) yield { term: characters[i]! + characters[i + 1]!, exact: false };
	const last = characters.at(-1);
	if (last !== undefined) yield { term: last, exact: false, lastOf: characters.length };
}

/** Signs that join parts of a name: `--dry-run`, `v1.2.3`, `ERR_CONN`, `src/main.ts`, `a@b.org`, `C++`, `C#`. */
const NAME = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[-_.:/@+#'’&][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*(?:\+\+|#)?/gu;
const IS_EXACT = /\d|[-_.:/@+#]|\p{Ll}\p{Lu}|^\p{Lu}{2,}$/u;

/** A word of one part, of a script with two cases: most words are. */
const SIMPLE = /^(?:\p{Lu}?\p{Ll}+|\p{Lu}+)$/u;

function* spaced(piece: string): Generator<Scanned> {
	for (const [name] of piece.matchAll(NAME)) {
		const exact = IS_EXACT.test(name);
		const whole = fold(name);
		if (whole.length <= MAX_TERM) yield { term: whole, exact };
		if (SIMPLE.test(name)) continue;
		const parts = new Set<string>();
		for (const { segment, isWordLike } of words.segment(name)) {
			if (!isWordLike) continue;
			for (const part of segment.split(/[_.:'’]|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u)) parts.add(fold(part));
		}
		for (const part of parts) if (part !== '' && part !== whole && part.length <= MAX_TERM) yield { term: part, exact: false };
	}
}

/** Words of more than two Latin letters can be misspelt. */
export const canBeMisspelt = (term: string): boolean => /^[a-z]{4,}$/.test(term);

/** Three letters in a row, of a word with a mark at either end: what a misspelt word still shares with the right one. */
export function trigramsOf(term: string): string[] {
	const marked = `^${term}$`;
	return Array.from({ length: marked.length - 2 }, (_, i) => marked.slice(i, i + 3));
}

/** Optimal string alignment distance (Damerau 1964), at most `most`; most + 1 where it is more. */
export function editDistance(a: string, b: string, most: number): number {
	if (Math.abs(a.length - b.length) > most) return most + 1;
	let [before, last, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j), [] as number[]];
	for (let i = 1; i <= a.length; i++) {
		row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j]!, before[j - 2]! + 1);
		}
		[before, last] = [last, row];
	}
	return Math.min(last[b.length]!, most + 1);
}

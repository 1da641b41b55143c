// Character classes as the reference libraries have them, where their Unicode is older than JavaScript's.
// Found by asking each library for each of the 1,112,064 characters: scripts/reference/make_unicode_differences.py

import { lazy } from '../lazy.ts';
import {
	CONTROLS_MISSING,
	INERT,
	MARKS_EXTRA,
	MARKS_MISSING,
	NONSPACING_EXTRA,
	NONSPACING_MISSING,
	PUNCTUATION_EXTRA,
	PUNCTUATION_MISSING,
	SCRIPT_MISSING,
	SCRIPTS,
	WORD_MISSING,
} from './tables.ts';

/** 'a-f 10' → inclusive ranges of code points. */
function ranges(text: string): readonly (readonly [from: number, to: number])[] {
	return text.split(' ').map((range) => {
		const [from, to = from] = range.split('-').map((hex) => Number.parseInt(hex, 16));
		return [from!, to!] as const;
	});
}

function inRanges(table: readonly (readonly [number, number])[], point: number): boolean {
	let low = 0;
	let high = table.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (table[middle]![1] < point) low = middle + 1;
		else high = middle;
	}
	return low < table.length && table[low]![0] <= point;
}

/** Ranges as the inside of a regex class (flag u or v). */
const classOf = (text: string): string =>
	ranges(text)
		.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`)
		.join('');

/** Unicode's White_Space: Rust's char::is_whitespace. */
export function isWhiteSpace(point: number): boolean {
	if (point < 0x80) return point === 0x20 || (point >= 9 && point <= 13);
	if (point < 0x1680) return point === 0x85 || point === 0xa0;
	return (
		point === 0x1680 ||
		(point >= 0x2000 && point <= 0x200a) ||
		point === 0x2028 ||
		point === 0x2029 ||
		point === 0x202f ||
		point === 0x205f ||
		point === 0x3000
	);
}

/** A class as a regex over one character: JavaScript's, without what the reference lacks, with what it has besides. */
function classTest(javascript: string, missing: string, extra = ''): (point: number, character: string) => boolean {
	const pattern = lazy(() => new RegExp(`^[${javascript}${extra && classOf(extra)}]$`, 'u'));
	const lacks = lazy(() => ranges(missing));
	// The reference libraries agree with JavaScript below U+0300, and nothing there is looked up in the table.
	return (point, character) => pattern().test(character) && !(point >= 0x300 && inRanges(lacks(), point));
}

/** unicode_categories' Mn: what BertNormalizer strips. */
export const isNonspacingMark = classTest('\\p{Mn}', NONSPACING_MISSING, NONSPACING_EXTRA);
/** unicode_normalization_alignments' M: what StripAccents strips. */
export const isCombiningMark = classTest('\\p{M}', MARKS_MISSING, MARKS_EXTRA);
/** unicode_categories' "other" but unassigned: what BertNormalizer takes out. Tab and line ends are white space there. */
const isOther = classTest('\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}', CONTROLS_MISSING);
export function isBertControl(point: number, character: string): boolean {
	if (point < 0x7f) return point < 0x20 && point !== 9 && point !== 10 && point !== 13;
	return isOther(point, character);
}

/** Punctuation of BERT: ASCII's 32 marks, symbols among them, and unicode_categories' P. One character, for flag v. */
export const punctuation = lazy(() => `[[!-\\/:-@\\[-\`\\{-~\\p{P}${classOf(PUNCTUATION_EXTRA)}]--[${classOf(PUNCTUATION_MISSING)}]]`);
/** The regex crate's \\w. One character, for flag v. */
export const wordCharacter = lazy(() => `[[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]--[${classOf(WORD_MISSING)}]]`);

const inert = lazy(() => ranges(INERT));
/** Whether the reference's normalization forms leave a character alone that JavaScript's would not. */
export const isInert = (point: number): boolean => point >= 0x300 && inRanges(inert(), point);

const scriptPatterns = lazy(() => SCRIPTS.map((script) => ({ script, pattern: new RegExp(`\\p{Script=${script}}`, 'u') })));
const withoutScript = lazy(() => ranges(SCRIPT_MISSING));
/** The characters whose script has changed since Unicode 10. */
const FORMER_SCRIPTS: ReadonlyMap<number, string> = new Map([
	[0x589, 'Common'],
	[0x61c, 'Common'],
	[0x953, 'Devanagari'],
	[0x954, 'Devanagari'],
]);
const scriptCache = new Map<number, string>();

/** A character's script in Unicode 10; 'Any' where it has none. tokenizers/src/pre_tokenizers/unicode_scripts/scripts.rs */
export function scriptOf(point: number, character: string): string {
	const known = scriptCache.get(point);
	if (known !== undefined) return known;
	const script =
		FORMER_SCRIPTS.get(point) ??
		(inRanges(withoutScript(), point) ? 'Any' : (scriptPatterns().find(({ pattern }) => pattern.test(character))?.script ?? 'Any'));
	scriptCache.set(point, script);
	return script;
}

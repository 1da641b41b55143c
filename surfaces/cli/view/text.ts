// Text for terminals: foreign text made visible, measured in columns, cut and padded. Widths: Unicode UAX #11 through string-width.

import stringWidth from 'string-width';
import type { Tokenizer } from '../../../src/tokenizer/types.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Signs for the white space and controls that one meets most; the rest is shown as \u{…}. */
const SIGNS: Readonly<Record<string, string>> = {
	' ': '␣',
	'\n': '⏎',
	'\r\n': '␍⏎',
	'\r': '␍',
	'\t': '⇥',
	'\0': '␀',
	'\x1b': '␛',
	'\x7f': '␡',
};

/** Controls, format marks (directions, joiners standing alone), separators, surrogates and unassigned private marks. */
const INVISIBLE = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Mn}\p{Me}]+$/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * A token's text as a person can see it: spaces as ␣, controls and lone marks escaped, right-to-left text isolated so that it
 * does not turn the rest of the line around.
 *
 *     visible(' love')   // '␣love'
 *     visible('\u200f')  // '\u{200f}'
 */
export function visible(text: string, spaces = true): string {
	let out = '';
	for (const { segment } of graphemes.segment(text)) {
		if (segment === ' ') out += spaces ? '␣' : ' ';
		else if (SIGNS[segment]) out += SIGNS[segment];
		else if (INVISIBLE.test(segment)) out += [...segment].map((c) => `\\u{${c.codePointAt(0)!.toString(16)}}`).join('');
		// Direction overrides may hide inside a longer cluster.
		else out += segment.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
	}
	return RIGHT_TO_LEFT.test(out) ? `\u2068${out}\u2069` : out;
}

/** The most of a foreign name or value that is shown, some lines of a wide terminal: to measure 5 MB of it would take seconds. */
const MOST_SHOWN = 1000;

/** The beginning of a foreign name or value, made visible. */
export const excerpt = (text: string, spaces = true): string =>
	visible(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text, spaces);

/** A token as a person can read it: its text, or its bytes where these are no whole character (`‹EC·82›`). */
export function tokenLabel(tokenizer: Tokenizer | undefined, id: number): string {
	if (!tokenizer || id >= tokenizer.size) return '';
	const { text, bytes } = tokenizer.token(id);
	if (!text.includes('\ufffd')) return excerpt(text);
	return `‹${Array.from(bytes.subarray(0, MOST_SHOWN), (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('·')}›`;
}

/** Columns that a text takes: 2 for Hangul, Han, kana and emoji; colour codes count nothing. */
export const width = (text: string): number => stringWidth(text);

/** Columns of the widest. Not by Math.max(...texts): a stack holds only some hundred thousand arguments. */
export const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, width(text)), 0);

/** At most `columns` columns of a text, with … where something was cut. Cuts between characters, keeps an isolate closed. */
export function cut(text: string, columns: number): string {
	if (width(text) <= columns) return text;
	let out = '';
	let used = 0;
	for (const { segment } of graphemes.segment(text)) {
		const more = width(segment);
		if (used + more > columns - 1) break;
		out += segment;
		used += more;
	}
	return `${out}…${out.includes('\u2068') && !out.includes('\u2069') ? '\u2069' : ''}`;
}

export const padStart = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - width(text))) + text;
export const padEnd = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));

/** Where Chinese and Japanese may be broken: at every character, not before closing punctuation and not behind opening. */
const BREAKS =
	/(?<=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}ー])(?![\p{Pe}\p{Pf}\p{Po}ー…])|(?<![\p{Ps}\p{Pi}])(?=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])/u;

/** Lines of at most `columns` columns, broken at spaces, between Chinese and Japanese characters, and inside a word that is longer (a path). */
export function wrapped(text: string, columns: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		let space = line ? ' ' : '';
		for (const part of word.split(BREAKS).flatMap((one) => (width(one) > columns ? broken(one, columns) : [one]))) {
			if (line && width(line + space + part) > columns) {
				lines.push(line);
				line = part;
			} else line += space + part;
			space = '';
		}
	}
	return [...lines, line].map((one) => one.trimEnd());
}

/** A long word in pieces. */
function broken(word: string, columns: number): string[] {
	const pieces = [''];
	for (const { segment } of graphemes.segment(word)) {
		if (width(pieces.at(-1)! + segment) > columns) pieces.push('');
		pieces[pieces.length - 1] += segment;
	}
	return pieces;
}

/** A sentence that may have foreign names in it, as lines of the terminal's width. */
export const paragraph = (text: string, columns: number): string => `${wrapped(excerpt(text, false), columns).join('\n')}\n`;

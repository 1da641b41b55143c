// What a token is, by its letters and by its kind: what the map is coloured by.

import type { TokenKind } from '../../../../src/tokenizer/types.ts';
import type { TokenView } from './protocol.ts';

/** Groups that the points are coloured by; the first that fits. */
export const GROUPS = [
	'control',
	'word',
	'piece',
	'Han',
	'Hangul',
	'Kana',
	'Cyrillic',
	'Arabic',
	'number',
	'sign',
	'byte',
	'other',
] as const;
export type Group = (typeof GROUPS)[number];

export const KINDS: readonly TokenKind[] = ['normal', 'control', 'user', 'byte', 'unknown', 'unused'];

const TESTS: readonly (readonly [Group, RegExp])[] = [
	['Hangul', /\p{Script=Hangul}/u],
	['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
	['Han', /\p{Script=Han}/u],
	['Cyrillic', /\p{Script=Cyrillic}/u],
	['Arabic', /\p{Script=Arabic}/u],
	['word', /^[ \u2581]\p{Script=Latin}/u],
	['piece', /\p{Script=Latin}/u],
	['number', /\p{N}/u],
	['byte', /\uFFFD/u],
	['sign', /^[\p{P}\p{S}\p{Z}\p{C}]+$/u],
];

function groupOf(token: TokenView | undefined): Group {
	if (!token) return 'other'; // a row beyond the vocabulary
	if (token.kind === 'control') return 'control';
	if (token.kind === 'byte') return 'byte';
	return TESTS.find(([, test]) => test.test(token.text))?.[0] ?? 'other';
}

type Tokens = readonly (TokenView | undefined)[];
export const groupsOf = (tokens: Tokens) => Uint8Array.from(tokens, (token) => GROUPS.indexOf(groupOf(token)));
export const kindsOf = (tokens: Tokens) => Uint8Array.from(tokens, (token) => KINDS.indexOf(token?.kind ?? 'unused'));

// Tokens as words: what cannot be seen is made visible, and the language's own quotation marks stand around what is named.

import type { TokenView } from '../engine/protocol.ts';
import type { Messages } from '../messages/index.ts';

/** A token as plain words, for labels, tables and files. A space becomes ␣, a line end ⏎, stray bytes <E3>. */
export function tokenText(token: Pick<TokenView, 'text' | 'kind' | 'bytes'>): string {
	if (token.kind === 'control') return token.text;
	if (token.bytes)
		return token.bytes
			.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `<${byte.toString(16).toUpperCase().padStart(2, '0')}>`))
			.join('')
			.replaceAll(' ', '␣');
	const text = token.text.replaceAll(' ', '␣').replaceAll('\r\n', '⏎').replaceAll('\n', '⏎').replaceAll('\r', '␍').replaceAll('\t', '⇥');
	// Nothing but invisible characters: their code points stand for them.
	return /^[\p{C}\p{Z}\p{M}]+$/u.test(text)
		? [...text].map((c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`).join(' ')
		: text;
}

/** A token with its place in the sentence, from 1. The mark keeps the number to the left of right-to-left text. */
export const placed = (token: Pick<TokenView, 'text' | 'kind' | 'bytes'>, index: number): string =>
	`\u200e${index + 1}. ${tokenText(token)}`;

/** Right-to-left words in a sentence are set apart, so that the numbers after them stay after them. https://unicode.org/reports/tr9/#Explicit_Directional_Isolates */
export const isolated = (text: string): string =>
	/\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}/u.test(text) ? `\u2068${text}\u2069` : text;

/** For sentences in which a token is named, in the language's own quotation marks. */
export const quoted = (token: Pick<TokenView, 'text' | 'kind' | 'bytes'>, { quote }: Pick<Messages, 'quote'>): string =>
	token.kind === 'control' ? (token.text.startsWith('«') ? token.text : `«${token.text}»`) : isolated(quote(tokenText(token)));

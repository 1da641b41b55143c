// Added tokens: found in the text before the model sees it; leftmost, of those the longest.
// tokenizers/src/tokenizer/added_vocabulary.rs, find_matches.

import { type AlignedText, originOf, slice } from './aligned.ts';
import type { AddedToken } from './spec.ts';

/** What a text falls into: stretches of text, and tokens with their range in the caller's text. */
export type Segment = AlignedText | { readonly id: number; readonly start: number; readonly end: number };

export interface AddedTokens {
	/** `special`: whether special tokens are taken too; they stay text otherwise. */
	cut(input: AlignedText, special: boolean): readonly Segment[];
}

/** A lookbehind: V8 14.6 misses a character beyond U+FFFF in [class]$ with flag u. */
const WORD_BEFORE = /(?<=[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}])$/v;
const WORD_AFTER = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const SPACE = /\p{White_Space}/u;

/** `patterns`: each token and the string to look for (normalised where the token is). */
export function createAddedTokens(patterns: readonly { readonly token: AddedToken; readonly text: string }[]): AddedTokens | undefined {
	const used = patterns.filter(({ text }) => text !== '');
	if (used.length === 0) return undefined;
	// A trie in one Map: node · 65536 + UTF-16 unit → node. Node 0 is the root.
	const edges = new Map<number, number>();
	const tokenAt: (AddedToken | undefined)[] = [undefined];
	const begins = new Uint8Array(65536);
	for (const { token, text } of used) {
		begins[text.charCodeAt(0)] = 1;
		let node = 0;
		for (let i = 0; i < text.length; i++) {
			const key = node * 65536 + text.charCodeAt(i);
			let child = edges.get(key);
			if (child === undefined) {
				child = tokenAt.push(undefined) - 1;
				edges.set(key, child);
			}
			node = child;
		}
		tokenAt[node] ??= token;
	}

	return {
		cut(input, special) {
			const { text } = input;
			const segments: Segment[] = [];
			let done = 0;
			// End of the white space that was stripped last: it is not walked again.
			let white = 0;
			for (let at = 0; at < text.length; at++) {
				if (begins[text.charCodeAt(at)] === 0) continue;
				let token: AddedToken | undefined;
				let to = at;
				let node: number | undefined = 0;
				for (let i = at; i < text.length; i++) {
					node = edges.get(node * 65536 + text.charCodeAt(i));
					if (node === undefined) break;
					if (tokenAt[node]) {
						token = tokenAt[node];
						to = i + 1;
					}
				}
				if (!token) continue;
				// A match that does not count still uses up its text, as in find_iter.
				const next = to;
				if (!(token.special && !special) && !(token.single_word && !isWholeWord(text, at, to))) {
					// Inside what the token before has stripped a token still counts, as in find_matches.
					let from = at;
					while (token.lstrip && from > done && SPACE.test(text[from - 1]!)) from--;
					if (token.lstrip) from = Math.max(from, done);
					if (token.rstrip) {
						to = Math.max(to, white);
						while (to < text.length && SPACE.test(text[to]!)) to++;
						white = to;
					}
					if (from > done) segments.push(slice(input, done, from));
					const [start, end] = originOf(input, from, to);
					if (from < to) segments.push({ id: token.id, start, end });
					done = to;
				}
				at = next - 1;
			}
			if (done < text.length) segments.push(slice(input, done, text.length));
			return segments;
		},
	};
}

function isWholeWord(text: string, from: number, to: number): boolean {
	// Two units hold any character.
	return !WORD_BEFORE.test(text.slice(Math.max(0, from - 2), from)) && !WORD_AFTER.test(text.slice(to, to + 2));
}

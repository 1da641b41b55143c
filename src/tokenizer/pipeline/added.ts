// Added tokens: found in the text before the model sees it; leftmost, of those the longest.
// tokenizers/src/tokenizer/added_vocabulary.rs, find_matches.

import type { AddedToken } from '../spec.ts';
import { type AlignedText, originOf, slice } from '../text/aligned.ts';

/** What a text falls into: stretches of text, and tokens with their range in the caller's text. */
export type Segment = AlignedText | { readonly id: number; readonly start: number; readonly end: number };

export interface AddedTokens {
	/** `special`: whether special tokens are taken too, but for those in `plain` units of the caller's text; they stay text otherwise. */
	cut(input: AlignedText, special: boolean, plain?: readonly number[]): readonly Segment[];
}

/** A lookbehind: V8 14.6 misses a character beyond U+FFFF in [class]$ with flag u. */
const WORD_BEFORE = /(?<=[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}])$/v;
const WORD_AFTER = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const SPACE = /\p{White_Space}/u;

/** `patterns`: each token and the string to look for (normalised where the token is). */
export function createAddedTokens(patterns: readonly { readonly token: AddedToken; readonly text: string }[]): AddedTokens | undefined {
	const used = patterns.filter(({ text }) => text !== '');
	if (used.length === 0) return undefined;
	// Sorted, those that begin alike stand together: each unit of the text narrows them down, and nothing is kept but the order. Sorting is
	// stable, so that of equal ones the first counts.
	const sorted = used.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
	const begins = new Uint8Array(65536);
	for (const { text } of used) begins[text.charCodeAt(0)] = 1;

	/** First of sorted[from..to], which are alike up to `depth`, whose unit there is `least` or greater. */
	const firstFrom = (from: number, to: number, depth: number, least: number): number => {
		let [low, high] = [from, to];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (sorted[middle]!.text.charCodeAt(depth) >= least) high = middle;
			else low = middle + 1;
		}
		return low;
	};

	/** The longest that stands at `at`. */
	const longestAt = (text: string, at: number): { readonly token: AddedToken; readonly text: string } | undefined => {
		let found: (typeof sorted)[number] | undefined;
		let [low, high] = [0, sorted.length];
		for (let depth = 0; at + depth < text.length; depth++) {
			const unit = text.charCodeAt(at + depth);
			// Where one ends at this depth it has been found: it stands first, and has no unit here.
			while (low < high && sorted[low]!.text.length === depth) low++;
			low = firstFrom(low, high, depth, unit);
			high = firstFrom(low, high, depth, unit + 1);
			if (low === high) break;
			if (sorted[low]!.text.length === depth + 1) found = sorted[low]!;
		}
		return found;
	};

	return {
		cut(input, special, plain = []) {
			const { text } = input;
			const segments: Segment[] = [];
			let done = 0;
			/** First of the plain ranges that has not ended. */
			let range = 0;
			const isPlain = (from: number, to: number): boolean => {
				const [start, end] = originOf(input, from, to);
				while (range < plain.length && plain[range + 1]! <= start) range += 2;
				return range < plain.length && plain[range]! < end;
			};
			// End of the white space that was stripped last: it is not walked again.
			let white = 0;
			for (let at = 0; at < text.length; at++) {
				if (begins[text.charCodeAt(at)] === 0) continue;
				const found = longestAt(text, at);
				if (!found) continue;
				const { token } = found;
				let to = at + found.text.length;
				// A match that does not count still uses up its text, as in find_iter.
				const next = to;
				if (!(token.special && (!special || (plain.length > 0 && isPlain(at, to)))) && !(token.single_word && !isWholeWord(text, at, to))) {
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

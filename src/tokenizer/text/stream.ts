// Decoding as tokens arrive: no piece ends inside a character, and the pieces joined are decode(ids).

import { lazy } from '../lazy.ts';
import type { DecodeRun } from './aligned.ts';

/**
 * Characters whose grapheme may go on with the next token: emoji (joiners, skin tones), flags, joiners themselves, conjoining Hangul.
 * Letters with marks that may follow are not waited for: that would hold back every word's end.
 * (A lookbehind: V8 14.6 misses a character beyond U+FFFF in [class]$ with flag u.)
 */
const MAY_GO_ON =
	/(?<=[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\p{Variation_Selector}\u200d\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb])$/v;

/** UTF-16 units that are held back at most: the longest emoji sequences have about 15 code points; a stream that never ends one still flows. */
const MAX_HELD = 64;

const graphemes = lazy(() => new Intl.Segmenter('en', { granularity: 'grapheme' }));

/** `run` gives the bytes of each id; undefined ones are left out. */
export function createStream(run: DecodeRun, skip: (id: number) => boolean): { push(id: number): string; end(): string } {
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	let held = '';
	const release = (): string => {
		const from =
			held.length <= MAX_HELD && MAY_GO_ON.test(held)
				? (graphemes()
						.segment(held)
						.containing(held.length - 1)?.index ?? 0)
				: held.length;
		const ready = held.slice(0, from);
		held = held.slice(from);
		return ready;
	};
	return {
		push(id) {
			if (skip(id)) return '';
			held += decoder.decode(run.push(id), { stream: true });
			return release();
		},
		end() {
			const rest = held + decoder.decode(run.end(), { stream: true }) + decoder.decode();
			held = '';
			return rest;
		},
	};
}

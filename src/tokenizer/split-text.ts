// The longest beginning of a text that has at most n tokens, cut between graphemes.

import { TongsaError } from '../errors.ts';
import { lazy } from './lazy.ts';
import type { EncodeOptions, Encoding } from './types.ts';

type Encode = (text: string, options?: EncodeOptions) => Encoding;

const graphemes = lazy(() => new Intl.Segmenter('en', { granularity: 'grapheme' }));

/** Units per token that the first look ahead assumes; it doubles until it holds more than n tokens. English has about 4. */
const UNITS_PER_TOKEN = 6;
/**
 * Graphemes past the n-th token's end that are tried. A word cut short may have fewer tokens than its beginning had in the whole word
 * ('abc|d' one token, 'a|bcd' two), so the longest head can end a little behind that token.
 */
const TRIED = 16;
/** Units of text around a position that decide where its grapheme begins: Unicode's rules look no further in real text. */
const WINDOW = 512;

/**
 * Only a beginning of the text is encoded, some constant times as long as the head: cutting a long text into parts takes linear time.
 */
export function splitAt(
	encode: Encode,
	text: string,
	n: number,
	options: EncodeOptions = {},
): { head: string; rest: string; tokens: number } {
	if (!(Number.isInteger(n) && n >= 0))
		throw new TongsaError('out-of-range', 'number of tokens', { got: n, allowed: 'a whole number from 0' });
	const fit = (to: number): number => encode(text.slice(0, to), options).ids.length;
	const answer = (to: number, tokens: number): { head: string; rest: string; tokens: number } => ({
		head: text.slice(0, to),
		rest: text.slice(to),
		tokens,
	});

	let ahead = Math.max(64, n * UNITS_PER_TOKEN);
	let end: number;
	for (;;) {
		const whole = ahead >= text.length;
		const { ids, offsets } = encode(whole ? text : text.slice(0, ahead), { ...options, offsets: true });
		if (whole && ids.length <= n) return answer(text.length, ids.length);
		if (whole || ids.length > n + TRIED) {
			// Flags after the text have empty ranges at its end: the n-th token from the front is never one of them here.
			end = n === 0 ? 0 : offsets![2 * n - 1]!;
			break;
		}
		ahead *= 2;
	}
	let at = boundary(text, end);
	for (let tried = 0; tried < TRIED && at < text.length; tried++) at = nextBoundary(text, at);
	while (at > 0) {
		const tokens = fit(at);
		if (tokens <= n) return answer(at, tokens);
		at = boundary(text, at - 1);
	}
	return answer(0, fit(0));
}

/** The last grapheme boundary at or before `at`. */
function boundary(text: string, at: number): number {
	if (at <= 0) return 0;
	if (at >= text.length) return text.length;
	const from = Math.max(0, at - WINDOW);
	return (
		from +
		graphemes()
			.segment(text.slice(from, at + WINDOW))
			.containing(at - from)!.index
	);
}

function nextBoundary(text: string, at: number): number {
	const from = Math.max(0, at - WINDOW);
	const segment = graphemes()
		.segment(text.slice(from, at + WINDOW))
		.containing(at - from)!;
	return from + segment.index + segment.segment.length;
}

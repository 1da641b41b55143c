// Builds an aligned text out of another: pieces kept, pieces replaced. Places are kept in typed arrays that grow with the text.

import { TongsaError } from '../../errors.ts';
import type { AlignedText } from './aligned.ts';

/**
 * How long normalization may make a text: every unit of the caller's text becomes at most 64 (U+FDFA, Unicode's longest, becomes 18), and
 * some thousands may be put in. A rule that multiplies a text, or a chain of such rules, is refused long before memory is gone.
 */
const MAX_GROWTH = 64;
const MAX_ADDED = 2 ** 16;
/** JavaScript's strings end at 2^29 − 24, and 2^28 units with their places are already 2.5 GB. */
const MAX_UNITS = 2 ** 28;

export interface AlignedBuilder {
	/** Units from..to of the input, as they are. */
	keep(from: number, to: number): void;
	/** `text` in the place of units from..to of the input: each of its units stands for all of them. from = to puts text in. */
	replace(from: number, to: number, text: string): void;
	finish(): AlignedText;
}

export function createAlignedBuilder(input: AlignedText): AlignedBuilder {
	const { text, at, map } = input;
	const parts: string[] = [];
	let starts = new Uint32Array(text.length + 16);
	let ends = new Uint32Array(text.length + 16);
	let length = 0;
	const own = map ? (map.ends.at(-1) ?? 0) - (map.starts[0] ?? 0) : text.length;
	const most = Math.min(MAX_UNITS, MAX_ADDED + own * MAX_GROWTH);

	const grow = (by: number): void => {
		if (length + by > most)
			throw new TongsaError('too-large', 'normalization makes the text too long', {
				got: length + by,
				allowed: `at most ${most} units for ${own}`,
			});
		if (length + by <= starts.length) return;
		const capacity = Math.max(length + by, starts.length * 2);
		const [oldStarts, oldEnds] = [starts, ends];
		starts = new Uint32Array(capacity);
		ends = new Uint32Array(capacity);
		starts.set(oldStarts.subarray(0, length));
		ends.set(oldEnds.subarray(0, length));
	};
	/** Where unit i begins in the caller's text; past the end, where the last one ends. */
	const startOf = (i: number): number => {
		if (!map) return at + i;
		if (i < map.starts.length) return map.starts[i]!;
		return map.ends[map.ends.length - 1] ?? at;
	};
	const endOf = (i: number): number => (map ? map.ends[i]! : at + i + 1);

	return {
		keep(from, to) {
			if (from >= to) return;
			grow(to - from);
			parts.push(text.slice(from, to));
			for (let i = from; i < to; i++, length++) {
				starts[length] = startOf(i);
				ends[length] = endOf(i);
			}
		},
		replace(from, to, replacement) {
			if (replacement === '') return;
			grow(replacement.length);
			parts.push(replacement);
			const start = startOf(from);
			const end = to > from ? Math.max(start, endOf(to - 1)) : start;
			for (let i = 0; i < replacement.length; i++, length++) {
				starts[length] = start;
				ends[length] = end;
			}
		},
		finish() {
			return { text: parts.join(''), at, map: { starts: starts.subarray(0, length), ends: ends.subarray(0, length) } };
		},
	};
}

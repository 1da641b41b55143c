// Unicode's normalization forms, aligned: NFC, NFD, NFKC, NFKD as the reference libraries make them, in linear time on any text.
// Unicode Standard Annex 15; huggingface/tokenizers uses the crate unicode_normalization_alignments (Unicode 9: see unicode-tables.ts).

import type { AlignedText } from '../text/aligned.ts';
import { createAlignedBuilder } from '../text/builder.ts';
import { isInert } from './unicode.ts';

export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * Marks in a row from which they are put in order here: engines insert them one by one, which takes quadratic time on 'a' with a million
 * accents. Real text stops at three or four.
 */
const LONG_RUN = 32;

/** Marks, Hangul vowels and finals, and the compatibility characters that become such. */
const MARK_OR_JAMO = /[\p{M}\u1160-\u11ff\u0e33\u0eb3\u3131-\u318e\uff9e-\uffdc]/u;

/** Whether normalization may join or reorder a character with what stands before it. */
function joins(point: number, text: string, at: number): boolean {
	if (point < 0x300) return false;
	// Ideographs, kana letters and Hangul syllables: the bulk of text that is not Latin.
	if ((point >= 0x3400 && point <= 0x9fff) || (point >= 0xac00 && point <= 0xd7a3) || (point >= 0x3041 && point <= 0x3096)) return false;
	return MARK_OR_JAMO.test(point > 0xffff ? text.slice(at, at + 2) : text[at]!);
}

export function normalizeForm(input: AlignedText, form: Form): AlignedText {
	const { text } = input;
	if (isShort(text) && text.normalize(form) === text) return input;
	const builder = createAlignedBuilder(input);
	let changed = false;
	const put = (from: number, to: number): void => {
		const chunk = text.slice(from, to);
		const normal = chunk.charCodeAt(0) < 0x80 && chunk.length === 1 ? chunk : inOrder(chunk).normalize(form);
		if (normal === chunk) builder.keep(from, to);
		else builder.replace(from, to, normal);
		changed ||= normal !== chunk;
	};
	// A chunk is a character with what may join it; an inert character is a chunk of its own.
	let start = 0;
	for (let at = 0; at < text.length; ) {
		const point = text.codePointAt(at)!;
		const next = at + (point > 0xffff ? 2 : 1);
		if (isInert(point)) {
			if (at > start) put(start, at);
			builder.keep(at, next);
			start = next;
		} else if (at > start && !joins(point, text, at)) {
			put(start, at);
			start = at;
		}
		at = next;
	}
	if (start < text.length) put(start, text.length);
	return changed ? builder.finish() : input;
}

/** Short enough to be normalized whole without looking for long runs of marks. */
function isShort(text: string): boolean {
	return text.length < 256 || !new RegExp(`\\p{M}{${LONG_RUN}}`, 'u').test(text);
}

/** The chunk with long runs of marks in canonical order already, so that the engine finds nothing to move. */
function inOrder(chunk: string): string {
	return chunk.length <= LONG_RUN ? chunk : chunk.replace(new RegExp(`\\p{M}{${LONG_RUN},}`, 'gu'), sortMarks);
}

/** Whether canonical order puts b before a. */
const swaps = (a: string, b: string): boolean => `\u034f${a}${b}`.normalize('NFD') !== `\u034f${a.normalize('NFD')}${b.normalize('NFD')}`;
/** Whether a mark takes part in reordering (its combining class is not 0): it swaps with a class of 1 or of 240. */
const moves = (mark: string): boolean => swaps(mark, '\u0334') || swaps('\u0345', mark);

/** A stable sort by combining class, in linear time: the distinct marks are few, and are ranked by asking the engine. */
function sortMarks(run: string): string {
	const classes: string[][] = [];
	const classOf = new Map<string, number>();
	const marks = [...run];
	const distinct = [...new Set(marks)];
	const movable = distinct.filter(moves);
	movable.sort((a, b) => (swaps(a, b) ? 1 : swaps(b, a) ? -1 : 0));
	for (const mark of movable) {
		const last = classes.at(-1);
		if (last && !swaps(mark, last[0]!) && !swaps(last[0]!, mark)) last.push(mark);
		else classes.push([mark]);
		classOf.set(mark, classes.length - 1);
	}
	let out = '';
	let buckets: string[][] = classes.map(() => []);
	for (const mark of marks) {
		const at = classOf.get(mark);
		if (at !== undefined) buckets[at]!.push(mark);
		else {
			// Class 0: nothing moves across it.
			out += buckets.flat().join('') + mark;
			buckets = classes.map(() => []);
		}
	}
	return out + buckets.flat().join('');
}

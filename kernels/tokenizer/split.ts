// Splitting by hand-made automata: where does the piece that begins at p end?
// Twin: the patterns of src/tokenizer/regex/splitters.ts, which a property test holds equal.

import { classAt, LETTER, LOWER, MARK, NEWLINE, NUMBER, OTHER, SPACE, UPPER, wide } from './classes';
import { characterWidth } from './utf8';

/** Whether splitting looked at the end of what is there: more text might have changed it. */
export let touched: bool = false;

/** End of the run of characters from p that have one of the bits `any`. */
@inline
function run(p: usize, end: usize, any: u32): usize {
	while (p < end) {
		if ((classAt(p) & any) == 0) return p;
		p += wide;
	}
	touched = true;
	return p;
}

/** End of the run of characters that have none of the bits `none`. */
@inline
function runWithout(p: usize, end: usize, none: u32): usize {
	while (p < end) {
		if ((classAt(p) & none) != 0) return p;
		p += wide;
	}
	touched = true;
	return p;
}

/** 's 't 'm 'd 're 've 'll at p (an apostrophe): its end, or 0. `fold`: in either case, and with U+017F as s. */
@inline
function contraction(p: usize, end: usize, fold: bool): usize {
	if (p + 1 >= end) {
		touched = true;
		return 0;
	}
	let a = <u32>load<u8>(p, 1);
	if (fold && a - 65 < 26) a |= 32;
	if (a == 0x73 || a == 0x74 || a == 0x6d || a == 0x64) return p + 2;
	if (p + 2 >= end) {
		touched = true;
		return 0;
	}
	let b = <u32>load<u8>(p, 2);
	if (fold && a == 0xc5 && b == 0xbf) return p + 3;
	if (fold && b - 65 < 26) b |= 32;
	if ((a == 0x72 && b == 0x65) || (a == 0x76 && b == 0x65) || (a == 0x6c && b == 0x6c)) return p + 3;
	return 0;
}

/** \s+(?!\S)|\s+ at p, white space; with `newlines` \s*[\r\n]+ before it. `stop`: classes that end the text for these rules. */
@inline
function spaces(p: usize, end: usize, newlines: bool, wholeAtEnd: bool, stop: u32): usize {
	let last = p;
	let afterNewline: usize = 0;
	let q = p;
	let closed = false;
	while (q < end) {
		const c = classAt(q);
		if ((c & SPACE) == 0) {
			closed = (c & stop) == 0;
			break;
		}
		last = q;
		q += wide;
		if ((c & NEWLINE) != 0) afterNewline = q;
	}
	if (q >= end) {
		touched = true;
		if (wholeAtEnd) return q;
	}
	if (newlines && afterNewline != 0) return afterNewline;
	return !closed || last == p ? q : last;
}

/** GPT-2's pattern; `digits`: every number character is a piece, and ends the text for what stands before it. */
function gpt2(p: usize, end: usize, digits: bool): usize {
	let c = classAt(p);
	const lead = load<u8>(p);
	if (digits && (c & NUMBER) != 0) return p + wide;
	if (lead == 0x27) {
		const q = contraction(p, end, false);
		if (q != 0) return q;
	}
	let q = p + wide;
	if (lead == 0x20) {
		if (q >= end) {
			touched = true;
			return q;
		}
		const next = classAt(q);
		if ((next & SPACE) == 0 && !(digits && (next & NUMBER) != 0)) {
			c = next;
			q += wide;
		}
	}
	if ((c & LETTER) != 0) return run(q, end, LETTER);
	if ((c & NUMBER) != 0) return run(q, end, NUMBER);
	if ((c & SPACE) == 0) return runWithout(q, end, SPACE | LETTER | NUMBER);
	return spaces(p, end, false, false, digits ? NUMBER : 0);
}

/** Numbers, punctuation and white space, as cl100k and its kin share them; p is no letter. `slash`: / may follow like a line end. */
@inline
function rest(p: usize, end: usize, c: u32, width: usize, maxDigits: u32, slash: bool, wholeAtEnd: bool): usize {
	let q = p + width;
	if ((c & NUMBER) != 0) {
		for (let n: u32 = 1; n < maxDigits; n++) {
			if (q >= end) {
				touched = true;
				break;
			}
			if ((classAt(q) & NUMBER) == 0) break;
			q += wide;
		}
		return q;
	}
	let other = (c & SPACE) == 0;
	if (load<u8>(p) == 0x20) {
		if (q >= end) {
			touched = true;
			return q;
		}
		if ((classAt(q) & (SPACE | LETTER | NUMBER)) == 0) {
			other = true;
			q += wide;
		}
	}
	if (!other) return spaces(p, end, true, wholeAtEnd, 0);
	q = runWithout(q, end, SPACE | LETTER | NUMBER);
	while (q < end) {
		const b = load<u8>(q);
		if (b != 0x0a && b != 0x0d && !(slash && b == 0x2f)) return q;
		q++;
	}
	touched = true;
	return q;
}

/** cl100k, Llama 3 (three digits), Qwen 2 (one digit). */
function cl100k(p: usize, end: usize, maxDigits: u32, wholeAtEnd: bool, contractions: bool): usize {
	const c = classAt(p);
	const width = wide;
	if ((c & LETTER) != 0) return run(p + width, end, LETTER);
	if (contractions && load<u8>(p) == 0x27) {
		const q = contraction(p, end, true);
		if (q != 0) return q;
	}
	if ((c & (NUMBER | NEWLINE)) == 0) {
		if (p + width >= end) touched = true;
		else if ((classAt(p + width) & LETTER) != 0) return run(p + width + wide, end, LETTER);
	}
	return rest(p, end, c, width, maxDigits, false, wholeAtEnd);
}

/**
 * [U]*[W]+ at q, else [U]+[W]*, where U is upper, other, mark and W lower, other, mark: the end, or 0. Of the second form the first
 * leaves only runs of U without any W.
 */
@inline
function word(q: usize, end: usize): usize {
	let p = q;
	let afterBoth: usize = 0; // after the last character that is U and W at once
	while (p < end) {
		const c = classAt(p);
		if ((c & (UPPER | OTHER | MARK)) == 0) {
			if ((c & LOWER) != 0) return run(p, end, LOWER | OTHER | MARK);
			return afterBoth != 0 ? afterBoth : p > q ? p : 0;
		}
		p += wide;
		if ((c & (OTHER | MARK)) != 0) afterBoth = p;
	}
	touched = true;
	return afterBoth != 0 ? afterBoth : p > q ? p : 0;
}

/** o200k (three digits, contractions), Tekken (one digit, none). */
function o200k(p: usize, end: usize, maxDigits: u32, contractions: bool): usize {
	const c = classAt(p);
	const width = wide;
	let q: usize = 0;
	if ((c & (LETTER | NUMBER | NEWLINE)) == 0) {
		if (p + width >= end) touched = true;
		else q = word(p + width, end);
	}
	// Alternatives in order: the first form with the character before it, the first without, then the second with and without. A mark
	// is the only character that may stand before a word and in it.
	if ((c & MARK) != 0 && (q == 0 || !endsInW(p + width, q))) q = p + width;
	else if (q == 0 && (c & LETTER) != 0) q = word(p, end);
	if (q != 0) {
		if (contractions) {
			if (q >= end) touched = true;
			else if (load<u8>(q) == 0x27) {
				const after = contraction(q, end, true);
				if (after != 0) return after;
			}
		}
		return q;
	}
	return rest(p, end, c, width, maxDigits, true, false);
}

/** Whether q..end, a word, has a character of W: then it is of the first form. */
function endsInW(q: usize, end: usize): bool {
	while (q < end) {
		if ((classAt(q) & (LOWER | OTHER | MARK)) != 0) return true;
		q += wide;
	}
	return false;
}

/** Before every run of U+2581 (e2 96 81): for vocabularies where no token has it after another character. */
function metaspace(p: usize, end: usize): usize {
	let q = p;
	let inside = false;
	while (q < end) {
		const mark = load<u8>(q) == 0xe2 && load<u8>(q, 1) == 0x96 && load<u8>(q, 2) == 0x81;
		if (mark && inside) return q;
		inside = inside || !mark;
		q += characterWidth(q);
	}
	touched = true;
	return q;
}

/** Where pieces end, in UTF-16 units after each other, when the host splits. */
let nextEnd: usize = 0;

@inline
function given(p: usize): usize {
	let units = load<u32>(nextEnd);
	nextEnd += 4;
	while (units > 0) {
		const width = characterWidth(p);
		units -= width == 4 ? 2 : 1;
		p += width;
	}
	return p;
}

/** The numbers of src/tokenizer/regex/splitters.ts. */
export function split(kind: i32, p: usize, end: usize): usize {
	touched = kind == 0;
	switch (kind) {
		case 0:
			return end;
		case 1:
			return gpt2(p, end, false);
		case 2:
			return gpt2(p, end, true);
		case 3:
			return cl100k(p, end, 3, true, true);
		case 4:
			return cl100k(p, end, 3, false, true);
		case 5:
			return cl100k(p, end, 1, false, true);
		case 6:
			return o200k(p, end, 3, true);
		case 7:
			return o200k(p, end, 1, false);
		case 8:
			return metaspace(p, end);
		default:
			return given(p);
	}
}

export function setEnds(ends: usize): void {
	nextEnd = ends;
}

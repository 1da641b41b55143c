// The large tables of a tokenizer.json, read from its text as it lies: {"token": id, …} or [["piece", score], …], and the merges, "left right" or
// ["left", "right"].
// Definition: JSON.parse and src/tokenizer/sources/huggingface.ts. What is not of just this form is declined, and read there, where what is
// wrong with it is said. The text is UTF-8 that ends in zeros: no zero stands in JSON, so that reading ends there by itself.

/** Instead of a number of strings. */
const DECLINED: u32 = 0xffffffff;
/** As formats/json.ts. */
const MAX_DEPTH: u32 = 64;
/** As tokenizer/sources/table.ts. */
const MAX_TOKENS: u32 = 1 << 22;
/** As tokenizer/vocabulary.ts. */
const MAX_RUN: u32 = 1024;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA: u8 = 0x2c;
const OPEN_LIST: u8 = 0x5b;
const CLOSE_LIST: u8 = 0x5d;
const OPEN_OBJECT: u8 = 0x7b;
const CLOSE_OBJECT: u8 = 0x7d;

/** Commas between the items of the value that valueEnd went over last. */
export let commas: u32 = 0;
/** Where the string that copyString wrote last ends. */
let top: usize = 0;

@inline
function isSpace(c: u8): bool {
	return c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09;
}

function skipSpace(p: usize): usize {
	while (isSpace(load<u8>(p))) p++;
	return p;
}

/** The closing quote of the string that opens at `p`; 0: none. */
function closingQuote(p: usize): usize {
	for (p++; load<u8>(p) != QUOTE; p++) {
		if (load<u8>(p) == 0) return 0;
		if (load<u8>(p) == BACKSLASH) p++;
	}
	return p;
}

/** Where the value at `p` ends; 0 where it does not, or is nested too deeply. */
export function valueEnd(p: usize): usize {
	commas = 0;
	let depth: u32 = 0;
	while (true) {
		const c = load<u8>(p);
		if (c == QUOTE) {
			p = closingQuote(p);
			if (!p) return 0;
		} else if (c == OPEN_LIST || c == OPEN_OBJECT) {
			if (++depth > MAX_DEPTH) return 0;
		} else if (c == CLOSE_LIST || c == CLOSE_OBJECT) {
			if (depth == 0) return p;
			depth--;
		} else if (c == COMMA) {
			if (depth == 0) return p;
			commas += u32(depth == 1);
		} else if (c == 0) {
			return 0;
		} else if (depth == 0) {
			// A number or a word: up to what cannot be in it.
			p++;
			continue;
		}
		p++;
		if (depth == 0) return p;
	}
}

/** Four hexadecimal digits; −1 where they are not. */
function hex(p: usize): i32 {
	let value: i32 = 0;
	for (let i: usize = 0; i < 4; i++) {
		const c = <i32>load<u8>(p + i);
		const low = c | 0x20;
		if (c >= 0x30 && c <= 0x39) value = (value << 4) | (c - 0x30);
		else if (low >= 0x61 && low <= 0x66) value = (value << 4) | (low - 0x57);
		else return -1;
	}
	return value;
}

function writeCodePoint(code: u32, out: usize): usize {
	if (code < 0x80) {
		store<u8>(out, code);
		return out + 1;
	}
	const length: u32 = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (let i = length - 1; i > 0; i--) {
		store<u8>(out + i, 0x80 | (code & 0x3f));
		code >>= 6;
	}
	store<u8>(out, ((0xf00 >> length) & 0xff) | code);
	return out + length;
}

/** The string that opens at `p`, without its escapes, at `out`; where it ends, 0 where it cannot be written in UTF-8 or is no JSON. */
function copyString(p: usize, out: usize): usize {
	p++;
	while (true) {
		const c = load<u8>(p);
		if (c == QUOTE) break;
		if (c < 0x20) return 0;
		if (c != BACKSLASH) {
			store<u8>(out++, c);
			p++;
			continue;
		}
		const escaped = load<u8>(p + 1);
		p += 2;
		if (escaped == 0x75) {
			let code = hex(p);
			if (code < 0 || (code >= 0xdc00 && code < 0xe000)) return 0;
			p += 4;
			if (code >= 0xd800 && code < 0xdc00) {
				if (load<u16>(p) != 0x755c) return 0;
				const low = hex(p + 2);
				if (low < 0xdc00 || low >= 0xe000) return 0;
				p += 6;
				code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
			}
			out = writeCodePoint(code, out);
			continue;
		}
		let plain = escaped;
		if (escaped == 0x62) plain = 0x08;
		else if (escaped == 0x66) plain = 0x0c;
		else if (escaped == 0x6e) plain = 0x0a;
		else if (escaped == 0x72) plain = 0x0d;
		else if (escaped == 0x74) plain = 0x09;
		else if (escaped != QUOTE && escaped != BACKSLASH && escaped != 0x2f) return 0;
		store<u8>(out++, plain);
	}
	top = out;
	return p + 1;
}

/** Strings in a table by open addressing, as tokenizer/vocabulary.ts has it: the slot of the string at `from` to `to`, free or taken; 0: crowded. */
function slotOf(from: usize, to: usize, bytes: usize, offsets: usize, slots: usize, mask: u32): usize {
	let hash: u32 = 0x811c9dc5;
	for (let p = from; p < to; p++) hash = (hash ^ load<u8>(p)) * 0x01000193;
	let slot = (hash ^ (hash >> 15)) & mask;
	for (let probes: u32 = 0; probes <= MAX_RUN; probes++) {
		const place = slots + (<usize>slot << 2);
		const i = load<i32>(place);
		if (i < 0) return place;
		let own = bytes + load<u32>(offsets + (<usize>i << 2));
		if (bytes + load<u32>(offsets + (<usize>(i + 1) << 2)) - own == to - from) {
			let p = from;
			while (p < to && load<u8>(p) == load<u8>(own)) {
				p++;
				own++;
			}
			if (p == to) return place;
		}
		slot = (slot + 1) & mask;
	}
	return 0;
}

/**
 * {"text": whole number, …} at `p`: the texts joined at `bytes`, where each ends in `offsets`, the numbers, and each text's place in `slots`
 * (all −1, a power of two, at least twice as many as there are texts). How many; DECLINED also where a text stands twice.
 */
export function numbered(p: usize, bytes: usize, offsets: usize, numbers: usize, slots: usize, mask: u32): u32 {
	let out = bytes;
	let count: u32 = 0;
	store<u32>(offsets, 0);
	p = skipSpace(p + 1);
	if (load<u8>(p) == CLOSE_OBJECT) return 0;
	while (true) {
		if (load<u8>(p) != QUOTE) return DECLINED;
		p = copyString(p, out);
		if (!p) return DECLINED;
		const slot = slotOf(out, top, bytes, offsets, slots, mask);
		if (!slot || load<i32>(slot) >= 0) return DECLINED;
		store<u32>(slot, count);
		out = top;
		p = skipSpace(p);
		if (load<u8>(p) != 0x3a) return DECLINED;
		p = skipSpace(p + 1);
		let number = <u32>load<u8>(p) - 0x30;
		if (number > 9) return DECLINED;
		p++;
		if (number > 0) {
			for (let digit = <u32>load<u8>(p) - 0x30; digit <= 9; digit = <u32>load<u8>(p) - 0x30) {
				number = number * 10 + digit;
				if (number >= MAX_TOKENS) return DECLINED;
				p++;
			}
		}
		store<u32>(numbers + (<usize>count << 2), number);
		store<u32>(offsets + (<usize>++count << 2), <u32>(out - bytes));
		p = skipSpace(p);
		const c = load<u8>(p);
		if (c == CLOSE_OBJECT) return count;
		if (c != COMMA) return DECLINED;
		p = skipSpace(p + 1);
	}
}

/** Behind the digits at `p`; 0: there are none. */
function skipDigits(p: usize): usize {
	const start = p;
	while (<u32>load<u8>(p) - 0x30 <= 9) p++;
	return p > start ? p : 0;
}

/** Where the number at `p` ends; 0 where it is none. */
function numberEnd(p: usize): usize {
	if (load<u8>(p) == 0x2d) p++;
	p = load<u8>(p) == 0x30 ? p + 1 : skipDigits(p);
	if (p && load<u8>(p) == 0x2e) p = skipDigits(p + 1);
	if (!p || (load<u8>(p) | 0x20) != 0x65) return p;
	p++;
	if (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d) p++;
	return skipDigits(p);
}

/** [["text", number], …] at `p`, as `numbered`; in `numbers` where each number begins and ends, counted from `text`. */
export function scored(p: usize, text: usize, bytes: usize, offsets: usize, numbers: usize, slots: usize, mask: u32): u32 {
	let out = bytes;
	let count: u32 = 0;
	store<u32>(offsets, 0);
	p = skipSpace(p + 1);
	if (load<u8>(p) == CLOSE_LIST) return 0;
	while (true) {
		if (load<u8>(p) != OPEN_LIST) return DECLINED;
		p = skipSpace(p + 1);
		if (load<u8>(p) != QUOTE) return DECLINED;
		p = copyString(p, out);
		if (!p) return DECLINED;
		const slot = slotOf(out, top, bytes, offsets, slots, mask);
		if (!slot || load<i32>(slot) >= 0) return DECLINED;
		store<u32>(slot, count);
		out = top;
		p = skipSpace(p);
		if (load<u8>(p) != COMMA) return DECLINED;
		p = skipSpace(p + 1);
		const end = numberEnd(p);
		if (!end) return DECLINED;
		store<u32>(numbers + (<usize>count << 3), <u32>(p - text));
		store<u32>(numbers + (<usize>count << 3) + 4, <u32>(end - text));
		store<u32>(offsets + (<usize>++count << 2), <u32>(out - bytes));
		p = skipSpace(end);
		if (load<u8>(p) != CLOSE_LIST) return DECLINED;
		p = skipSpace(p + 1);
		const c = load<u8>(p);
		if (c == CLOSE_LIST) return count;
		if (c != COMMA) return DECLINED;
		p = skipSpace(p + 1);
	}
}

/** A list of merges at `p`: left and right parts by turns at `out`, where each ends in `ends`. How many parts; DECLINED also where one is not in `slots`. */
export function merges(p: usize, out: usize, ends: usize, bytes: usize, offsets: usize, slots: usize, mask: u32): u32 {
	const start = out;
	let count: u32 = 0;
	store<u32>(ends, 0);
	p = skipSpace(p + 1);
	if (load<u8>(p) == CLOSE_LIST) return 0;
	while (true) {
		const from = out;
		let middle: usize = 0;
		if (load<u8>(p) == OPEN_LIST) {
			p = skipSpace(p + 1);
			if (load<u8>(p) != QUOTE) return DECLINED;
			p = copyString(p, out);
			if (!p) return DECLINED;
			middle = top;
			p = skipSpace(p);
			if (load<u8>(p) != COMMA) return DECLINED;
			p = skipSpace(p + 1);
			if (load<u8>(p) != QUOTE) return DECLINED;
			p = copyString(p, top);
			if (!p) return DECLINED;
			p = skipSpace(p);
			if (load<u8>(p) != CLOSE_LIST) return DECLINED;
			p++;
		} else {
			if (load<u8>(p) != QUOTE) return DECLINED;
			p = copyString(p, out);
			// '#version': a comment, as merges.txt has it.
			if (!p || load<u64>(from) == 0x6e6f697372657623) return DECLINED;
			for (let at = from; at < top; at++) {
				if (load<u8>(at) != 0x20) continue;
				if (middle) return DECLINED;
				middle = at;
			}
			if (!middle) return DECLINED;
			memory.copy(middle, middle + 1, top - middle - 1);
			top--;
		}
		out = top;
		const left = slotOf(from, middle, bytes, offsets, slots, mask);
		const right = slotOf(middle, out, bytes, offsets, slots, mask);
		if (!left || !right || load<i32>(left) < 0 || load<i32>(right) < 0) return DECLINED;
		store<u32>(ends + (<usize>++count << 2), <u32>(middle - start));
		store<u32>(ends + (<usize>++count << 2), <u32>(out - start));
		p = skipSpace(p);
		const c = load<u8>(p);
		if (c == CLOSE_LIST) return count;
		if (c != COMMA) return DECLINED;
		p = skipSpace(p + 1);
	}
}

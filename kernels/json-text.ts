// JSON as it lies in memory: UTF-8 that ends in zeros. No zero stands in JSON, so that reading ends there by itself.

/** As formats/json.ts. */
const MAX_DEPTH: u32 = 64;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
export const COMMA: u8 = 0x2c;
export const COLON: u8 = 0x3a;
export const OPEN_LIST: u8 = 0x5b;
export const CLOSE_LIST: u8 = 0x5d;
export const OPEN_OBJECT: u8 = 0x7b;
export const CLOSE_OBJECT: u8 = 0x7d;

/** Commas between the items of the value that valueEnd went over last. */
export let commas: u32 = 0;
/** Where the string that copyString wrote last ends. */
export let top: usize = 0;

export function setTop(p: usize): void {
	top = p;
}

export function skipSpace(p: usize): usize {
	for (let c = load<u8>(p); c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09; c = load<u8>(p)) p++;
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

/** Behind the sign at `p` and the white space around it; 0 where another stands there. After a 0, 0. */
export function pass(p: usize, sign: u8): usize {
	if (!p) return 0;
	p = skipSpace(p);
	return load<u8>(p) == sign ? skipSpace(p + 1) : 0;
}

/** The string at `p`, without its escapes, at `out`; where it ends, 0 where there is none, or none that UTF-8 can write. After a 0, 0. */
export function copyString(p: usize, out: usize): usize {
	if (!p || load<u8>(p) != QUOTE) return 0;
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

/** Behind the digits at `p`; 0: there are none. */
function skipDigits(p: usize): usize {
	const start = p;
	while (<u32>load<u8>(p) - 0x30 <= 9) p++;
	return p > start ? p : 0;
}

/** Where the number at `p` ends; 0 where it is none. */
export function numberEnd(p: usize): usize {
	if (load<u8>(p) == 0x2d) p++;
	p = load<u8>(p) == 0x30 ? p + 1 : skipDigits(p);
	if (p && load<u8>(p) == 0x2e) p = skipDigits(p + 1);
	if (!p || (load<u8>(p) | 0x20) != 0x65) return p;
	p++;
	if (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d) p++;
	return skipDigits(p);
}

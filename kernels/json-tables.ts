// The large tables of a tokenizer.json, read from its text as it lies: {"token": id, …} or [["piece", score], …], and the merges, "left right" or
// ["left", "right"].
// Definition: JSON.parse and src/tokenizer/sources/huggingface.ts. What is not of just this form is declined, and read there, where what is
// wrong with it is said.

import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, copyString, numberEnd, OPEN_LIST, pass, setTop, skipSpace, top } from './json-text';

export { commas, valueEnd } from './json-text';

/** Instead of a number of strings. */
const DECLINED: u32 = 0xffffffff;
/** As tokenizer/sources/table.ts. */
const MAX_TOKENS: u32 = 1 << 22;
/** As tokenizer/vocabulary.ts. */
const MAX_RUN: u32 = 1024;

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

/** Gives the string from `from` to `top` the number `i` in the table; false where it is there already, or the table is crowded. */
function add(i: u32, from: usize, bytes: usize, offsets: usize, slots: usize, mask: u32): bool {
	const slot = slotOf(from, top, bytes, offsets, slots, mask);
	if (!slot || load<i32>(slot) >= 0) return false;
	store<u32>(slot, i);
	store<u32>(offsets + (<usize>(i + 1) << 2), <u32>(top - bytes));
	return true;
}

/** Where the whole number at `p` that wholeNumber read last ends. */
let behind: usize = 0;

/** The whole number at `p`; MAX_TOKENS where there is none below it. */
function wholeNumber(p: usize): u32 {
	let number = <u32>load<u8>(p) - 0x30;
	if (number > 9) return MAX_TOKENS;
	p++;
	if (number > 0) {
		for (let digit = <u32>load<u8>(p) - 0x30; digit <= 9; digit = <u32>load<u8>(p) - 0x30) {
			number = number * 10 + digit;
			if (number >= MAX_TOKENS) return MAX_TOKENS;
			p++;
		}
	}
	behind = p;
	return number;
}

/**
 * {"text": whole number, …} at `p`: the texts joined at `bytes`, where each ends in `offsets`, the numbers, and each text's place in `slots`
 * (all −1, a power of two, at least twice as many as there are texts). How many; DECLINED also where a text stands twice.
 */
export function numbered(p: usize, bytes: usize, offsets: usize, numbers: usize, slots: usize, mask: u32): u32 {
	store<u32>(offsets, 0);
	setTop(bytes);
	p = skipSpace(p + 1);
	if (load<u8>(p) == CLOSE_OBJECT) return 0;
	for (let i: u32 = 0; ; i++) {
		const from = top;
		p = pass(copyString(p, from), COLON);
		if (!p || !add(i, from, bytes, offsets, slots, mask)) return DECLINED;
		const number = wholeNumber(p);
		if (number == MAX_TOKENS) return DECLINED;
		store<u32>(numbers + (<usize>i << 2), number);
		p = skipSpace(behind);
		if (load<u8>(p) == CLOSE_OBJECT) return i + 1;
		p = pass(p, COMMA);
		if (!p) return DECLINED;
	}
	return DECLINED;
}

/** [["text", number], …] at `p`, as `numbered`; in `numbers` where each number begins and ends, counted from `p`. */
export function scored(p: usize, bytes: usize, offsets: usize, numbers: usize, slots: usize, mask: u32): u32 {
	const list = p;
	store<u32>(offsets, 0);
	setTop(bytes);
	p = skipSpace(p + 1);
	if (load<u8>(p) == CLOSE_LIST) return 0;
	for (let i: u32 = 0; ; i++) {
		const from = top;
		p = pass(copyString(pass(p, OPEN_LIST), from), COMMA);
		if (!p || !add(i, from, bytes, offsets, slots, mask)) return DECLINED;
		const end = numberEnd(p);
		store<u32>(numbers + (<usize>i << 3), <u32>(p - list));
		store<u32>(numbers + (<usize>i << 3) + 4, <u32>(end - list));
		p = pass(end, CLOSE_LIST);
		if (!p) return DECLINED;
		if (load<u8>(p) == CLOSE_LIST) return i + 1;
		p = pass(p, COMMA);
		if (!p) return DECLINED;
	}
	return DECLINED;
}

/** Whether the string from `from` to `to` is in the table. */
function has(from: usize, to: usize, bytes: usize, offsets: usize, slots: usize, mask: u32): bool {
	const slot = slotOf(from, to, bytes, offsets, slots, mask);
	return slot != 0 && load<i32>(slot) >= 0;
}

/** A merge's left and right, split at its one space, which is taken out: where the right begins; 0: there is none, or more. */
function splitLine(from: usize): usize {
	// '#version': a comment, as merges.txt has it.
	if (load<u64>(from) == 0x6e6f697372657623) return 0;
	let middle: usize = 0;
	for (let at = from; at < top; at++) {
		if (load<u8>(at) != 0x20) continue;
		if (middle) return 0;
		middle = at;
	}
	if (!middle) return 0;
	setTop(top - 1);
	memory.copy(middle, middle + 1, top - middle);
	return middle;
}

/** A list of merges at `p`: left and right parts by turns at `out`, where each ends in `ends`. How many parts; DECLINED also where one is not in `slots`. */
export function merges(p: usize, out: usize, ends: usize, bytes: usize, offsets: usize, slots: usize, mask: u32): u32 {
	store<u32>(ends, 0);
	setTop(out);
	p = skipSpace(p + 1);
	if (load<u8>(p) == CLOSE_LIST) return 0;
	for (let part: usize = 1; ; part += 2) {
		const from = top;
		let middle: usize = 0;
		if (load<u8>(p) == OPEN_LIST) {
			p = pass(copyString(pass(p, OPEN_LIST), from), COMMA);
			middle = top;
			p = pass(copyString(p, middle), CLOSE_LIST);
		} else {
			p = copyString(p, from);
			if (p) middle = splitLine(from);
		}
		if (!p || !middle || !has(from, middle, bytes, offsets, slots, mask) || !has(middle, top, bytes, offsets, slots, mask)) return DECLINED;
		store<u32>(ends + (part << 2), <u32>(middle - out));
		store<u32>(ends + ((part + 1) << 2), <u32>(top - out));
		p = skipSpace(p);
		if (load<u8>(p) == CLOSE_LIST) return <u32>part + 1;
		p = pass(p, COMMA);
		if (!p) return DECLINED;
	}
	return DECLINED;
}

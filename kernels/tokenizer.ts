// Byte-pair encoding on UTF-8 bytes: splitting by hand-made automata, whole pieces by hash, the rest by merging. Allocates nothing:
// the host (src/tokenizer/wasm.ts) lays out memory. Twins: src/tokenizer/regex.ts (splitting) and src/tokenizer/bpe.ts (merging).
// Splitting rules: the patterns in src/tokenizer/splitters.ts; merging: tiktoken src/lib.rs, tokenizers/src/models/bpe/word.rs.

// ---- tables (set once) ----

let blockIndex: usize = 0; // u16 a block of 128 code points → block number
let blocks: usize = 0; // class bits of each code point
let tokenBytes: usize = 0;
let tokenOffsets: usize = 0; // V + 1 u32
let slots: usize = 0; // 16 bytes a slot: key u64, length u32, id u32
let slotMask: u32 = 0;
let state: usize = 0; // V bytes: 0 not known, 1 merging the token's bytes gives the token, 2 it gives something else
let pairSlots: usize = 0; // 16 bytes a slot: left, right, rank, merged; 0 when merging is by joined bytes
let pairMask: u32 = 0;
let ranks: usize = 0; // V i32, −1 none
let byteIds: usize = 0; // 256 i32: a byte's own token (byte alphabets), or its fallback token
let takeWhole: i32 = 0; // 1: a piece that is a token is never merged (ignore_merges, tiktoken)
let characters: i32 = 0; // 1: symbols are characters; 0: bytes
let fallback: i32 = 0; // 1: unknown characters become byte tokens
let unknown: i32 = -1;
let fuse: i32 = 0;
let cache: usize = 0; // CACHED entries of 128 bytes: see recall
let work: usize = 0; // 32 bytes a byte of the longest piece

// ---- results ----

let outIds: usize = 0; // u32
let outEnds: usize = 0; // u32: byte position after the token
let outCount: u32 = 0;
let unknownEnd: usize = 0; // where the last token ended, if it was the unknown one

export function setClasses(index: usize, data: usize): void {
	blockIndex = index;
	blocks = data;
}

export function setVocabulary(bytes: usize, offsets: usize, table: usize, mask: u32, states: usize): void {
	tokenBytes = bytes;
	tokenOffsets = offsets;
	slots = table;
	slotMask = mask;
	state = states;
}

export function setModel(pairs: usize, pairsMask: u32, rank: usize, bytes: usize, whole: i32, chars: i32, bytesFallBack: i32, unk: i32, fuses: i32, pieces: usize): void {
	pairSlots = pairs;
	pairMask = pairsMask;
	ranks = rank;
	byteIds = bytes;
	takeWhole = whole;
	characters = chars;
	fallback = bytesFallBack;
	unknown = unk;
	fuse = fuses;
	cache = pieces;
}

export function setBuffers(ids: usize, ends: usize, scratch: usize): void {
	outIds = ids;
	outEnds = ends;
	work = scratch;
}

export function count(): u32 {
	return outCount;
}

// ---- vocabulary ----

const K: u64 = 0x9e3779b97f4a7c15;

/** Up to 8 bytes as they are; more as a 64-bit hash. Reads up to 8 bytes past the end: every buffer has them. */
@inline
function keyOf(p: usize, length: u32): u64 {
	if (length <= 8) return load<u64>(p) & (~(<u64>0) >> (64 - (length << 3)));
	let hash: u64 = K ^ length;
	let q = p;
	const last = p + length - 8;
	while (q < last) {
		hash = (hash ^ load<u64>(q)) * K;
		hash ^= hash >> 29;
		q += 8;
	}
	hash = (hash ^ load<u64>(last)) * K;
	return hash ^ (hash >> 32);
}

@inline
function slotHash(key: u64, length: u32): u32 {
	return <u32>(((key ^ (<u64>length << 56)) * K) >> 32);
}

@inline
function slotOf(key: u64, length: u32): u32 {
	return slotHash(key, length) & slotMask;
}

function sameBytes(a: usize, b: usize, length: u32): bool {
	let i: u32 = 0;
	for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
	for (; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
	return true;
}

/** Id of the token with these bytes, or −1. */
function find(p: usize, length: u32): i32 {
	const key = keyOf(p, length);
	let slot = slotOf(key, length);
	while (true) {
		const at = slots + (<usize>slot << 4);
		const size = load<u32>(at, 8);
		if (size == 0) return -1;
		if (load<u64>(at) == key && size == length) {
			const id = load<u32>(at, 12);
			if (length <= 8 || sameBytes(tokenBytes + load<u32>(tokenOffsets + (<usize>id << 2)), p, length)) return <i32>id;
		}
		slot = (slot + 1) & slotMask;
	}
}

/** Puts the tokens in whose `reach` byte is 1; of equal ones the first stays. Slots must be zero. */
export function build(size: u32, reach: usize): void {
	for (let id: u32 = 0; id < size; id++) {
		if (load<u8>(reach + id) == 0) continue;
		const from = load<u32>(tokenOffsets + (<usize>id << 2));
		const length = load<u32>(tokenOffsets + (<usize>id << 2), 4) - from;
		if (length == 0 || find(tokenBytes + from, length) >= 0) continue;
		const key = keyOf(tokenBytes + from, length);
		let slot = slotOf(key, length);
		while (load<u32>(slots + (<usize>slot << 4), 8) != 0) slot = (slot + 1) & slotMask;
		const at = slots + (<usize>slot << 4);
		store<u64>(at, key);
		store<u32>(at, length, 8);
		store<u32>(at, id, 12);
	}
}

/** Token string bytes[from..to] → surface at `out`; its length. `alphabet`: i16 a code point below 0x144, the byte or −1; 0: as it is. */
function surface(from: usize, to: usize, out: usize, alphabet: usize): u32 {
	if (alphabet != 0) {
		let length: u32 = 0;
		let p = from;
		for (; p < to; p++) {
			let point = <u32>load<u8>(p);
			if (point >= 0x80) {
				if (point < 0xc2 || point > 0xc5) break;
				point = ((point & 0x1f) << 6) | (load<u8>(++p) & 0x3f);
			}
			const byte = point < 0x144 ? load<i16>(alphabet + (<usize>point << 1)) : -1;
			if (byte < 0) break;
			store<u8>(out + length++, byte);
		}
		if (p == to) return length;
	}
	memory.copy(out, from, to - from);
	return <u32>(to - from);
}

/**
 * Puts the merges in, as bpe-tables.ts pairsOf does: `total` of them, one string each ("left right") or two (`paired`). Slots must be
 * filled with −1; `scratch` has room for the longest.
 */
export function buildPairs(bytes: usize, offsets: usize, total: u32, paired: i32, alphabet: usize, scratch: usize): void {
	for (let rank: u32 = 0; rank < total; rank++) {
		const at = offsets + (<usize>(paired != 0 ? rank * 2 : rank) << 2);
		const from = bytes + load<u32>(at);
		let to = bytes + load<u32>(at, 4);
		let leftTo = to;
		let rightFrom = to;
		if (paired != 0) to = bytes + load<u32>(at, 8);
		else {
			leftTo = from + 1;
			while (leftTo < to && load<u8>(leftTo) != 0x20) leftTo++;
			rightFrom = leftTo + 1;
		}
		if (leftTo <= from || rightFrom >= to) continue;
		const leftLength = surface(from, leftTo, scratch, alphabet);
		const rightLength = surface(rightFrom, to, scratch + leftLength, alphabet);
		const left = find(scratch, leftLength);
		const right = find(scratch + leftLength, rightLength);
		const merged = find(scratch, leftLength + rightLength);
		if ((left | right | merged) < 0) continue;
		let slot = pairHash(left, right) & pairMask;
		let place = pairSlots + (<usize>slot << 4);
		while (load<i32>(place) != -1 && (load<i32>(place) != left || load<i32>(place, 4) != right)) {
			slot = (slot + 1) & pairMask;
			place = pairSlots + (<usize>slot << 4);
		}
		store<i32>(place, left);
		store<i32>(place, right, 4);
		store<u32>(place, rank, 8);
		store<i32>(place, merged, 12);
	}
}

@inline
function pairHash(left: i32, right: i32): u32 {
	const hash = <u32>((left * 0x9e3779b1 ^ right) * 0x85ebca6b);
	return hash ^ (hash >> 15);
}

let foundId: i32 = -1;

/** Rank of two neighbours, or −1; what they become in foundId. */
@inline
function rankOf(left: i32, right: i32, from: usize, to: usize): i32 {
	if (pairSlots == 0) {
		foundId = find(from, <u32>(to - from));
		return foundId < 0 ? -1 : load<i32>(ranks + (<usize>foundId << 2));
	}
	if ((left | right) < 0) return -1;
	let slot = pairHash(left, right) & pairMask;
	while (true) {
		const at = pairSlots + (<usize>slot << 4);
		const found = load<i32>(at);
		if (found == -1) return -1;
		if (found == left && load<i32>(at, 4) == right) {
			foundId = load<i32>(at, 12);
			return load<i32>(at, 8);
		}
		slot = (slot + 1) & pairMask;
	}
}

// ---- one piece ----

@inline
function emit(id: u32, end: usize): void {
	store<u32>(outIds + (<usize>outCount << 2), id);
	store<u32>(outEnds + (<usize>outCount << 2), <u32>end);
	outCount++;
}

/** A symbol that merging left over. */
function emitSymbol(id: i32, from: usize, to: usize): void {
	if (id >= 0) {
		emit(id, to);
		return;
	}
	let bytes = fallback != 0;
	for (let p = from; bytes && p < to; p++) bytes = load<i32>(byteIds + (<usize>load<u8>(p) << 2)) >= 0;
	if (bytes) {
		for (let p = from; p < to; p++) emit(load<i32>(byteIds + (<usize>load<u8>(p) << 2)), p + 1);
	} else {
		if (fuse != 0 && unknownEnd == from && outCount > 0) store<u32>(outEnds + (<usize>(outCount - 1) << 2), <u32>to);
		else emit(unknown, to);
		unknownEnd = to;
	}
}

@inline
function symbolWidth(p: usize): usize {
	if (characters == 0) return 1;
	const lead = load<u8>(p);
	return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

@inline
function symbolId(p: usize, width: usize): i32 {
	return characters == 0 ? load<i32>(byteIds + (<usize>load<u8>(p) << 2)) : find(p, <u32>width);
}

/** Pieces of at most this many bytes are merged by scanning, which beats a heap there. */
const SHORT: u32 = 48;

function encodePiece(from: usize, to: usize): void {
	const length = <u32>(to - from);
	const whole = find(from, length);
	unknownEnd = 0;
	if (whole < 0) {
		mergeOrRecall(from, to, length);
		return;
	}
	if (takeWhole != 0 || load<u8>(state + whole) == 1) {
		emit(whole, to);
		return;
	}
	const first = outCount;
	mergeOrRecall(from, to, length);
	if (load<u8>(state + whole) == 0) {
		const same = outCount == first + 1 && load<u32>(outIds + (<usize>first << 2)) == <u32>whole;
		store<u8>(state + whole, same ? 1 : 2);
	}
}

// The last piece of each hash that fell into several tokens: its bytes [0, 48), length u8, number of tokens u8, the tokens' ends within
// it u8 [50, 64), their ids u32 [64, 120). In most languages but English every third piece is such a one, and words come again.

const CACHED: u32 = 16384;
const CACHED_BYTES: u32 = 48;
const CACHED_TOKENS: u32 = 14;

function mergeOrRecall(from: usize, to: usize, length: u32): void {
	if (length > CACHED_BYTES) {
		merge(from, to, length);
		return;
	}
	const entry = cache + (<usize>(slotHash(keyOf(from, length), length) & (CACHED - 1)) << 7);
	if (load<u8>(entry, 48) == length && sameBytes(entry, from, length)) {
		const tokens = <u32>load<u8>(entry, 49);
		for (let i: u32 = 0; i < tokens; i++) emit(load<u32>(entry + 64 + (<usize>i << 2)), from + load<u8>(entry + 50 + i));
		return;
	}
	const first = outCount;
	merge(from, to, length);
	const tokens = outCount - first;
	if (tokens > CACHED_TOKENS) return;
	memory.copy(entry, from, length);
	store<u8>(entry, length, 48);
	store<u8>(entry, tokens, 49);
	for (let i: u32 = 0; i < tokens; i++) {
		store<u8>(entry + 50 + i, load<u32>(outEnds + (<usize>(first + i) << 2)) - <u32>from);
		store<u32>(entry + 64 + (<usize>i << 2), load<u32>(outIds + (<usize>(first + i) << 2)));
	}
}

@inline
function merge(from: usize, to: usize, length: u32): void {
	if (length <= SHORT) mergeShort(from, to);
	else mergeLong(from, to);
}

/** Symbols in an array of (start u32, rank u32, id i32, merged id i32), 16 bytes each. */
function mergeShort(from: usize, to: usize): void {
	let n: u32 = 0;
	for (let p = from; p < to; ) {
		const width = symbolWidth(p);
		const at = work + (<usize>n << 4);
		store<u32>(at, <u32>p);
		store<i32>(at, symbolId(p, width), 8);
		n++;
		p += width;
	}
	store<u32>(work + (<usize>n << 4), <u32>to);
	for (let i: u32 = 0; i < n; i++) rerank(i, n);
	while (n > 1) {
		let best: u32 = 0xffffffff;
		let at: u32 = 0;
		for (let i: u32 = 0; i + 1 < n; i++) {
			const rank = load<u32>(work + (<usize>i << 4), 4);
			if (rank < best) {
				best = rank;
				at = i;
			}
		}
		if (best == 0xffffffff) break;
		const symbol = work + (<usize>at << 4);
		store<i32>(symbol, load<i32>(symbol, 12), 8);
		// The right one goes: everything behind it, the end mark too, moves up.
		memory.copy(symbol + 16, symbol + 32, (<usize>(n - at - 1)) << 4);
		n--;
		rerank(at, n);
		if (at > 0) rerank(at - 1, n);
	}
	for (let i: u32 = 0; i < n; i++) {
		const at = work + (<usize>i << 4);
		emitSymbol(load<i32>(at, 8), load<u32>(at), load<u32>(at, 16));
	}
}

/** Rank of symbol i and its right neighbour, as u32: none is the greatest. */
@inline
function rerank(i: u32, n: u32): void {
	const at = work + (<usize>i << 4);
	if (i + 1 >= n) {
		store<u32>(at, 0xffffffff, 4);
		return;
	}
	store<i32>(at, rankOf(load<i32>(at, 8), load<i32>(at, 24), load<u32>(at), load<u32>(at, 32)), 4);
	store<i32>(at, foundId, 12);
}

// Long pieces: symbols of (id i32, start u32, next u32, previous i32), 16 bytes each, then a heap of u64 (rank · 2^32 + symbol).

let heap: usize = 0;
let heapSize: u32 = 0;

@inline
function push(key: u64): void {
	let at = heapSize++;
	while (at > 0) {
		const parent = (at - 1) >> 1;
		const other = load<u64>(heap + (<usize>parent << 3));
		if (other <= key) break;
		store<u64>(heap + (<usize>at << 3), other);
		at = parent;
	}
	store<u64>(heap + (<usize>at << 3), key);
}

function pop(): u64 {
	const least = load<u64>(heap);
	const last = load<u64>(heap + (<usize>(--heapSize) << 3));
	let at: u32 = 0;
	for (let child: u32 = 1; child < heapSize; child = 2 * at + 1) {
		let value = load<u64>(heap + (<usize>child << 3));
		if (child + 1 < heapSize) {
			const other = load<u64>(heap + (<usize>child << 3), 8);
			if (other < value) {
				value = other;
				child++;
			}
		}
		if (value >= last) break;
		store<u64>(heap + (<usize>at << 3), value);
		at = child;
	}
	store<u64>(heap + (<usize>at << 3), last);
	return least;
}

/** Rank of symbol s and the next, −1 when there is none. */
@inline
function rankAt(s: u32, n: u32): i32 {
	const at = work + (<usize>s << 4);
	const right = load<u32>(at, 8);
	if (right >= n) return -1;
	const next = work + (<usize>right << 4);
	const after = work + (<usize>load<u32>(next, 8) << 4);
	return rankOf(load<i32>(at), load<i32>(next), load<u32>(at, 4), load<u32>(after, 4));
}

function mergeLong(from: usize, to: usize): void {
	let n: u32 = 0;
	for (let p = from; p < to; ) {
		const width = symbolWidth(p);
		const at = work + (<usize>n << 4);
		store<i32>(at, symbolId(p, width));
		store<u32>(at, <u32>p, 4);
		store<u32>(at, n + 1, 8);
		store<i32>(at, <i32>n - 1, 12);
		n++;
		p += width;
	}
	store<u32>(work + (<usize>n << 4), <u32>to, 4);
	heap = work + (<usize>(n + 1) << 4);
	heapSize = 0;
	for (let s: u32 = 0; s + 1 < n; s++) {
		const rank = rankAt(s, n);
		if (rank >= 0) push((<u64>rank << 32) | s);
	}
	while (heapSize > 0) {
		const key = pop();
		const s = <u32>key;
		const at = work + (<usize>s << 4);
		const gone = load<u32>(at, 8);
		// Stale: the symbol is part of another (next 0), or has another neighbour and so another rank.
		if (gone == 0 || rankAt(s, n) != <i32>(key >> 32)) continue;
		const right = work + (<usize>gone << 4);
		const after = load<u32>(right, 8);
		store<i32>(at, foundId);
		store<u32>(at, after, 8);
		store<u32>(right, 0, 8);
		if (after < n) store<u32>(work + (<usize>after << 4), s, 12);
		let rank = rankAt(s, n);
		if (rank >= 0) push((<u64>rank << 32) | s);
		const before = load<i32>(at, 12);
		if (before >= 0) {
			rank = rankAt(<u32>before, n);
			if (rank >= 0) push((<u64>rank << 32) | <u32>before);
		}
	}
	for (let s: u32 = 0; s < n; ) {
		const at = work + (<usize>s << 4);
		const next = load<u32>(at, 8);
		emitSymbol(load<i32>(at), load<u32>(at, 4), load<u32>(work + (<usize>next << 4), 4));
		s = next;
	}
}

// ---- splitting ----

const UPPER: u32 = 1; // Lu Lt
const LOWER: u32 = 2; // Ll
const OTHER: u32 = 4; // Lm Lo
const LETTER: u32 = 7;
const MARK: u32 = 8;
const NUMBER: u32 = 16;
const SPACE: u32 = 32; // White_Space
const NEWLINE: u32 = 64; // \r \n: SPACE too

/** Bytes of the character classified last. */
let wide: usize = 0;
/** Whether splitting looked at the end of what is there: more text might have changed it. */
let touched: bool = false;

@inline
function classAt(p: usize): u32 {
	const lead = <u32>load<u8>(p);
	if (lead < 0x80) {
		wide = 1;
		return load<u8>(blocks + lead);
	}
	let point: u32;
	if (lead < 0xe0) {
		wide = 2;
		point = ((lead & 31) << 6) | (load<u8>(p, 1) & 63);
	} else if (lead < 0xf0) {
		wide = 3;
		point = ((lead & 15) << 12) | ((<u32>load<u8>(p, 1) & 63) << 6) | (load<u8>(p, 2) & 63);
	} else {
		wide = 4;
		point = ((lead & 7) << 18) | ((<u32>load<u8>(p, 1) & 63) << 12) | ((<u32>load<u8>(p, 2) & 63) << 6) | (load<u8>(p, 3) & 63);
	}
	return load<u8>(blocks + (<usize>load<u16>(blockIndex + (point >> 7 << 1)) << 7) + (point & 127));
}

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
		q += symbolWidth(q);
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
		const lead = load<u8>(p);
		const width: usize = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
		units -= width == 4 ? 2 : 1;
		p += width;
	}
	return p;
}

/** The numbers of src/tokenizer/splitters.ts. */
@inline
function split(kind: i32, p: usize, end: usize): usize {
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

/** Lookahead of the rules past a piece's own end: '\u017f and 'll have 3 bytes, a character 4. */
const MARGIN: usize = 8;

/**
 * Encodes from..end up to the last piece that more text could not change (all with `final`); the position after it. A token covers at
 * least one byte, so the output has room for as many as the text has bytes.
 */
export function encode(kind: i32, from: usize, end: usize, final: i32): usize {
	outCount = 0;
	let p = from;
	while (p < end) {
		touched = kind == 0;
		const q = split(kind, p, end);
		if (final == 0 && (touched || q + MARGIN > end)) break;
		encodePiece(p, q);
		p = q;
	}
	return p;
}

/** Byte ends → ranges in UTF-16 units, 2 u32 a token. The text begins at `from`, which is unit `unit`; the unit at `to` is returned. */
export function ranges(from: usize, to: usize, unit: u32, out: usize): u32 {
	let p = from; // a character's first byte, which is unit u
	let u = unit;
	let start = from;
	for (let i: u32 = 0; i < outCount; i++) {
		const end = <usize>load<u32>(outEnds + (<usize>i << 2));
		let width = characterWidth(p);
		while (p + width <= start) {
			p += width;
			u += width == 4 ? 2 : 1;
			width = characterWidth(p);
		}
		store<u32>(out + (<usize>i << 3), u);
		while (p + width < end) {
			p += width;
			u += width == 4 ? 2 : 1;
			width = characterWidth(p);
		}
		store<u32>(out + (<usize>i << 3), u + (width == 4 ? 2 : 1), 4);
		start = end;
	}
	while (p < to) {
		const width = characterWidth(p);
		p += width;
		u += width == 4 ? 2 : 1;
	}
	return u;
}

@inline
function characterWidth(p: usize): usize {
	const lead = load<u8>(p);
	return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

// One piece → tokens: as a whole, from memory, or by merging.
// Twin: src/tokenizer/models/bpe.ts. tiktoken src/lib.rs (short pieces), sentencepiece src/bpe_model.cc (long ones).

import { heapSize, openHeap, pop, push } from './heap';
import { characterWidth } from './utf8';
import { find, foundId, keyOf, rankOf, sameBytes, slotHash } from './vocabulary';

let state: usize = 0; // V bytes: 0 not known, 1 merging the token's bytes gives the token, 2 it gives something else
let byteIds: usize = 0; // 256 i32: a byte's own token (byte alphabets), or its fallback token
let takeWhole: i32 = 0; // 1: a piece that is a token is never merged (ignore_merges, tiktoken)
let characters: i32 = 0; // 1: symbols are characters; 0: bytes
let fallback: i32 = 0; // 1: unknown characters become byte tokens
let unknown: i32 = -1;
let fuse: i32 = 0; // 1: unknown neighbours become one token
let cache: usize = 0; // CACHED entries of 128 bytes: see mergeOrRecall
let work: usize = 0; // 32 bytes a byte of the longest piece, and 32 more
let outIds: usize = 0; // u32
export let outEnds: usize = 0; // u32: byte position after the token
export let outCount: u32 = 0;
let unknownEnd: usize = 0; // where the last token ended, if it was the unknown one

export function setModel(states: usize, bytes: usize, whole: i32, chars: i32, bytesFallBack: i32, unk: i32, fuses: i32, pieces: usize): void {
	state = states;
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

export function reset(): void {
	outCount = 0;
}

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
	return characters == 0 ? 1 : characterWidth(p);
}

@inline
function symbolId(p: usize, width: usize): i32 {
	return characters == 0 ? load<i32>(byteIds + (<usize>load<u8>(p) << 2)) : find(p, <u32>width);
}

/** Without an unknown token, symbols that are no token vanish before anything merges, and their neighbours meet (model.rs, merge_word). */
@inline
function vanishes(id: i32): bool {
	return id < 0 && unknown < 0 && fallback == 0;
}

/** Where the first symbol that stays begins; what vanishes before it is emitted as no token. The rest belongs to the token on its left. */
@inline
function firstSymbol(from: usize, to: usize): usize {
	let p = from;
	while (p < to) {
		const width = symbolWidth(p);
		if (!vanishes(symbolId(p, width))) break;
		p += width;
		emit(unknown, p);
	}
	return p;
}

/** Pieces of at most this many bytes are merged by scanning, which beats a heap there. */
const SHORT: u32 = 48;

export function encodePiece(from: usize, to: usize): void {
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
	for (let p = firstSymbol(from, to); p < to; ) {
		const width = symbolWidth(p);
		const id = symbolId(p, width);
		if (!vanishes(id)) {
			const at = work + (<usize>n << 4);
			store<u32>(at, <u32>p);
			store<i32>(at, id, 8);
			n++;
		}
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

// Long pieces: symbols of (id i32, start u32, next u32, previous i32), 16 bytes each, then a heap of (rank · 2^32 + symbol).

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
	for (let p = firstSymbol(from, to); p < to; ) {
		const width = symbolWidth(p);
		const id = symbolId(p, width);
		if (!vanishes(id)) {
			const at = work + (<usize>n << 4);
			store<i32>(at, id);
			store<u32>(at, <u32>p, 4);
			store<u32>(at, n + 1, 8);
			store<i32>(at, <i32>n - 1, 12);
			n++;
		}
		p += width;
	}
	store<u32>(work + (<usize>n << 4), <u32>to, 4);
	openHeap(work + (<usize>(n + 1) << 4));
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

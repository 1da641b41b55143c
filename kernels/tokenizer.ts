// The tokenizer's kernel: byte-pair encoding on UTF-8 bytes. Splitting by hand-made automata, whole pieces by hash, the rest by merging.
// Allocates nothing: the host (src/tokenizer/kernel/wasm.ts) lays out memory.

import { encodePiece, outCount, outEnds, reset } from './tokenizer/merge';
import { split, touched } from './tokenizer/split';
import { characterWidth } from './tokenizer/utf8';

export { setBuffers, setModel } from './tokenizer/merge';
export { setClasses } from './tokenizer/classes';
export { setEnds } from './tokenizer/split';
export { build, buildPairs, setMerges, setVocabulary } from './tokenizer/vocabulary';

export function count(): u32 {
	return outCount;
}

/** Lookahead of the rules past a piece's own end: '\u017f and 'll have 3 bytes, a character 4. */
const MARGIN: usize = 8;

/**
 * Encodes from..end up to the last piece that more text could not change (all with `final`); the position after it. A token covers at
 * least one byte, so the output has room for as many as the text has bytes.
 */
export function encode(kind: i32, from: usize, end: usize, final: i32): usize {
	reset();
	let p = from;
	while (p < end) {
		const q = split(kind, p, end);
		if (final == 0 && (touched || q + MARGIN > end)) break;
		encodePiece(p, q);
		p = q;
	}
	return p;
}

/**
 * The pieces of from..end, each line (with its line feed) split by itself: their ends as u32, at most one a byte. Gives how many there are.
 * What trainers count: tokenizers/src/tokenizer/mod.rs (train_from_files) feeds lines too.
 */
export function pieces(kind: i32, from: usize, end: usize, out: usize): u32 {
	let found: u32 = 0;
	let p = from;
	while (p < end) {
		let line = p;
		while (line < end && load<u8>(line) != 0x0a) line++;
		if (line < end) line++;
		while (p < line) {
			p = split(kind, p, line);
			store<u32>(out + (<usize>found << 2), <u32>p);
			found++;
		}
	}
	return found;
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

// Precompiled charsmap: SentencePiece's normalization rules as a double array over UTF-8 bytes and a pool of replacement texts.
// sentencepiece src/normalizer.cc (DecodePrecompiledCharsMap, NormalizePrefix), third_party/darts_clone/darts.h (DoubleArrayUnit)

import { TongsaError } from '../../errors.ts';

/** A rule that applies at a position: how many bytes it takes and which replacement bytes it gives. */
export interface CharsmapMatch {
	readonly byteLength: number;
	readonly replacement: Uint8Array;
}

/** Bytes that one rule reads at most: NFKC's longest reads 18. A broken array could be walked in a circle along the whole text. */
const MAX_KEY = 256;
/** Bytes that one rule writes at most: NFKC's longest, U+FDFA, writes 33. A hostile one could make a gigabyte of a megabyte. */
const MAX_REPLACEMENT = 256;

export interface Charsmap {
	/** The longest rule that matches at `from`, as SentencePiece applies them. */
	longest(bytes: Uint8Array, from: number, to: number): CharsmapMatch | undefined;
	/** The shortest rule that matches at `from`, as the `spm_precompiled` crate of Hugging Face's tokenizers applies them. */
	shortest(bytes: Uint8Array, from: number, to: number): CharsmapMatch | undefined;
}

/**
 * Layout: u32 byte length of the double array, the array (u32 units), then replacement texts, each ended by a zero byte.
 * A unit holds: bits 0-7 label, bit 8 "has a value", bit 9 "offset is shifted by 8 more", bits 10-30 offset, bit 31 "is a value".
 */
export function parseCharsmap(blob: Uint8Array, file: string): Charsmap {
	const refuse = (what: string, got: number, allowed: string): TongsaError =>
		new TongsaError('malformed', what, { file, field: 'precompiled_charsmap', got, allowed });
	if (blob.length < 8) throw refuse('precompiled charsmap is too short', blob.length, 'at least 8 bytes: a length and one unit');
	const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
	const trieBytes = view.getUint32(0, true);
	if (trieBytes === 0 || trieBytes % 4 !== 0 || trieBytes > blob.length - 4)
		throw refuse('double array does not fit into its charsmap', trieBytes, `a multiple of 4, at most ${blob.length - 4}`);
	const units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
	const pool = blob.subarray(4 + trieBytes);

	const offsetOf = (unit: number): number => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
	/** Values are indices into the pool; one that points outside, or whose text has no end, breaks the file. */
	const replacementAt = (value: number): Uint8Array => {
		const end = value < pool.length ? pool.indexOf(0, value) : -1;
		if (end < 0) throw refuse('charsmap value points outside its texts', value, `below ${pool.length}, ended by a zero byte`);
		if (end - value > MAX_REPLACEMENT) throw refuse('charsmap text is too long', end - value, `at most ${MAX_REPLACEMENT} bytes`);
		return pool.subarray(value, end);
	};

	const search = (bytes: Uint8Array, from: number, to: number, first: boolean): CharsmapMatch | undefined => {
		let node = offsetOf(units[0]!);
		let value = -1;
		let byteLength = 0;
		for (let i = from; i < Math.min(to, from + MAX_KEY); i++) {
			const byte = bytes[i]!;
			if (byte === 0) break;
			node = (node ^ byte) >>> 0;
			const unit = units[node];
			// A value unit (bit 31) is never a child; outside the array there is none.
			if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) break;
			node = (node ^ offsetOf(unit)) >>> 0;
			if (unit & 0x100) {
				const leaf = units[node];
				if (leaf === undefined) break;
				value = leaf & 0x7fffffff;
				byteLength = i + 1 - from;
				if (first) break;
			}
		}
		return value < 0 ? undefined : { byteLength, replacement: replacementAt(value) };
	};
	return {
		longest: (bytes, from, to) => search(bytes, from, to, false),
		shortest: (bytes, from, to) => search(bytes, from, to, true),
	};
}

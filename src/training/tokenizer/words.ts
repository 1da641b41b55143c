// Counts the words of a training text: each distinct piece that the pre-tokenizer makes of it, and how often it occurs. The text comes in
// parts of any size, and only distinct words are kept.

import { TongsaError } from '../../errors.ts';
import { createPieceSplitter } from '../../tokenizer/kernel/pieces.ts';
import { BYTE_TO_CODE_POINT } from '../../tokenizer/models/byte-level.ts';
import type { Splitter } from '../../tokenizer/regex/splitters.ts';

/** Bytes that are split at once. */
const CHUNK_BYTES = 2 ** 20;
/** Bytes of distinct words that are kept: a hundred times those of 100 MB in four languages. */
const MAX_WORD_BYTES = 2 ** 30;
const LINE_FEED = 0x0a;

/** Words as bytes, by open addressing: word w is #bytes[#offsets[w]] to #bytes[#offsets[w + 1]]. */
export class WordCounter {
	readonly #split: (text: Uint8Array) => { bytes: Uint8Array; ends: Uint32Array; start: number };
	/** The beginning of a line whose end has not come yet. */
	#rest = new Uint8Array(0);
	#bytes = new Uint8Array(2 ** 16);
	#offsets = new Uint32Array(2 ** 12);
	#counts = new Float64Array(2 ** 12);
	#slots = new Int32Array(2 ** 13).fill(-1);
	#size = 0;

	constructor(splitter: Splitter) {
		this.#split = createPieceSplitter(splitter);
	}

	/** Distinct words so far. */
	get size(): number {
		return this.#size;
	}

	/** More of the text (UTF-8). A line may be cut anywhere; a file ends its last line by `endLine`. */
	add(text: Uint8Array): void {
		const last = text.lastIndexOf(LINE_FEED) + 1;
		if (last === 0) {
			this.#rest = joined(this.#rest, text);
			return;
		}
		this.#count(joined(this.#rest, text.subarray(0, last)));
		this.#rest = text.slice(last);
	}

	endLine(): void {
		this.#count(this.#rest);
		this.#rest = new Uint8Array(0);
	}

	/** Words in GPT-2's byte alphabet, in the order in which they were first met, with their counts. */
	words(): Map<string, number> {
		const words = new Map<string, number>();
		for (let w = 0; w < this.#size; w++) {
			const bytes = this.#bytes.subarray(this.#offsets[w]!, this.#offsets[w + 1]!);
			words.set(String.fromCharCode(...Array.from(bytes, (byte) => BYTE_TO_CODE_POINT[byte]!)), this.#counts[w]!);
		}
		return words;
	}

	#count(text: Uint8Array): void {
		for (let from = 0; from < text.length; ) {
			let to = Math.min(from + CHUNK_BYTES, text.length);
			// Whole lines; a longer line is taken whole.
			if (to < text.length) {
				const before = text.lastIndexOf(LINE_FEED, to - 1) + 1;
				const after = text.indexOf(LINE_FEED, to) + 1;
				to = before > from ? before : after > 0 ? after : text.length;
			}
			const { bytes, ends, start } = this.#split(text.subarray(from, to));
			let at = start;
			for (let i = 0; i < ends.length; i++) {
				this.#add(bytes, at, ends[i]!);
				at = ends[i]!;
			}
			from = to;
		}
	}

	#add(bytes: Uint8Array, from: number, to: number): void {
		const slots = this.#slots;
		const mask = slots.length - 1;
		// FNV-1a, its high bits folded in.
		let hash = 0x811c9dc5;
		for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
		let slot = (hash ^ (hash >>> 15)) & mask;
		for (let word = slots[slot]!; word >= 0; word = slots[slot]!) {
			if (this.#equals(word, bytes, from, to)) {
				this.#counts[word]! += 1;
				return;
			}
			slot = (slot + 1) & mask;
		}
		slots[slot] = this.#append(bytes, from, to);
		if (this.#size * 2 > slots.length) this.#rehash();
	}

	#equals(word: number, bytes: Uint8Array, from: number, to: number): boolean {
		const own = this.#bytes;
		let at = this.#offsets[word]!;
		if (this.#offsets[word + 1]! - at !== to - from) return false;
		for (let i = from; i < to; i++) if (own[at++] !== bytes[i]) return false;
		return true;
	}

	#append(bytes: Uint8Array, from: number, to: number): number {
		const word = this.#size++;
		const start = this.#offsets[word]!;
		const end = start + to - from;
		if (end > MAX_WORD_BYTES) {
			throw new TongsaError('too-large', 'the text has too many distinct words', {
				got: `${end} bytes of them`,
				allowed: `${MAX_WORD_BYTES}`,
				hint: 'Is it text? Binary files have no words',
			});
		}
		if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(end, this.#bytes.length * 2)));
		if (word + 2 > this.#offsets.length) {
			this.#offsets = grown(this.#offsets, new Uint32Array(this.#offsets.length * 2));
			this.#counts = grown(this.#counts, new Float64Array(this.#counts.length * 2));
		}
		this.#bytes.set(bytes.subarray(from, to), start);
		this.#offsets[word + 1] = end;
		this.#counts[word] = 1;
		return word;
	}

	#rehash(): void {
		const slots = new Int32Array(this.#slots.length * 2).fill(-1);
		const mask = slots.length - 1;
		for (let word = 0; word < this.#size; word++) {
			let hash = 0x811c9dc5;
			for (let i = this.#offsets[word]!; i < this.#offsets[word + 1]!; i++) hash = Math.imul(hash ^ this.#bytes[i]!, 0x01000193);
			let slot = (hash ^ (hash >>> 15)) & mask;
			while (slots[slot]! >= 0) slot = (slot + 1) & mask;
			slots[slot] = word;
		}
		this.#slots = slots;
	}
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(old: T, larger: T): T {
	larger.set(old);
	return larger;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
	const both = new Uint8Array(a.length + b.length);
	both.set(a);
	both.set(b, a.length);
	return both;
}

// Trains byte-pair encoding: the most frequent pair of neighbours becomes a token, again and again.
// Sennrich et al. 2016 (arXiv 1508.07909). The same merges, in the same order, as Hugging Face's BpeTrainer
// (tokenizers/src/models/bpe/trainer.rs): of equal counts the pair with the lower ids first; WordPiece is trained by it too, with '##'.

import { TongsaError } from '../../errors.ts';

export interface BpeOptions {
	/** V: special tokens, alphabet and merges together. */
	readonly vocabularySize: number;
	/** Least count of a pair that is merged (0). */
	readonly minFrequency?: number;
	/** Tokens that stand first and take part in nothing. */
	readonly specialTokens?: readonly string[];
	/** Characters that are in the vocabulary whether they occur or not: the 256 of a byte-level alphabet. */
	readonly initialAlphabet?: Iterable<string>;
	/** Most characters of the alphabet: the rarest go first. */
	readonly limitAlphabet?: number;
	/** Stands before every symbol that does not begin a word: WordPiece's '##'. */
	readonly continuingSubwordPrefix?: string;
	/** Stands behind the last symbol of a word: GPT-1's '</w>'. */
	readonly endOfWordSuffix?: string;
	/** A token has fewer characters than this. */
	readonly maxTokenLength?: number;
	readonly signal?: AbortSignal;
	/** Tokens so far, of how many. */
	readonly onProgress?: (done: number, total: number) => void;
}

export interface TrainedBpe {
	/** Token strings by id. */
	readonly tokens: readonly string[];
	/** (left id, right id, result id), best first. */
	readonly merges: readonly (readonly [left: number, right: number, result: number])[];
}

/**
 * The naive way, to read: what `trainBpe` must equal. Counts every pair again before each merge.
 *
 *     {hug: 10, pug: 5, pun: 12, bun: 4, hugs: 5}, two merges: 'u' 'g' (20) → 'ug', 'u' 'n' (16) → 'un'
 */
export function trainBpeNaively(words: ReadonlyMap<string, number>, options: BpeOptions): TrainedBpe {
	const { tokens, ids, split } = startVocabulary(words, options);
	const parts = [...words].map(([word, count]) => ({ symbols: split(word), count }));
	const merges: [number, number, number][] = [];
	while (tokens.length < options.vocabularySize) {
		const counts = new Map<string, number>();
		for (const { symbols, count } of parts) {
			for (let i = 0; i + 1 < symbols.length; i++) {
				const pair = `${symbols[i]} ${symbols[i + 1]}`;
				counts.set(pair, (counts.get(pair) ?? 0) + count);
			}
		}
		let best: [number, number] | undefined;
		let most = 0;
		for (const [pair, count] of counts) {
			const [left, right] = pair.split(' ').map(Number) as [number, number];
			if (count > most || (count === most && best && (left < best[0] || (left === best[0] && right < best[1])))) {
				best = [left, right];
				most = count;
			}
		}
		if (!best || most < Math.max(1, options.minFrequency ?? 0)) break;
		const [left, right] = best;
		const result = addToken(tokens, ids, joined(tokens, left, right, options));
		merges.push([left, right, result]);
		for (const part of parts) {
			const merged: number[] = [];
			for (let i = 0; i < part.symbols.length; i++) {
				if (part.symbols[i] === left && part.symbols[i + 1] === right) {
					merged.push(result);
					i++;
				} else merged.push(part.symbols[i]!);
			}
			part.symbols = merged;
		}
	}
	return { tokens, merges };
}

/** How often progress is told and an abort is looked for: every so many merges. */
const LOOK_EVERY = 64;

/**
 * The same with an index from pairs to the words that hold them, and a heap of pairs whose counts are looked at again when they come up.
 * @param words each distinct word (what the pre-tokenizer makes of the text, in the model's alphabet) and how often it occurs
 * @throws TongsaError 'usage' where the vocabulary is smaller than what it must hold
 */
export function trainBpe(words: ReadonlyMap<string, number>, options: BpeOptions): TrainedBpe {
	const { vocabularySize, minFrequency = 0, maxTokenLength = Number.POSITIVE_INFINITY, signal, onProgress } = options;
	const { tokens, ids, lengths, split } = startVocabulary(words, options);
	if (tokens.length > vocabularySize) {
		throw new TongsaError('usage', 'the vocabulary is smaller than its alphabet and special tokens', {
			field: 'vocabularySize',
			got: vocabularySize,
			allowed: `${tokens.length} or more, or a limit on the alphabet`,
		});
	}
	const text = layOut(words, split);
	const pairs = new Pairs();
	const queue = new Queue(pairs);
	const places = new Places(pairs);
	countPairs(text, pairs, places);
	queue.addAll(places);

	const merges: [number, number, number][] = [];
	while (tokens.length < vocabularySize) {
		if (merges.length % LOOK_EVERY === 0) {
			signal?.throwIfAborted();
			onProgress?.(tokens.length, vocabularySize);
		}
		const entry = queue.pop();
		if (!entry) break;
		const current = pairs.counts[entry.pair]!;
		if (entry.count !== current) {
			// What other merges took from it is seen only now.
			if (current > 0) queue.push({ ...entry, count: current });
			continue;
		}
		if (current < 1 || current < minFrequency) break;
		const left = pairs.left[entry.pair]!;
		const right = pairs.right[entry.pair]!;
		const result = addToken(tokens, ids, joined(tokens, left, right, options));
		lengths[result] = lengths[left]! + lengths[right]!;
		merges.push([left, right, result]);
		places.restart(words.size);
		mergeEverywhere(text, pairs, entry.words, { left, right, result, lengths, maxTokenLength }, places);
		queue.addAll(places);
	}
	onProgress?.(tokens.length, vocabularySize);
	return { tokens, merges };
}

interface StartVocabulary {
	readonly tokens: string[];
	readonly ids: Map<string, number>;
	/** Characters of each token. */
	readonly lengths: number[];
	/** A word's first symbols; characters that the alphabet lacks are left out. */
	split(word: string): number[];
}

function startVocabulary(words: ReadonlyMap<string, number>, options: BpeOptions): StartVocabulary {
	const { specialTokens = [], initialAlphabet = [], limitAlphabet = Number.POSITIVE_INFINITY } = options;
	const { continuingSubwordPrefix: prefix = '', endOfWordSuffix: suffix = '' } = options;
	const tokens: string[] = [];
	const ids = new Map<string, number>();
	for (const token of specialTokens) addToken(tokens, ids, token);

	const alphabet = new Map<string, number>();
	for (const [word, count] of words) for (const character of word) alphabet.set(character, (alphabet.get(character) ?? 0) + count);
	for (const character of initialAlphabet) alphabet.set(character, Number.POSITIVE_INFINITY);
	const byCodePoint = (a: string, b: string) => a.codePointAt(0)! - b.codePointAt(0)!;
	const kept = [...alphabet].sort(([a, m], [b, n]) => (m === n ? byCodePoint(a, b) : n - m)).slice(0, limitAlphabet);
	for (const character of kept.map(([each]) => each).sort(byCodePoint)) addToken(tokens, ids, character);

	const lengths = tokens.map(() => 1);
	const symbol = (character: string, first: boolean, last: boolean): number | undefined => {
		if (!ids.has(character)) return undefined;
		const id = addToken(tokens, ids, `${first ? '' : prefix}${character}${last ? suffix : ''}`);
		lengths[id] = 1;
		return id;
	};
	const split = (word: string): number[] => {
		const characters = [...word];
		return characters.flatMap((character, i) => symbol(character, i === 0, i === characters.length - 1) ?? []);
	};
	// Symbols with a prefix or suffix join the vocabulary now, in an order that the words' order does not change.
	if (prefix || suffix) for (const word of [...words.keys()].sort()) split(word);
	return { tokens, ids, lengths, split };
}

function addToken(tokens: string[], ids: Map<string, number>, token: string): number {
	const known = ids.get(token);
	if (known !== undefined) return known;
	ids.set(token, tokens.length);
	return tokens.push(token) - 1;
}

function joined(tokens: readonly string[], left: number, right: number, { continuingSubwordPrefix: prefix = '' }: BpeOptions): string {
	const second = tokens[right]!;
	return tokens[left]! + (prefix && second.startsWith(prefix) ? second.slice(prefix.length) : second);
}

/** All words' symbols one after another; a word shrinks in place. */
interface LaidOut {
	readonly symbols: Int32Array;
	/** Where word w begins, and how many symbols it has left. */
	readonly starts: Int32Array;
	readonly lengths: Int32Array;
	readonly counts: Float64Array;
}

function layOut(words: ReadonlyMap<string, number>, split: (word: string) => number[]): LaidOut {
	const each = [...words].map(([word, count]) => ({ symbols: split(word), count }));
	const starts = new Int32Array(each.length);
	let total = 0;
	for (const [w, { symbols }] of each.entries()) {
		starts[w] = total;
		total += symbols.length;
	}
	const symbols = new Int32Array(total);
	for (const [w, word] of each.entries()) symbols.set(word.symbols, starts[w]!);
	return {
		symbols,
		starts,
		lengths: Int32Array.from(each, (word) => word.symbols.length),
		counts: Float64Array.from(each, (word) => word.count),
	};
}

/** Every pair that was ever seen, by number; open addressing from (left, right) to the number. */
class Pairs {
	readonly left: number[] = [];
	readonly right: number[] = [];
	readonly counts: number[] = [];
	/** The last place that was noted of each pair. */
	readonly marks: number[] = [];
	#slots = new Int32Array(1024).fill(-1);

	/** The pair's number; a new one has the count 0. */
	of(left: number, right: number): number {
		let slot = this.#slotOf(left, right);
		const known = this.#slots[slot]!;
		if (known >= 0) return known;
		if (this.left.length * 2 >= this.#slots.length) {
			this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
			for (let pair = 0; pair < this.left.length; pair++) this.#slots[this.#slotOf(this.left[pair]!, this.right[pair]!)] = pair;
			slot = this.#slotOf(left, right);
		}
		const pair = this.left.push(left) - 1;
		this.right.push(right);
		this.counts.push(0);
		this.marks.push(-1);
		this.#slots[slot] = pair;
		return pair;
	}

	#slotOf(left: number, right: number): number {
		const slots = this.#slots;
		const mask = slots.length - 1;
		// Two odd multipliers, and the high bits folded in: ids are small numbers in a row.
		const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
		let slot = (mixed ^ (mixed >>> 15)) & mask;
		for (;;) {
			const pair = slots[slot]!;
			if (pair < 0 || (this.left[pair] === left && this.right[pair] === right)) return slot;
			slot = (slot + 1) & mask;
		}
	}
}

/** (pair, word) as they are found. A word is noted once for a pair: words come one after another, so that the last place tells. */
class Places {
	readonly #marks: number[];
	/** Tells this round's words from those of the rounds before. */
	#base = 0;
	#pairs = new Int32Array(1024);
	#words = new Int32Array(1024);
	#length = 0;

	constructor(pairs: Pairs) {
		this.#marks = pairs.marks;
	}

	/** Forgets all; `wordCount` words may be noted in this round. */
	restart(wordCount: number): void {
		this.#base += wordCount;
		this.#length = 0;
	}

	add(pair: number, word: number): void {
		if (this.#marks[pair] === this.#base + word) return;
		this.#marks[pair] = this.#base + word;
		if (this.#length === this.#pairs.length) {
			this.#pairs = grown(this.#pairs);
			this.#words = grown(this.#words);
		}
		this.#pairs[this.#length] = pair;
		this.#words[this.#length++] = word;
	}

	/** The words of each pair. */
	*byPair(): Iterable<{ readonly pair: number; readonly words: Int32Array }> {
		const sizes = new Map<number, number>();
		for (let i = 0; i < this.#length; i++) sizes.set(this.#pairs[i]!, (sizes.get(this.#pairs[i]!) ?? 0) + 1);
		const all = new Int32Array(this.#length);
		const ends = new Map<number, number>();
		let at = 0;
		for (const [pair, size] of sizes) {
			ends.set(pair, at);
			at += size;
		}
		for (let i = 0; i < this.#length; i++) {
			const pair = this.#pairs[i]!;
			const end = ends.get(pair)!;
			all[end] = this.#words[i]!;
			ends.set(pair, end + 1);
		}
		for (const [pair, size] of sizes) yield { pair, words: all.subarray(ends.get(pair)! - size, ends.get(pair)!) };
	}
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
	const larger = new Int32Array(array.length * 2);
	larger.set(array);
	return larger;
}

function countPairs({ symbols, starts, lengths, counts }: LaidOut, pairs: Pairs, places: Places): void {
	for (let w = 0; w < starts.length; w++) {
		const end = starts[w]! + lengths[w]!;
		for (let i = starts[w]!; i + 1 < end; i++) {
			const pair = pairs.of(symbols[i]!, symbols[i + 1]!);
			pairs.counts[pair]! += counts[w]!;
			places.add(pair, w);
		}
	}
}

interface Merge {
	readonly left: number;
	readonly right: number;
	readonly result: number;
	readonly lengths: readonly number[];
	readonly maxTokenLength: number;
}

/** Merges a pair in these words, changes the counts of its neighbours, and notes the places of pairs that are new there. */
function mergeEverywhere(text: LaidOut, pairs: Pairs, words: Int32Array, merge: Merge, places: Places): void {
	const { symbols, starts, lengths: wordLengths, counts } = text;
	const { left, right, result, lengths, maxTokenLength } = merge;
	const more = (a: number, b: number, w: number): void => {
		if (lengths[a]! + lengths[b]! >= maxTokenLength) return;
		const pair = pairs.of(a, b);
		pairs.counts[pair]! += counts[w]!;
		places.add(pair, w);
	};
	const less = (a: number, b: number, w: number): void => {
		pairs.counts[pairs.of(a, b)]! -= counts[w]!;
	};
	for (const w of words) {
		const start = starts[w]!;
		const end = start + wordLengths[w]!;
		let to = start;
		for (let from = start; from < end; from++) {
			if (symbols[from] !== left || from + 1 >= end || symbols[from + 1] !== right) {
				symbols[to++] = symbols[from]!;
				continue;
			}
			if (to > start) {
				less(symbols[to - 1]!, left, w);
				more(symbols[to - 1]!, result, w);
			}
			symbols[to++] = result;
			from++;
			if (from + 1 < end) {
				less(right, symbols[from + 1]!, w);
				more(result, symbols[from + 1]!, w);
			}
		}
		wordLengths[w] = to - start;
	}
}

interface Entry {
	readonly pair: number;
	/** The pair's count when it was put in. */
	readonly count: number;
	/** Words that had the pair then. */
	readonly words: Int32Array;
}

/** A binary heap: the highest count first, of equal ones the lower ids. */
class Queue {
	readonly #pairs: Pairs;
	readonly #heap: Entry[] = [];

	constructor(pairs: Pairs) {
		this.#pairs = pairs;
	}

	addAll(places: Places): void {
		for (const { pair, words } of places.byPair()) {
			const count = this.#pairs.counts[pair]!;
			if (count > 0) this.push({ pair, count, words });
		}
	}

	push(entry: Entry): void {
		const heap = this.#heap;
		let at = heap.push(entry) - 1;
		while (at > 0) {
			const above = (at - 1) >> 1;
			if (!this.#before(entry, heap[above]!)) break;
			heap[at] = heap[above]!;
			at = above;
		}
		heap[at] = entry;
	}

	pop(): Entry | undefined {
		const heap = this.#heap;
		const top = heap[0];
		const last = heap.pop();
		if (!top || !last || heap.length === 0) return top;
		let at = 0;
		for (;;) {
			let below = 2 * at + 1;
			if (below >= heap.length) break;
			if (below + 1 < heap.length && this.#before(heap[below + 1]!, heap[below]!)) below++;
			if (!this.#before(heap[below]!, last)) break;
			heap[at] = heap[below]!;
			at = below;
		}
		heap[at] = last;
		return top;
	}

	#before(a: Entry, b: Entry): boolean {
		if (a.count !== b.count) return a.count > b.count;
		const { left, right } = this.#pairs;
		return left[a.pair] !== left[b.pair] ? left[a.pair]! < left[b.pair]! : right[a.pair]! < right[b.pair]!;
	}
}

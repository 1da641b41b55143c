// Byte-pair merging: of all neighbours the pair of the lowest rank first, the leftmost of equal ones, until no pair has a rank.
// Sennrich et al. 2016 (arXiv 1508.07909); with a heap over a linked list, so that n symbols take n log n steps whatever the text.

/** Symbols of one piece on their way together: symbol s covers bytes starts[s] to starts[s + 1] at first, to starts[next] later. */
export interface Symbols {
	readonly count: number;
	/** Ids; −1 where the vocabulary has no such symbol. */
	readonly ids: Int32Array;
	/** count + 1 byte positions. */
	readonly starts: Uint32Array;
}

/** What two neighbours become. `rank` −1: nothing. */
export interface Pair {
	rank: number;
	id: number;
}

/** Looks up the neighbours (left id, right id), whose bytes are from..to, and writes what they become to `found`. */
export type PairLookup = (left: number, right: number, from: number, to: number, found: Pair) => void;

/** Told of each merge: symbol `at` has taken `gone` in; `next` chains the symbols that are left. */
export type OnMerge = (at: number, gone: number, rank: number, next: Int32Array) => void;

/** Positions stand in the low bits of the heap's keys: a piece has fewer than 2^27 bytes (limits.ts), a rank is below 2^26; 53 bits hold both. */
const POSITIONS = 2 ** 27;

/**
 * Merges in place and returns the number of symbols left: their ids and starts stand first in the arrays.
 *
 *     'hug' with merges (h u → 5), (hu g → 9): 'h' 'u' 'g' → 'hu' 'g' → 'hug'
 */
export function mergeSymbols(symbols: Symbols, lookup: PairLookup, onMerge?: OnMerge): number {
	const { count, ids, starts } = symbols;
	if (count < 2) return count;
	// next[s]: the following symbol, count at the end; −1 once s is part of another.
	const next = new Int32Array(count);
	const previous = new Int32Array(count);
	for (let s = 0; s < count; s++) {
		next[s] = s + 1;
		previous[s] = s - 1;
	}
	const end = (s: number): number => starts[next[s]!]!;
	const heap = createHeap(count * 2);
	const pair: Pair = { rank: -1, id: -1 };
	const look = (s: number): boolean => {
		const right = next[s]!;
		if (right >= count) return false;
		pair.rank = -1;
		lookup(ids[s]!, ids[right]!, starts[s]!, end(right), pair);
		return pair.rank >= 0;
	};
	for (let s = 0; s + 1 < count; s++) if (look(s)) heap.push(pair.rank * POSITIONS + s);

	for (let key = heap.pop(); key >= 0; key = heap.pop()) {
		const s = key % POSITIONS;
		// An entry is stale when its symbol is gone or has another neighbour: then this rank is not the pair's own any more.
		if (next[s]! < 0 || !look(s) || pair.rank !== (key - s) / POSITIONS) continue;
		const gone = next[s]!;
		ids[s] = pair.id;
		const after = next[gone]!;
		next[s] = after;
		next[gone] = -1;
		if (after < count) previous[after] = s;
		onMerge?.(s, gone, pair.rank, next);
		if (look(s)) heap.push(pair.rank * POSITIONS + s);
		const before = previous[s]!;
		if (before >= 0 && look(before)) heap.push(pair.rank * POSITIONS + before);
	}
	let left = 0;
	for (let s = 0; s < count; s = next[s]!) {
		ids[left] = ids[s]!;
		starts[left++] = starts[s]!;
		if (next[s]! >= count) break;
	}
	starts[left] = starts[count]!;
	return left;
}

/** Binary heap of numbers ≥ 0, least first; pop gives −1 when empty. A merge takes one entry out and puts at most two in. */
function createHeap(capacity: number): { push(key: number): void; pop(): number } {
	const keys = new Float64Array(capacity + 2);
	let size = 0;
	return {
		push(key) {
			let at = size++;
			while (at > 0) {
				const parent = (at - 1) >> 1;
				if (keys[parent]! <= key) break;
				keys[at] = keys[parent]!;
				at = parent;
			}
			keys[at] = key;
		},
		pop() {
			if (size === 0) return -1;
			const least = keys[0]!;
			const last = keys[--size]!;
			let at = 0;
			for (let child = 1; child < size; child = 2 * at + 1) {
				if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
				if (keys[child]! >= last) break;
				keys[at] = keys[child]!;
				at = child;
			}
			keys[at] = last;
			return least;
		},
	};
}

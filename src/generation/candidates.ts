// The tokens that may come next, while sampler steps narrow them: parallel arrays, narrowed in place, sorted only as far as needed.

/** The first `count` entries of `ids` and `logits` are alive. Made once per generation and refilled for every token. */
export interface Candidates {
	readonly ids: Uint32Array;
	/** Unnormalised log-probabilities of `ids`. */
	readonly logits: Float32Array;
	count: number;
	/** How many leading entries are the best ones in falling order. */
	sorted: number;
}

/** Room for a vocabulary of V tokens. */
export function createCandidates(vocabularySize: number): Candidates {
	return { ids: new Uint32Array(vocabularySize), logits: new Float32Array(vocabularySize), count: 0, sorted: 0 };
}

/** All V tokens of a row of logits. */
export function refill(candidates: Candidates, logits: Float32Array): void {
	candidates.logits.set(logits);
	for (let i = 0; i < logits.length; i++) candidates.ids[i] = i;
	candidates.count = logits.length;
	candidates.sorted = 0;
}

/** Does a stand before b? Higher logits first; equal ones in the order of their ids, so that ties do not depend on history. */
function before(c: Candidates, a: number, b: number): boolean {
	const x = c.logits[a]!;
	const y = c.logits[b]!;
	return x > y || (x === y && c.ids[a]! < c.ids[b]!);
}

function swap(c: Candidates, a: number, b: number): void {
	const id = c.ids[a]!;
	const logit = c.logits[a]!;
	c.ids[a] = c.ids[b]!;
	c.logits[a] = c.logits[b]!;
	c.ids[b] = id;
	c.logits[b] = logit;
}

/** Brings the best n candidates to the front in falling order. Expected time O(count + n log n): Hoare's quickselect, then a sort. */
export function sortBest(c: Candidates, n: number): void {
	const wanted = Math.min(n, c.count);
	if (wanted <= c.sorted) return;
	select(c, c.sorted, c.count - 1, wanted - 1);
	const order = Array.from({ length: wanted - c.sorted }, (_, i) => i + c.sorted);
	order.sort((a, b) => (before(c, a, b) ? -1 : 1));
	const ids = order.map((i) => c.ids[i]!);
	const logits = order.map((i) => c.logits[i]!);
	c.ids.set(ids, c.sorted);
	c.logits.set(logits, c.sorted);
	c.sorted = wanted;
}

/** Hoare's quickselect: afterwards entries low…k stand before entries k+1…high. */
function select(c: Candidates, from: number, to: number, k: number): void {
	let low = from;
	let high = to;
	while (low < high) {
		swap(c, low, (low + high) >>> 1);
		let i = low;
		let j = high + 1;
		for (;;) {
			while (before(c, ++i, low) && i < high);
			while (before(c, low, --j));
			if (i >= j) break;
			swap(c, i, j);
		}
		swap(c, low, j);
		if (j === k) return;
		if (j < k) low = j + 1;
		else high = j - 1;
	}
}

/** Keeps the candidates that `keep` accepts, in their order. */
export function filter(c: Candidates, keep: (index: number) => boolean): void {
	let kept = 0;
	let sorted = 0;
	for (let i = 0; i < c.count; i++) {
		if (!keep(i)) continue;
		if (i < c.sorted) sorted++;
		c.ids[kept] = c.ids[i]!;
		c.logits[kept] = c.logits[i]!;
		kept++;
	}
	c.count = kept;
	c.sorted = sorted;
}

// The tokens that may come next, while sampler steps narrow them: parallel arrays, narrowed in place, sorted only as far as needed.

/** V entries at most, of which the first `count` still stand. */
export interface Ranking {
	readonly ids: Uint32Array;
	/** What `ids` are ranked by: unnormalised log-probabilities. */
	readonly logits: Float32Array;
	count: number;
	/** How many leading entries are the best ones in falling order. */
	sorted: number;
}

/** The tokens, and room for what steps count and rank: made once per generation and refilled for every token. */
export interface Candidates extends Ranking {
	/** V counts, by id or by place among the candidates; a step leaves them at zero. */
	readonly marks: Uint32Array;
	/** Places among the candidates, ranked by something else than their logits: `ids` are places, `logits` what they are ranked by. */
	readonly places: Ranking;
}

function createRanking(size: number): Ranking {
	return { ids: new Uint32Array(size), logits: new Float32Array(size), count: 0, sorted: 0 };
}

/** Room for a vocabulary of V tokens. */
export function createCandidates(vocabularySize: number): Candidates {
	return { ...createRanking(vocabularySize), marks: new Uint32Array(vocabularySize), places: createRanking(vocabularySize) };
}

/** All V tokens of a row of logits. */
export function refill(candidates: Candidates, logits: Float32Array): void {
	candidates.logits.set(logits);
	for (let i = 0; i < logits.length; i++) candidates.ids[i] = i;
	candidates.count = logits.length;
	candidates.sorted = 0;
}

/** Does a stand before b? Higher logits first; equal ones in the order of their ids, so that ties do not depend on history. */
function before(c: Ranking, a: number, b: number): boolean {
	const x = c.logits[a]!;
	const y = c.logits[b]!;
	return x > y || (x === y && c.ids[a]! < c.ids[b]!);
}

function swap(c: Ranking, a: number, b: number): void {
	const id = c.ids[a]!;
	const logit = c.logits[a]!;
	c.ids[a] = c.ids[b]!;
	c.logits[a] = c.logits[b]!;
	c.ids[b] = id;
	c.logits[b] = logit;
}

/** Brings the best n candidates to the front in falling order. Expected time O(count + n log n): Hoare's quickselect, then his quicksort. */
export function sortBest(c: Ranking, n: number): void {
	const wanted = Math.min(n, c.count);
	if (wanted <= c.sorted) return;
	select(c, c.sorted, c.count - 1, wanted - 1);
	sort(c, c.sorted, wanted - 1);
	c.sorted = wanted;
}

/** Afterwards entries from…k stand before entries k+1…to. */
function select(c: Ranking, from: number, to: number, k: number): void {
	while (from < to) {
		const at = partition(c, from, to);
		if (at === k) return;
		if (at < k) from = at + 1;
		else to = at - 1;
	}
}

/** In place; the shorter side by a call, so that no more than log2(V) are open. */
function sort(c: Ranking, from: number, to: number): void {
	while (from < to) {
		const at = partition(c, from, to);
		if (at - from < to - at) {
			sort(c, from, at - 1);
			from = at + 1;
		} else {
			sort(c, at + 1, to);
			to = at - 1;
		}
	}
}

/** Brings the entry in the middle to its place among from…to: those that stand before it come to its left. @returns its place */
function partition(c: Ranking, from: number, to: number): number {
	swap(c, from, (from + to) >>> 1);
	let i = from;
	let j = to + 1;
	for (;;) {
		while (before(c, ++i, from) && i < to);
		while (before(c, from, --j));
		if (i >= j) break;
		swap(c, i, j);
	}
	swap(c, from, j);
	return j;
}

/** Keeps the candidates that `keep` accepts, in their order. */
export function filter(c: Ranking, keep: (index: number) => boolean): void {
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

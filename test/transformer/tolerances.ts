// Every tolerance of the transformer's tests, with its source. The measure is max|Δ| / max|x| over a point (worstError in open.ts).

export const TOLERANCES = {
	/** Weights stored as float32, 16-bit floats or integers that decode exactly; both sides compute in float32. Issue: parity ≤ 1e-4. */
	exact: 1e-4,
	/** Quantised files against the reference on the decoded weights. Issue: ≤ 2e-3. */
	quantised: 2e-3,
	/** Cosine of sentence vectors to the reference. Issue: ≥ 0.99999. */
	sentenceCosine: 0.99999,
	/** Logits that differ by less than this share of the largest are a near tie: either token may be chosen. Twice the tolerance of logits. */
	nearTie: 4e-3,
	/** The kernels on float weights beside the exact path with the same halves: sums in float32, where a half may round the other way (2^-10 of it). */
	sums: 1e-3,
	/** The kernels on float weights: keys and values as halves (2^-11 of each), sums in float32. */
	halves: 3e-3,
	/** The kernels on quantised weights: activations in 7 or 8 bits a group of 32. */
	integers: 0.1,
} as const;

// Activations: what stands between the two matrices of a feed-forward part.
// gelu: Hendrycks & Gimpel 2016 (arXiv 1606.08415); swiglu: Shazeer 2020 (arXiv 2002.05202); reference: transformers activations.py.

import type { Activation } from '../../spec/config.ts';

/** (gate, up) → activation(gate) · up. Without a gate, the value stands in the gate's place and `up` is 1. */
export type GatedActivation = (gate: number, up: number) => number;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const TABLE: Readonly<Record<Extract<Activation, string>, GatedActivation>> = {
	relu: (x, up) => (x > 0 ? x * up : 0),
	relu2: (x, up) => (x > 0 ? x * x * up : 0),
	gelu: (x, up) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)) * up,
	'gelu-tanh': (x, up) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) * up,
	silu: (x, up) => x * sigmoid(x) * up,
	'quick-gelu': (x, up) => x * sigmoid(1.702 * x) * up,
};

export function activationOf(activation: Activation): GatedActivation {
	if (typeof activation === 'string') return TABLE[activation];
	const { alpha, limit } = activation;
	return (g, u) => {
		const gate = Math.min(g, limit);
		return (Math.min(Math.max(u, -limit), limit) + 1) * gate * sigmoid(alpha * gate);
	};
}

/**
 * The error function, to 1.2e-7 relative or better everywhere: series below 3, continued fraction above.
 * Abramowitz & Stegun 7.1.6 and 7.1.14.
 */
export function erf(x: number): number {
	const z = Math.abs(x);
	if (z > 6) return Math.sign(x);
	if (z < 3) {
		// 2/√π · e^(−z²) · Σ 2ⁿ z^(2n+1) / (1·3·…·(2n+1)): all terms positive, so nothing cancels
		let term = z;
		let sum = z;
		for (let n = 1; term > sum * 1e-17; n++) {
			term *= (2 * z * z) / (2 * n + 1);
			sum += term;
		}
		return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
	}
	let fraction = z;
	for (let n = 60; n >= 1; n--) fraction = z + n / 2 / fraction;
	return Math.sign(x) * (1 - Math.exp(-z * z) / (fraction * Math.sqrt(Math.PI)));
}

// The plain twins of kernels/vectors.ts: norms, rotation, activations, sums. float64 inside, float32 between.

import { ACTIVATIONS, type ActivationName } from '../activations.ts';

export interface VectorKernels {
	normalise(
		x: number,
		rows: number,
		width: number,
		stride: number,
		gain: number,
		bias: number,
		gains: number,
		epsilon: number,
		centre: number,
		out: number,
	): void;
	rotate(
		x: number,
		tokens: number,
		heads: number,
		stride: number,
		headBytes: number,
		cos: number,
		sin: number,
		pairs: number,
		interleaved: number,
	): void;
	/** Activation by its place in ACTIVATIONS; `up` 0: none. */
	activate(activation: number, gate: number, up: number, count: number): void;
	add(x: number, y: number, count: number): void;
	multiply(x: number, factor: number, count: number): void;
	/** Each of `rows` rows ← the same values. */
	spread(values: number, rows: number, count: number, stride: number, out: number): void;
	/** x ← limit · tanh(x / limit). */
	cap(x: number, limit: number, count: number): void;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const FUNCTIONS: Readonly<Record<ActivationName, (x: number) => number>> = {
	relu: (x) => Math.max(x, 0),
	gelu: (x) => x * normalShare(x),
	'gelu-tanh': (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)),
	silu: (x) => x * sigmoid(x),
	'quick-gelu': (x) => x * sigmoid(1.702 * x),
};

/** (1 + erf(x / √2)) / 2 by Abramowitz & Stegun 7.1.26, absolute error at most 7.5e-8. */
function normalShare(x: number): number {
	const z = Math.abs(x) * Math.SQRT1_2;
	const t = 1 / (1 + 0.3275911 * z);
	const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
	const tail = 0.5 * polynomial * Math.exp(-z * z);
	return x >= 0 ? 1 - tail : tail;
}

export function scalarVectors(memory: WebAssembly.Memory): VectorKernels {
	const floats = (place: number, count: number): Float32Array => new Float32Array(memory.buffer, place, count);
	return {
		normalise(x, rows, width, stride, gain, bias, gains, epsilon, centre, out) {
			for (let r = 0; r < rows; r++) {
				const from = floats(x + r * stride, width);
				const to = floats(out + r * stride, width);
				const g = floats(gain + (r % gains) * width * 4, width);
				const b = bias ? floats(bias + (r % gains) * width * 4, width) : undefined;
				const mean = centre ? from.reduce((sum, value) => sum + value, 0) / width : 0;
				const square = from.reduce((sum, value) => sum + (value - mean) ** 2, 0);
				const factor = 1 / Math.sqrt(square / width + epsilon);
				for (let i = 0; i < width; i++) to[i] = (from[i]! - mean) * factor * g[i]! + (b ? b[i]! : 0);
			}
		},
		rotate(x, tokens, heads, stride, headBytes, cos, sin, pairs, interleaved) {
			for (let t = 0; t < tokens; t++) {
				const c = floats(cos + t * pairs * 4, pairs);
				const s = floats(sin + t * pairs * 4, pairs);
				for (let h = 0; h < heads; h++) {
					const head = floats(x + t * stride + h * headBytes, headBytes / 4);
					for (let i = 0; i < pairs; i++) {
						const [first, second] = interleaved ? [2 * i, 2 * i + 1] : [i, i + pairs];
						const a = head[first]!;
						const b = head[second]!;
						head[first] = a * c[i]! - b * s[i]!;
						head[second] = b * c[i]! + a * s[i]!;
					}
				}
			}
		},
		activate(activation, gate, up, count) {
			const f = FUNCTIONS[ACTIVATIONS[activation]!];
			const g = floats(gate, count);
			const u = up ? floats(up, count) : undefined;
			for (let i = 0; i < count; i++) g[i] = f(g[i]!) * (u ? u[i]! : 1);
		},
		add(x, y, count) {
			const to = floats(x, count);
			const from = floats(y, count);
			for (let i = 0; i < count; i++) to[i]! += from[i]!;
		},
		multiply(x, factor, count) {
			const to = floats(x, count);
			for (let i = 0; i < count; i++) to[i]! *= factor;
		},
		spread(values, rows, count, stride, out) {
			for (let r = 0; r < rows; r++) floats(out + r * stride, count).set(floats(values, count));
		},
		cap(x, limit, count) {
			const to = floats(x, count);
			for (let i = 0; i < count; i++) to[i] = limit * Math.tanh(to[i]! / limit);
		},
	};
}

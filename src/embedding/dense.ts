// What may stand beside the pooling of a sentence embedder: a dense layer with its activation, a layer norm. Both take rows and give rows.
// sentence-transformers base/modules/dense.py, sentence_transformer/modules/layer_norm.py

/** Name → function of one value. */
export const DENSE_ACTIVATIONS = {
	identity: (x: number) => x,
	tanh: Math.tanh,
	relu: (x: number) => Math.max(0, x),
	sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
	silu: (x: number) => x / (1 + Math.exp(-x)),
} as const;

export interface DenseLayer {
	/** N, M. */
	readonly inputWidth: number;
	readonly outputWidth: number;
	/** (M, N). */
	readonly weight: Float32Array;
	/** M. */
	readonly bias?: Float32Array;
	readonly activation: keyof typeof DENSE_ACTIVATIONS;
	/** What goes past the layer is added: the input itself, or the input through a matrix (M, N). */
	readonly residual?: 'input' | Float32Array;
}

/**
 * Rows (R, N) → rows (R, M): activation(W x + b), and what goes past it.
 *
 *     dense(Float32Array.of(1, 2), { inputWidth: 2, outputWidth: 1, weight: Float32Array.of(3, 4), activation: 'identity' }) // [11]
 */
export function dense(rows: Float32Array, layer: DenseLayer): Float32Array {
	const { inputWidth: N, outputWidth: M, weight, bias, residual } = layer;
	const activate = DENSE_ACTIVATIONS[layer.activation];
	const out = new Float32Array((rows.length / N) * M);
	for (let r = 0; r * N < rows.length; r++) {
		const x = rows.subarray(r * N, (r + 1) * N);
		for (let m = 0; m < M; m++) {
			const past = residual === undefined ? 0 : residual === 'input' ? x[m]! : rowTimes(residual, m, x);
			out[r * M + m] = activate(rowTimes(weight, m, x) + (bias?.[m] ?? 0)) + past;
		}
	}
	return out;
}

function rowTimes(matrix: Float32Array, m: number, x: Float32Array): number {
	let sum = 0;
	for (let n = 0; n < x.length; n++) sum += matrix[m * x.length + n]! * x[n]!;
	return sum;
}

/** PyTorch's nn.LayerNorm of rows (R, D), gain and bias (D). */
export function layerNormRows(rows: Float32Array, gain: Float32Array, bias: Float32Array): Float32Array {
	const D = gain.length;
	const out = new Float32Array(rows.length);
	for (let at = 0; at < rows.length; at += D) {
		const row = rows.subarray(at, at + D);
		const mean = row.reduce((sum, x) => sum + x, 0) / D;
		const deviation = Math.sqrt(row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / D + 1e-5);
		row.forEach((x, d) => {
			out[at + d] = ((x - mean) / deviation) * gain[d]! + bias[d]!;
		});
	}
	return out;
}

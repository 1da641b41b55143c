// What a whole model takes when it runs: its weights as the kernels lay them out, and its cache of keys and values. From the header alone.

import { FLOATS, HOT_TYPES, matrixBytes, ROUNDED, WEIGHT_KINDS } from '../../../../src/compute/layouts.ts';
import type { Checkpoint, TensorInfo } from '../../../../src/formats/checkpoint.ts';

/** Tokens that the cache is made for (src/model/runner.ts). */
const CONTEXT = 4096;
/** Of the budget, what floats may take as they are (src/transformer/kernels/model.ts). */
const FLOAT_SHARE = 0.5;
/** Matrices that make keys and values, in GGUF's names and the Hub's. */
const KEYS = /(?:attn_k|attn_v|[kv]_proj|\.key|\.value)\.weight$/;

/** Bytes, roughly: activations and code come on top. */
export function memoryToRun({ tensors }: Checkpoint, budget: number): number {
	const all = [...tensors.values()];
	const floats = all.reduce((sum, { shape }) => sum + 4 * count(shape), 0) <= budget * FLOAT_SHARE;
	const weights = all.reduce((sum, tensor) => sum + weightBytes(tensor, floats), 0);
	const cache = all.reduce((sum, { name, shape }) => sum + (KEYS.test(name) ? 2 * CONTEXT * shape[0]! : 0), 0);
	return weights + cache;
}

const count = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function weightBytes({ dtype, shape }: TensorInfo, floats: boolean): number {
	if (shape.length < 2) return 4 * count(shape);
	const columns = shape.at(-1)!;
	const { kind } = HOT_TYPES.get(dtype) ?? (floats ? FLOATS : ROUNDED);
	const whole = columns % kind.columns === 0 ? kind : WEIGHT_KINDS.signed8;
	return matrixBytes(whole, count(shape) / columns, Math.ceil(columns / whole.columns) * whole.columns);
}

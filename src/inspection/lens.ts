// Lens: any layer's state read as words, by the final norm and the output table.
// nostalgebraist 2020, "interpreting GPT: the logit lens".

import type { FastModel } from '../transformer/kernels/model.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { logSumExp, top } from '../unembedding/probability.ts';
import { unembed } from '../unembedding/unembed.ts';
import { type TraceInput, trace } from './trace.ts';

export interface LensLayer {
	/** The block whose output is read; −1 is what block 0 receives. */
	readonly layer: number;
	readonly top: readonly { readonly id: number; readonly probability: number }[];
}

/** States (n, D) of any layer → logits (n, V): through the final norm and the unembedding. */
async function readStates(model: Transformer, states: Float32Array, fast?: FastModel, signal?: AbortSignal): Promise<Float32Array> {
	if (fast && model.config.logits) return fast.logits(states, 'any', signal);
	const { config, backend, weights } = model;
	const { finalNorm: norm, finalProjection: projection } = await weights.globals(signal);
	let x = norm ? backend.norm(states, config.width, config.finalNorm!, norm.gain, norm.bias) : states;
	if (projection) x = backend.linear(x, x.length / config.width, projection);
	return unembed(model, x, { signal });
}

export interface LensOptions {
	readonly top?: number;
	readonly token?: number;
	/** Run on the kernels. */
	readonly fast?: FastModel | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** What each layer would say next after token `token` (default: the last). */
export async function lens(
	model: Transformer,
	input: TraceInput,
	{ top: count = 10, token = -1, fast, signal }: LensOptions = {},
): Promise<LensLayer[]> {
	const D = model.config.width;
	const { points } = await trace(model, input, {
		at: [
			{ point: 'embedding.output', token },
			{ point: 'output', token },
		],
		fast,
		signal,
	});
	const layers = [-1, ...model.config.blocks.keys()];
	const states = new Float32Array(layers.length * D);
	for (const [row, layer] of layers.entries())
		states.set(points.get(layer < 0 ? 'embedding.output' : `blocks.${layer}.output`)!.data, row * D);
	const logits = await readStates(model, states, fast, signal);
	const V = logits.length / layers.length;
	return layers.map((layer, row) => {
		const own = logits.subarray(row * V, (row + 1) * V);
		const total = logSumExp(own);
		return { layer, top: top(own, count).map((id) => ({ id, probability: Math.exp(own[id]! - total) })) };
	});
}

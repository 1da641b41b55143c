// Unembedding: hidden states → logits, by the table read the other way round, with head, bias, scale and cap where the family has them.

import { TongsaError } from '../errors.ts';
import type { FastModel } from '../transformer/kernels/model.ts';
import { SILENT, type Taps, tap } from '../transformer/taps.ts';
import type { Transformer } from '../transformer/transformer.ts';

interface UnembedOptions {
	readonly taps?: Taps | undefined;
	/** On the kernels. */
	readonly fast?: FastModel | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** hidden (n, W) as `final.output` gives it → logits (n, V). @throws TongsaError 'unsupported' without an output table. */
export async function unembed(
	model: Transformer,
	hidden: Float32Array,
	{ taps = SILENT, fast, signal }: UnembedOptions = {},
): Promise<Float32Array> {
	const { config, backend, weights } = model;
	const { vocabulary: V, logits: spec } = config;
	if (!spec) {
		throw new TongsaError('unsupported', 'this model has no output table: its states cannot be read as tokens', {
			file: model.name,
			hint: 'Ask for states (final.output) or a sentence vector',
		});
	}
	if (fast) return tap(taps, `${model.prefix}logits`, await fast.logits(hidden, 'final', signal), V);
	const n = hidden.length / config.embedding.width;
	let x = hidden;
	if (spec.head) {
		const { head, headNorm } = await weights.globals(signal);
		x = backend.activate(spec.head.activation, backend.linear(x, n, head!.matrix, head!.bias));
		x = backend.norm(x, config.width, spec.head.norm, headNorm!.gain, headNorm!.bias);
	}
	const logits = new Float32Array(n * V);
	for await (const { firstRow, matrix } of weights.output(signal)) {
		const part = backend.linear(x, n, matrix);
		for (let t = 0; t < n; t++) logits.set(part.subarray(t * matrix.rows, (t + 1) * matrix.rows), t * V + firstRow);
	}
	const bias = await weights.outputBias(signal);
	if (bias || spec.scale !== 1 || spec.cap !== undefined) {
		for (let i = 0; i < logits.length; i++) {
			const scaled = (logits[i]! + (bias ? bias[i % V]! : 0)) * spec.scale;
			logits[i] = spec.cap === undefined ? scaled : spec.cap * Math.tanh(scaled / spec.cap);
		}
	}
	return tap(taps, `${model.prefix}logits`, logits, V);
}

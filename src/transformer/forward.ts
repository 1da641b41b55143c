// The forward pass: rows → blocks → norm → hidden. Everything else in this folder is a part of it.

import { TongsaError } from '../errors.ts';
import type { TransformerConfig } from '../spec/config.ts';
import { type Rows, runBlock } from './block.ts';
import { sinusoids } from './position.ts';
import { type Run, sharedRopeTables } from './run.ts';
import { createState, type State } from './state.ts';
import { SILENT, type Taps, tap } from './taps.ts';
import type { Transformer } from './transformer.ts';

/** Token ids, or rows (T, width of the table) in their place. */
export type Input = { readonly ids: ArrayLike<number> } | { readonly vectors: Float32Array };

export interface ForwardOptions {
	readonly taps?: Taps | undefined;
	/** Of the new tokens, those whose last state is wanted; all of them when absent. */
	readonly rows?: Rows | undefined;
	/** The last block that is needed; what comes after it is then left out. −1: only the embedding. */
	readonly lastBlock?: number | undefined;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Passes T new tokens through the stack and remembers them in the state.
 * @returns their last states, (rows.count, W): the table's width, which is D in nearly every family; (…, D) when `lastBlock` ends the run early.
 * @throws TongsaError 'usage' for no tokens, 'too-large' beyond the table of positions, 'wrong-shape' for vectors that do not fit.
 */
export async function forward(model: Transformer, input: Input, state: State, options: ForwardOptions = {}): Promise<Float32Array> {
	const { config } = model;
	if (config.encoder && !state.encoded) {
		throw new TongsaError('usage', 'a decoder needs the states of its encoder', { file: model.name, hint: 'Give the text to translate' });
	}
	const run = await begin(model, input, state, options);
	const T = tokensOf(input, config);
	const all = { first: 0, count: T };
	let x = await embed(run, input, T);
	const last = options.lastBlock ?? config.blocks.length - 1;
	for (let i = 0; i <= last; i++) {
		options.signal?.throwIfAborted();
		x = await runBlock(run, i, x, i === last ? (options.rows ?? all) : all);
	}
	if (last < config.blocks.length - 1) return x;
	state.length += T;
	const { finalNorm: norm, finalProjection: projection } = run.globals;
	if (norm) x = run.backend.norm(x, config.width, config.finalNorm!, norm.gain, norm.bias);
	if (projection) x = run.backend.linear(x, x.length / config.width, projection);
	return tap(run.taps, `${run.prefix}final.output`, x, config.embedding.width);
}

/** The encoder's last states of a text, and a state for the decoder that attends to them. */
export async function encode(model: Transformer, input: Input, options: Omit<ForwardOptions, 'rows'> = {}): Promise<State> {
	if (!model.encoder) throw noEncoder(model.name);
	return createState(model.config, await forward(model.encoder, input, createState(model.encoder.config), options));
}

async function begin(model: Transformer, input: Input, state: State, { taps = SILENT, signal }: ForwardOptions): Promise<Run> {
	const { config } = model;
	const T = tokensOf(input, config);
	const end = state.length + T;
	const positions = config.embedding.positions;
	if (T === 0) throw noTokens(model.name);
	if (positions?.kind === 'learned' && end > positions.rows - positions.offset) {
		throw new TongsaError('too-large', 'the text is longer than the table of positions, and nothing is cut in silence', {
			file: model.name,
			got: `${end} tokens`,
			allowed: `at most ${positions.rows - positions.offset}`,
		});
	}
	const globals = await model.weights.globals(signal);
	const { backend, weights, prefix } = model;
	return { config, backend, weights, globals, state, taps, prefix, ropeTable: sharedRopeTables(globals, state.length, end), signal };
}

export function noEncoder(file: string): TongsaError {
	return new TongsaError('unsupported', 'this model has no encoder', { file });
}

export function noTokens(file: string): TongsaError {
	return new TongsaError('usage', 'there are no tokens to pass through the model', { file, hint: 'Give at least one' });
}

function tokensOf(input: Input, { embedding }: TransformerConfig): number {
	if ('ids' in input) return input.ids.length;
	if (input.vectors.length % embedding.width === 0) return input.vectors.length / embedding.width;
	throw new TongsaError('wrong-shape', 'vectors do not fit the width of the model', {
		got: `${input.vectors.length} values`,
		allowed: `a multiple of ${embedding.width}`,
	});
}

/** What block 0 receives: rows, scaled, projected, with positions, types and norm where the family has them. */
async function embed(run: Run, input: Input, T: number): Promise<Float32Array> {
	const { config, backend, globals, taps, prefix } = run;
	let x = await enter(run, input, T);
	if (globals.embeddingNorm)
		x = backend.norm(x, config.width, config.embedding.norm!, globals.embeddingNorm.gain, globals.embeddingNorm.bias);
	return tap(taps, `${prefix}embedding.output`, x, config.width);
}

/** What the kernels' program starts from: what block 0 receives, before the norm of a family that has one there. (T, D) */
export async function entering(model: Transformer, input: Input, { taps, signal }: ForwardOptions): Promise<Float32Array> {
	return enter(await begin(model, input, createState(model.config), { taps, signal }), input, tokensOf(input, model.config));
}

async function enter(run: Run, input: Input, T: number): Promise<Float32Array> {
	const { config, backend, weights, globals, taps, prefix, signal } = run;
	const { embedding, width: D } = config;
	const stored = 'ids' in input ? await weights.rows(input.ids, signal) : input.vectors;
	const rows = tap(taps, `${prefix}embedding.rows`, stored, embedding.width);
	let x = embedding.scale === 1 ? rows : rows.map((value) => value * embedding.scale);
	if (globals.embeddingProjection) x = backend.linear(x, T, globals.embeddingProjection);
	if (embedding.types > 0) {
		const type = await weights.type(signal);
		x = x.map((value, i) => value + type[i % D]!);
	}
	return embedding.positions ? backend.add(x, await positionRows(run, input, T)) : x;
}

async function positionRows({ config, weights, state, signal }: Run, input: Input, T: number): Promise<Float32Array> {
	const positions = config.embedding.positions!;
	const inOrder = Array.from({ length: T }, (_, t) => state.length + t);
	if (positions.kind === 'sinusoidal') return sinusoids(inOrder, config.width);
	const { offset, padding } = positions;
	let counted = state.length - 1;
	const rows = inOrder.map((p, t) => ('ids' in input && padding !== undefined ? (input.ids[t] === padding ? -1 : ++counted) : p) + offset);
	return weights.positions(rows, signal);
}

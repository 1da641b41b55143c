// Trace: one run with listeners. Any subset of the points at the cost of that subset; any of them may be replaced.

import { TongsaError } from '../errors.ts';
import { pointsOf } from '../spec/points.ts';
import { encode, entering, forward, type Input, noEncoder, noTokens } from '../transformer/forward.ts';
import type { Hearing } from '../transformer/kernels/hear.ts';
import type { FastModel } from '../transformer/kernels/model.ts';
import { ENOUGH, listen, type Replace, type TracedPoint } from '../transformer/listen.ts';
import { type Extent, extentOf, type Pick, type Selector, select, valuesOf } from '../transformer/select.ts';
import { createState } from '../transformer/state.ts';
import type { Taps } from '../transformer/taps.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { unembed } from '../unembedding/unembed.ts';

/** Tokens or vectors; for an encoder-decoder also the text to translate. */
export type TraceInput = Input & { readonly source?: Input | undefined };

export interface TraceOptions {
	readonly at: readonly Selector[];
	/** Points whose values are replaced on the way, in this order. */
	readonly replace?: readonly { readonly at: Selector; readonly with: Replace }[];
	/** The most values that may be kept (default: any number). @throws TongsaError 'too-large', before anything is computed. */
	readonly maxValues?: number | undefined;
	/** Run on the kernels. */
	readonly fast?: FastModel | undefined;
	readonly signal?: AbortSignal | undefined;
}

export interface Trace {
	readonly points: ReadonlyMap<string, TracedPoint>;
}

export async function trace(
	model: Transformer,
	input: TraceInput,
	{ at, replace = [], maxValues, fast, signal }: TraceOptions,
): Promise<Trace> {
	const T = lengthOf(model, input);
	if (T === 0) throw noTokens(model.name);
	const sourceT = input.source ? lengthOf(model, input.source) : T;
	const picks = select(model.config, at, T, sourceT);
	checkValues(valuesOf(model.config, picks, T, sourceT), maxValues);
	const replacements = new Map<string, Replace[]>();
	for (const edit of replace) {
		for (const name of select(model.config, [edit.at], T, sourceT).keys())
			replacements.set(name, [...(replacements.get(name) ?? []), edit.with]);
	}
	if (picks.size === 0) return { points: new Map() };
	if (model.encoder && !input.source) {
		throw new TongsaError('usage', 'this model translates: a text for its encoder is missing', { file: model.name });
	}
	// A replacement may look at all tokens, so that none is left out then.
	const whole = [...picks].map(([name, { point }]): [string, Pick] => [name, { point }]);
	const extent = extentOf(model.config, replace.length > 0 ? new Map(whole) : picks, T);
	if (fast) return onKernels(model, input, fast, picks, replacements, T, extent, signal);
	const { taps, points } = listen(picks, replacements, T, extent, true);
	try {
		await run(model, input, taps, extent, signal);
	} catch (reason) {
		if (reason !== ENOUGH) throw reason;
	}
	return { points };
}

async function run(model: Transformer, input: TraceInput, taps: Taps, extent: Extent, signal: AbortSignal | undefined): Promise<void> {
	const state = input.source ? await encode(model, input.source, { taps, signal }) : createState(model.config);
	const hidden = await forward(model, input, state, { taps, rows: extent.rows, lastBlock: extent.lastBlock, signal });
	if (extent.logits) await unembed(model, hidden, { taps, signal });
}

/** The same run on the kernels: they end behind the last point that is asked for. */
async function onKernels(
	model: Transformer,
	input: TraceInput,
	fast: FastModel,
	picks: ReadonlyMap<string, Pick>,
	replacements: ReadonlyMap<string, readonly Replace[]>,
	T: number,
	extent: Extent,
	signal: AbortSignal | undefined,
): Promise<Trace> {
	// Only the tokens whose logits are asked for, whatever else is heard: one token's logits and many tokens' are summed in another order.
	const tokens = replacements.size > 0 ? undefined : picks.get('logits')?.tokens;
	const first = tokens ? Math.min(...tokens) : 0;
	const rows = { first, count: tokens ? Math.max(...tokens) + 1 - first : T };
	const listening = listen(picks, replacements, T, { ...extent, rows }, false);
	const ears = { picks, listening, replaces: (point: string) => replacements.has(point) };
	const hear = async (part: Transformer, on: FastModel, input: Input, more: Omit<Hearing, keyof typeof ears>) =>
		on.hear(await entering(part, input, { taps: listening.taps, signal }), { ...ears, ...more }, signal);
	// Where only the encoder is asked for, the decoder has nothing to do.
	const decodes = [...picks.keys()].some((name) => !name.startsWith('encoder.'));
	let source: Float32Array | undefined;
	if (input.source) {
		if (!model.encoder || !fast.encoder) throw noEncoder(model.name);
		const all = { first: 0, count: lengthOf(model, input.source) };
		source = await hear(model.encoder, fast.encoder, input.source, { rows: decodes ? all : undefined });
	}
	if (decodes) {
		const hidden = await hear(model, fast, input, { rows: extent.logits ? rows : undefined, source });
		if (extent.logits) await unembed(model, hidden!, { taps: listening.taps, fast, signal });
	}
	// In the order of the data, as the exact path offers them.
	const heard = pointsOf(model.config).flatMap(({ name }) => {
		const point = listening.points.get(name);
		return point ? [[name, point] as const] : [];
	});
	return { points: new Map(heard) };
}

function checkValues(values: number, most = Number.POSITIVE_INFINITY): void {
	if (values <= most) return;
	throw new TongsaError('too-large', 'that is more than one trace may give', {
		field: 'at',
		got: `${values} values`,
		allowed: `at most ${most}`,
		hint: 'Ask for fewer points, or for one layer, head or token of them',
	});
}

/** T. */
export function lengthOf(model: Transformer, input: Input): number {
	return 'ids' in input ? input.ids.length : input.vectors.length / model.config.embedding.width;
}

/** The run as it is and the run with the replacements, side by side. */
export async function traceBoth(
	model: Transformer,
	input: TraceInput,
	options: TraceOptions,
): Promise<{ readonly before: Trace; readonly after: Trace }> {
	const { replace: _, ...plain } = options;
	return { before: await trace(model, input, plain), after: await trace(model, input, options) };
}

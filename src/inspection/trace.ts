// Trace: one run with hooks. Any subset of the points at the cost of that subset; any of them may be replaced, whole or in part.

import { TongsaError } from '../errors.ts';
import { pointsOf } from '../spec/points.ts';
import type { Engine, EngineInput } from '../transformer/engine.ts';
import { ENOUGH, Observation, type Replace, type Replacement, type TracedPoint } from '../transformer/hooks.ts';
import { extentOf, rangeOf, type Selection, type Selector, select, type TraceExtent, valuesOf } from '../transformer/select.ts';
import { noTokens, tokensOf } from '../transformer/transformer.ts';

export interface Edit {
	/** Which values: whole points, or a head or token of them. */
	readonly at: Selector;
	/** Gets these values alone, and replaces them alone. */
	readonly with: Replace;
}

export interface TraceOptions {
	readonly at: readonly Selector[];
	/** What is replaced on the way, in this order. */
	readonly replace?: readonly Edit[];
	/** The most values that may be kept (default: any number). @throws TongsaError 'too-large', before anything is computed. */
	readonly maxValues?: number | undefined;
	readonly signal?: AbortSignal | undefined;
}

export interface Trace {
	readonly points: ReadonlyMap<string, TracedPoint>;
}

export async function trace(engine: Engine, input: EngineInput, { at, replace = [], maxValues, signal }: TraceOptions): Promise<Trace> {
	const { config, name, encoder } = engine.model;
	const T = tokensOf(input, config);
	if (T === 0) throw noTokens(name);
	const S = input.source ? tokensOf(input.source, config) : T;
	const selections = select(config, at, T, S);
	checkValues(valuesOf(config, selections, T, S), maxValues);
	const replacements = replacementsOf(replace, (selector) => select(config, [selector], T, S));
	if (selections.size === 0) return { points: new Map() };
	if (encoder && !input.source) throw new TongsaError('usage', 'this model translates: a text for its encoder is missing', { file: name });
	const extent = traceExtent(engine, selections, replace.length > 0, T);
	const { asked } = extent;
	// Of the table's many rows only what is read, or may be replaced.
	const logits = replacements.has('logits') ? asked : rangeOf(selections.get('logits')?.tokens, T);
	const hooks = new Observation({ selections, replacements, tokens: T, asked, logits, stop: true });
	// Where only the encoder is asked for, the decoder has nothing to do.
	const decodes = [...selections.values()].some(({ point }) => !point.encoder);
	try {
		const states = await engine.run(input, { hooks, extent, decodes, signal });
		const W = config.embedding.width;
		const from = (logits.first - asked.first) * W;
		if (extent.logits) await engine.logits(states.slice(from, from + logits.count * W), 'final', { hooks, signal });
	} catch (reason) {
		if (reason !== ENOUGH) throw reason;
	}
	// In the order of the data, whichever way the engine came by them.
	const found = pointsOf(config).flatMap((point) => {
		const values = hooks.points.get(point.name);
		return values ? [[point.name, values] as const] : [];
	});
	return { points: new Map(found) };
}

/** What each point's edits are, by its name. */
export function replacementsOf(
	edits: readonly Edit[],
	selected: (selector: Selector) => ReadonlyMap<string, Selection>,
): ReadonlyMap<string, readonly Replacement[]> {
	const replacements = new Map<string, Replacement[]>();
	for (const { at, with: replace } of edits) {
		for (const [name, selection] of selected(at)) replacements.set(name, [...(replacements.get(name) ?? []), { selection, replace }]);
	}
	return replacements;
}

/** Edits may look at all tokens, so that none is left out then. */
function traceExtent({ model: { config } }: Engine, selections: ReadonlyMap<string, Selection>, edited: boolean, T: number): TraceExtent {
	const whole = new Map([...selections].map(([name, { point }]): [string, Selection] => [name, { point }]));
	return extentOf(config, edited ? whole : selections, T);
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

/** The run as it is and the run with the edits, side by side. */
export async function traceBoth(
	engine: Engine,
	input: EngineInput,
	options: TraceOptions,
): Promise<{ readonly before: Trace; readonly after: Trace }> {
	const { replace: _, ...plain } = options;
	return { before: await trace(engine, input, plain), after: await trace(engine, input, options) };
}

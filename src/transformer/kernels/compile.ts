// Compile: some blocks of a model → the program of their memory. The model's own code is recorded (record.ts) and lowered to steps (lower.ts).

import type { Arena } from '../../compute/arena.ts';
import type { Program, Rows } from '../../program/steps.ts';
import { blocks, embed, enter, finish, readSource } from '../forward.ts';
import type { Transformer } from '../transformer.ts';
import { unembed } from '../unembed.ts';
import { Barriers } from './barriers.ts';
import { rowsOf } from './buffers.ts';
import type { Constant, RopePlace } from './constants.ts';
import { LOGITS_AT_ONCE, Lowering, type Sizes } from './lower.ts';
import type { Plan } from './plan.ts';
import { type Entry, type Graph, Recorder } from './record.ts';
import type { CachePlace } from './snapshot.ts';
import type { Tap } from './taps.ts';

export interface Compiled {
	readonly program: Program;
	/** D. */
	readonly width: number;
	/** How rows become what the first memory's program starts from. */
	readonly entry: Entry;
	/** Where hooks may read, in the order of the program. */
	readonly taps: readonly Tap[];
	/** The step that each block begins with. */
	readonly boundaries: readonly number[];
	/** Taps of the steps that read a source text. */
	readonly sourceTaps: readonly Tap[];
	/** All activations: what a pass that is put aside must save. */
	readonly activations: readonly { readonly at: number; readonly bytes: number }[];
	/** Where a pass's rows come in, (batch, D). */
	readonly input: Rows;
	/** Where the last of these blocks leaves its states, (batch, D). */
	readonly output: Rows;
	/** Where final states (batch, D) are found. */
	readonly states: Rows;
	/** Where final states come in for `unembed`, and where it leaves their logits: LOGITS_AT_ONCE rows. */
	readonly final: Rows | undefined;
	readonly logits: Rows | undefined;
	readonly ropes: readonly RopePlace[];
	/** To be written once. */
	readonly constants: readonly Constant[];
	readonly cacheBytes: number;
	/** Where the length of a source text stands; 0: there is none. */
	readonly source: number;
	/** Keys and values of the text, block by block. */
	readonly caches: readonly CachePlace[];
}

/** The blocks `from` up to `to`; those before and after them are in other memories. */
export async function compile(model: Transformer, plan: Plan, arena: Arena, sizes: Sizes, from: number, to: number): Promise<Compiled> {
	const { config, views } = model;
	const D = config.width;
	const isLast = to === config.blocks.length;
	const recorder = new Recorder(config, views);
	const { run } = recorder;
	const none: Graph = [];
	const graphs = {
		blocks: await recorder.graph(D, async (x) => blocks(run, from === 0 ? await embed(run, await enter(run)) : x, from, to)),
		source: config.blocks.some(({ cross }) => cross) ? await recorder.graph(D, (x) => readSource(run, x, from, to)) : none,
		states: isLast ? await recorder.graph(D, (x) => finish(run, x)) : none,
		logits: isLast && views.output ? await recorder.graph(D, (x) => unembed(run, finish(run, recorder.last(x)))) : none,
		unembed: isLast && views.output ? await recorder.graph(D, (x) => unembed(run, x)) : none,
	};

	const lowering = new Lowering(model, plan, arena, sizes, Object.values(graphs));
	const { buffers, cache, constants } = lowering;
	const input = buffers.take(D);
	const source = graphs.source.length > 0 ? lowering.lower(graphs.source, input, true) : NOTHING;
	const stack = lowering.lower(graphs.blocks, input, false);
	const { output } = stack;
	const states = graphs.states.length > 0 ? lowering.lower(graphs.states, output, true, stack.barriers.fork()) : { ...NOTHING, output };
	// A pass runs the one or the other.
	if (states.output !== output) buffers.give(states.output);
	buffers.settle();
	const logits = graphs.logits.length > 0 ? lowering.lower(graphs.logits, output, true, stack.barriers.fork()) : NOTHING;
	const final = graphs.unembed.length > 0 ? rowsOf(arena, LOGITS_AT_ONCE, D) : undefined;
	const ending = final ? lowering.lower(graphs.unembed, final, true) : NOTHING;
	const finalTap = states.taps.map(
		(tap): Tap => ({ ...tap, at: stack.steps.length, made: { list: 'states', from: 0, to: states.steps.length } }),
	);
	return {
		program: {
			blocks: stack.steps,
			states: states.steps,
			logits: logits.steps,
			unembed: ending.steps,
			source: source.steps,
			hooked: lowering.hooked,
		},
		width: D,
		entry: recorder.entry,
		taps: [...stack.taps, ...finalTap],
		boundaries: stack.taps.filter(({ point }) => point.part === 'block' && point.kind === 'input').map(({ at }) => at),
		sourceTaps: source.taps,
		activations: buffers.all,
		input,
		output,
		states: states.output,
		final,
		logits: lowering.logits,
		ropes: constants.ropes,
		constants: constants.written,
		cacheBytes: cache.bytes,
		source: cache.source,
		caches: cache.text,
	};
}

const NOTHING = { steps: [], taps: [], output: { at: 0, stride: 0 }, barriers: new Barriers() };

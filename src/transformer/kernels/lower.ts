// Lower: a graph of operations → the steps of a program over one memory. Buffers are reused when nobody reads them any more, a projection and
// the sum that it goes into become one step, operations that may work in place do, and barriers are derived. What the model does is not known here.

import { ACTIVATIONS, type ActivationName } from '../../compute/activations.ts';
import type { Arena } from '../../compute/arena.ts';
import { activationBytes, padded, type WeightKind } from '../../compute/layouts.ts';
import { QUERY_LIFT } from '../../compute/scalar/attention.ts';
import { TongsaError } from '../../errors.ts';
import { attendScratch } from '../../program/attend-many.ts';
import { paddedHead } from '../../program/heads.ts';
import type { AttendStep, Range, Rows, Step } from '../../program/steps.ts';
import type { Transformer } from '../transformer.ts';
import { Barriers } from './barriers.ts';
import { ActivationBuffers } from './buffers.ts';
import { Constants } from './constants.ts';
import { Uses } from './liveness.ts';
import type { Plan } from './plan.ts';
import type { Graph, Operation, Value } from './record.ts';
import { KeyValueCache } from './slots.ts';
import { type Tap, tapOf } from './taps.ts';

export interface Sizes {
	/** Tokens in one pass at most, a multiple of 4. */
	readonly batch: number;
	/** Tokens that the cache holds. */
	readonly capacity: number;
	readonly threads: number;
}

type Made<Op extends Operation['op']> = Extract<Operation, { op: Op }>;

/** States whose logits are made in one go: the output table is read once for them, and a vocabulary of 262 144 takes 8 MB. */
export const LOGITS_AT_ONCE = 8;

/** Lowers the graphs of one memory, which share its buffers, its cache and its constants. */
export class Lowering {
	readonly buffers: ActivationBuffers;
	readonly cache: KeyValueCache;
	readonly constants: Constants;
	/** Steps for hooks alone. */
	readonly hooked: Step[] = [];
	readonly #model: Transformer;
	readonly #plan: Plan;
	readonly #arena: Arena;
	readonly #sizes: Sizes;
	readonly #records = new Map<string, number>();
	/** Widest operand of a matrix, and widest head of attention, of all graphs. */
	readonly #widest: number;
	readonly #scratchStride: number;
	#scratch = 0;
	#logits: Rows | undefined;

	constructor(model: Transformer, plan: Plan, arena: Arena, sizes: Sizes, graphs: readonly Graph[]) {
		this.#model = model;
		this.#plan = plan;
		this.#arena = arena;
		this.#sizes = sizes;
		this.buffers = new ActivationBuffers(arena, sizes.batch);
		this.cache = new KeyValueCache(arena, sizes.capacity);
		this.constants = new Constants(arena, sizes.capacity);
		const made = graphs.flatMap(operations);
		this.#widest = Math.max(0, ...made.map((one) => ('x' in one ? one.x.width : 0)));
		const heads = made.flatMap((one) => (one.op === 'attend' ? [paddedHead(one.call.config.headWidth)] : []));
		this.#scratchStride = heads.length > 0 ? attendScratch(sizes.capacity, Math.max(...heads)) : 0;
	}

	/** Where logits are left: LOGITS_AT_ONCE rows. */
	get logits(): Rows | undefined {
		return this.#logits;
	}

	/** `input`: where the graph's first value stands. `keepsInput`: it is not the graph's to reuse. `barriers`: what has been touched before. */
	lower(graph: Graph, input: Rows, keepsInput: boolean, barriers = new Barriers()): Lowered {
		return new GraphLowering(this, graph, input, keepsInput, barriers).run();
	}

	get plan(): Plan {
		return this.#plan;
	}

	get model(): Transformer {
		return this.#model;
	}

	get capacity(): number {
		return this.#sizes.capacity;
	}

	/** Where activations go for a kind of weights: one place for all matrices of the kind. */
	records(kind: WeightKind): number {
		const key = `${kind.activations} ${kind.columns}`;
		const at = this.#records.get(key) ?? this.#arena.take(activationBytes(kind, this.#sizes.batch, padded(this.#widest)), 'activations');
		this.#records.set(key, at);
		return at;
	}

	scratch(): { readonly scratch: number; readonly scratchStride: number } {
		this.#scratch ||= this.#arena.take(this.#sizes.threads * this.#scratchStride, 'scores');
		return { scratch: this.#scratch, scratchStride: this.#scratchStride };
	}

	logitRows(): Rows {
		const V = Math.ceil(this.#model.views.output!.matrix.rows / 8) * 8;
		this.#logits ??= { at: this.#arena.take(LOGITS_AT_ONCE * V * 4, 'logits'), stride: V * 4 };
		return this.#logits;
	}
}

export interface Lowered {
	readonly steps: readonly Step[];
	readonly taps: readonly Tap[];
	/** Where the graph's last value stands; undefined where it has none (a cache was filled). It stays taken. */
	readonly output: Rows;
	/** What has been touched at its end. */
	readonly barriers: Barriers;
}

/** One graph on its way into steps. */
class GraphLowering {
	readonly #all: Lowering;
	readonly #graph: Graph;
	readonly #uses: Uses;
	readonly #barriers: Barriers;
	readonly #steps: Step[] = [];
	readonly #taps: Tap[] = [];
	/** Taps whose old values come back behind the operation at a place. */
	readonly #restored = new Map<number, Tap[]>();
	/** Where each value stands, by its root: a tap is the value that it taps. */
	readonly #places = new Map<Value, Rows>();
	readonly #input: Rows;

	constructor(all: Lowering, graph: Graph, input: Rows, keepsInput: boolean, barriers: Barriers) {
		this.#all = all;
		this.#graph = graph;
		this.#barriers = barriers;
		this.#uses = new Uses(graph, keepsInput);
		this.#places.set(graph[0]!, input);
		this.#input = input;
	}

	run(): Lowered {
		for (const [i, value] of this.#graph.entries()) {
			const isDone = this.#places.has(value) || this.#uses.isFused(value);
			if (!isDone) (this.#lower[value.made.op] as (made: Operation, value: Value, i: number) => void)(value.made, value, i);
			for (const tap of this.#restored.get(i) ?? []) tap.restoreAt = this.#steps.length;
			for (const root of this.#uses.dyingAt(i)) this.#release(root);
		}
		this.#all.buffers.settle();
		const last = this.#uses.root(this.#graph.at(-1)!);
		return { steps: this.#steps, taps: this.#taps, output: this.#places.get(last) ?? this.#input, barriers: this.#barriers };
	}

	readonly #lower: { readonly [Op in Operation['op']]: (made: Made<Op>, value: Value, i: number) => void } = {
		input: () => {},
		linear: ({ x }) => this.#project(x, this.#uses.projectionsOf(x)),
		norm: ({ x, config, parts }, value) => {
			const out = this.#take(value);
			const { gain, bias } = this.#all.plan.norm(parts, x.width, config.gainOffset);
			const { epsilon, kind } = config;
			this.#emit({ op: 'norm', x: this.#at(x), width: x.width, gain, bias, epsilon, centre: kind === 'layer', out });
		},
		headNorm: ({ x, heads, config: { scope, norm }, parts }, value, i) => {
			const whole = scope === 'width';
			const width = whole ? value.width : value.width / heads;
			const gains = scope === 'heads' ? heads : 1;
			const { gain } = this.#all.plan.norm(parts, gains * width, norm.gainOffset);
			const { epsilon, kind } = norm;
			const own = this.#inPlace(x, value, i);
			this.#emit({ op: 'headNorm', x: own, heads: whole ? 1 : heads, width, gain, gains, epsilon, centre: kind === 'layer' });
		},
		rotate: ({ x, heads, headWidth, rope }, value, i) => {
			const { cos, sin, pairs } = this.#all.constants.rope(rope);
			const interleaved = rope.pairing === 'interleaved';
			this.#emit({ op: 'rotate', x: this.#inPlace(x, value, i), heads, headWidth, cos, sin, pairs, interleaved });
		},
		add: ({ x, y }, value, i) => {
			const linear = this.#uses.projectionIn(value);
			if (linear) return this.#addProjected(x, linear, value);
			this.#emit({ op: 'add', x: this.#inPlace(x, value, i), y: this.#at(y), width: value.width });
		},
		scale: ({ x, factor }, value, i) =>
			this.#emit({ op: 'multiply', x: this.#inPlace(x, value, i), heads: 1, headWidth: value.width, factor }),
		scaleAndCap: ({ x, scale, cap }, value, i) => {
			const own = this.#inPlace(x, value, i);
			this.#emit({ op: 'scaleAndCap', x: own, width: Math.ceil(value.width / 8) * 8, scale, cap: cap ?? 0 });
		},
		activate: ({ activation, up, gate }, value, i) => {
			const own = this.#inPlace(gate ?? up, value, i);
			const other = gate && this.#at(up);
			const { width } = value;
			if (typeof activation !== 'string') {
				const { alpha, limit } = activation;
				return this.#emit({ op: 'clampedActivate', gate: own, up: other!, width, alpha, limit });
			}
			this.#emit({ op: 'activate', activation: kernelActivation(activation), gate: own, up: other, width });
		},
		append: ({ slot, x }) => {
			const { heads, headWidth } = slot;
			const P = paddedHead(headWidth);
			const { at } = this.#all.cache.of(slot);
			const { capacity } = this.#all;
			this.#padded(x, heads, headWidth, P, (rows) => this.#emit({ op: 'store', x: rows, heads, headWidth: P, capacity, cache: at }));
		},
		recall: () => {},
		attend: ({ call }, value, i) => this.#attend(call, value, i),
		route: ({ x, routing }, value, i) => this.#emit({ op: 'route', x: this.#inPlace(x, value, i), routing }),
		mixture: ({ x, weights, experts }, value) => {
			const { buffers } = this.#all;
			const [gathered, out] = [buffers.take(x.width), this.#take(value)];
			const width = padded(x.width);
			const lowered = experts.map((graph) => {
				const one = this.#all.lower(graph, gathered, true);
				buffers.give(one.output);
				buffers.settle();
				return one;
			});
			const made = lowered[0]!.output;
			for (const { output, barriers, steps } of lowered) {
				if (output.at !== made.at) throw new TongsaError('internal', 'experts of one mixture leave their rows in several places');
				const meet = barriers.before({ op: 'add', x: made, y: made, width });
				if (meet) (steps as Step[]).push({ op: 'meet', when: 'always' });
			}
			const step = { op: 'experts', x: this.#at(x), weights: this.#at(weights), width, gathered, made, out } as const;
			this.#emit({ ...step, experts: lowered.map(({ steps }) => steps) });
			buffers.give(gathered);
		},
		unembed: ({ x }, value) => {
			const y = this.#all.logitRows();
			this.#places.set(value, y);
			this.#matmul(x, [{ weight: this.#all.model.views.output!, y, add: false }]);
		},
		last: ({ x }, value) => {
			// Many tokens were on their way, and from here on there is one.
			this.#steps.push({ op: 'meet', when: 'always' });
			this.#barriers.clear();
			this.#all.buffers.settle();
			this.#emit({ op: 'last', x: this.#at(x), width: x.width, out: this.#take(value) });
		},
		tap: (made, value) => {
			const { x } = made;
			const tap = tapOf(this.#all.model, made, this.#at(x), this.#steps.length);
			this.#taps.push(tap);
			// The same rows are read as another value afterwards: there the old ones stand again.
			const lastUse = this.#uses.lastUse(value);
			if (this.#uses.lastUse(this.#uses.root(x)) > lastUse) this.#restored.set(lastUse, [...(this.#restored.get(lastUse) ?? []), tap]);
		},
	};

	/** x through several matrices, each into rows of its own. */
	#project(x: Value, linears: readonly Value[]): void {
		this.#matmul(
			x,
			linears.map((linear) => ({ weight: (linear.made as Made<'linear'>).weight, y: this.#take(linear), add: false })),
		);
	}

	/** Quantised once for each way that the matrices want it. */
	#matmul(x: Value, uses: readonly { weight: Made<'linear'>['weight']; y: Rows; add: boolean }[]): void {
		for (const step of this.#matmulSteps(this.#at(x), uses)) this.#emit(step);
	}

	#matmulSteps(x: Rows, uses: readonly { weight: Made<'linear'>['weight']; y: Rows; add: boolean }[]): Step[] {
		const { plan } = this.#all;
		const placed = uses.map(({ weight, y, add }) => ({ ...plan.linear(weight), y, add }));
		const steps: Step[] = [];
		const done = new Set<number>();
		for (const { matrix } of placed) {
			const records = this.#all.records(matrix.kind);
			if (!done.has(records)) steps.push({ op: 'quantise', x, matrix, records });
			done.add(records);
		}
		for (const { matrix, bias, y, add } of placed) {
			steps.push({ op: 'matmul', matrix, x, records: this.#all.records(matrix.kind), y, add, bias });
		}
		return steps;
	}

	/** x ← x + W part in one step. What is added is made by itself only for hooks. */
	#addProjected(x: Value, linear: Value, sum: Value): void {
		const { x: part, weight } = linear.made as Made<'linear'>;
		const at = this.#at(x);
		const taps = this.#uses.tapsOf(linear);
		const before = this.#steps.length;
		this.#matmul(part, [{ weight, y: at, add: true }]);
		this.#places.delete(this.#uses.root(x));
		this.#places.set(sum, at);
		for (const tap of taps) {
			const made = this.#all.buffers.take(sum.width);
			this.#taps.push({
				...tapOf(this.#all.model, tap.made as Made<'tap'>, made, before),
				made: this.#hooked(this.#matmulSteps(this.#at(part), [{ weight, y: made, add: false }])),
				replacement: { steps: this.#hooked([{ op: 'add', x: at, y: made, width: sum.width }]), skip: this.#steps.length - before },
			});
			this.#all.buffers.give(made);
		}
	}

	#attend(call: Made<'attend'>['call'], value: Value, i: number): void {
		const { config: c, keys, values, query, sinks } = call;
		const { heads: H, keyHeads: K, headWidth: Dh } = c;
		const P = paddedHead(Dh);
		const { cache, constants, buffers, plan, capacity } = this.#all;
		const of = (x: Value) => cache.of((x.made as Made<'append' | 'recall'>).slot);
		const own = P === Dh ? this.#inPlace(query, value, i) : buffers.take(H * P);
		if (P !== Dh) this.#emit({ op: 'padHeads', x: this.#at(query), out: own, heads: H, from: Dh, to: P });
		this.#emit({ op: 'multiply', x: own, heads: H, headWidth: P, factor: c.scale * QUERY_LIFT });
		const self = call.part === 'attention';
		const bias = self ? constants.bias(c) : undefined;
		const step: AttendStep = {
			op: 'attend',
			query: own,
			out: own,
			cache: { keys: of(keys).at, values: of(values).at },
			heads: H,
			keyHeads: K,
			headWidth: P,
			capacity,
			cap: c.cap ?? 0,
			causal: self && c.causal,
			window: self ? (c.window ?? 0) : 0,
			slopes: self ? constants.slopes(c) : 0,
			sinks: plan.vector(sinks, H),
			...(bias && { bias }),
			...(!self && { source: cache.sourceLength() }),
			...this.#all.scratch(),
		};
		this.#emit(step);
		// The kernel keeps neither: attention-rows.ts makes them again, from the query as it stands before this step.
		const at = this.#steps.length - 1;
		for (const kind of ['scores', 'weights'] as const) {
			const made = { op: 'tap', layer: call.layer, point: `${call.part}.${kind}`, x: query } as const;
			this.#taps.push({ ...tapOf(this.#all.model, made, own, at), attend: step });
		}
		if (P === Dh) return;
		const context = this.#take(value);
		this.#emit({ op: 'padHeads', x: own, out: context, heads: H, from: P, to: Dh });
		buffers.give(own);
	}

	/** Rows with heads of so many values, for as long as `use` needs them. */
	#padded(x: Value, heads: number, from: number, to: number, use: (rows: Rows) => void): void {
		if (from === to) {
			use(this.#at(x));
			return;
		}
		const out = this.#all.buffers.take(heads * to);
		this.#emit({ op: 'padHeads', x: this.#at(x), out, heads, from, to });
		use(out);
		this.#all.buffers.give(out);
	}

	/** Steps that hooks alone run, with their own barriers. */
	#hooked(steps: readonly Step[]): Range {
		const { hooked } = this.#all;
		const from = hooked.length;
		const barriers = new Barriers();
		for (const step of steps) {
			const meet = barriers.before(step);
			if (meet) hooked.push(meet);
			hooked.push(step);
		}
		return { list: 'hooked', from, to: hooked.length };
	}

	#emit(step: Step): void {
		const meet = this.#barriers.before(step);
		if (meet) this.#steps.push(meet);
		if (meet?.when === 'always') this.#all.buffers.settle();
		this.#steps.push(step);
	}

	/** The rows of x for a result in their place, where nobody reads x after this; otherwise a copy. */
	#inPlace(x: Value, result: Value, i: number): Rows {
		const root = this.#uses.root(x);
		const at = this.#at(x);
		if (this.#uses.dyingAt(i).includes(root)) {
			this.#places.delete(root);
			this.#places.set(result, at);
			return at;
		}
		const out = this.#take(result);
		this.#emit({ op: 'padHeads', x: at, out, heads: 1, from: x.width, to: x.width });
		return out;
	}

	#take(value: Value): Rows {
		const rows = this.#all.buffers.take(value.width);
		this.#places.set(value, rows);
		return rows;
	}

	#at(value: Value): Rows {
		return this.#places.get(this.#uses.root(value))!;
	}

	#release(root: Value): void {
		const rows = this.#places.get(root);
		if (!rows || root === this.#uses.root(this.#graph.at(-1)!)) return;
		this.#places.delete(root);
		this.#all.buffers.give(rows);
	}
}

function operations(graph: Graph): Operation[] {
	return graph.flatMap(({ made }) => [made, ...(made.op === 'mixture' ? made.experts.flatMap(operations) : [])]);
}

function kernelActivation(activation: string): ActivationName {
	if ((ACTIVATIONS as readonly string[]).includes(activation)) return activation as ActivationName;
	throw new TongsaError('unsupported', 'an activation that the kernels lack', { got: activation });
}

// The fast path: the same model on the kernels. Weights repacked once, states and cache in one memory, nothing allocated for a token.
// What it cannot do is said by `obstacle` (fast/support.ts); the exact path then serves. Speed and method: docs/speed.md

import { createArena } from '../compute/arena.ts';
import { CONTROL_BYTES } from '../compute/barrier.ts';
import { createCrew, type Worker } from '../compute/crew.ts';
import { canShareMemory } from '../compute/detect.ts';
import type { KernelVariant } from '../compute/kernels.ts';
import { buildKernels } from '../compute/wasm.ts';
import { TongsaError } from '../errors.ts';
import { type Compiled, compile, type RopePlace } from './fast/compile.ts';
import { loadPlan, readValues, STAGING_BYTES } from './fast/load.ts';
import { createPlan } from './fast/plan.ts';
import { obstacle } from './fast/support.ts';
import { sinusoids } from './position.ts';
import { type RopeTensors, ropeTable } from './rope.ts';
import type { Transformer } from './transformer.ts';
import type { MatrixView } from './views.ts';

export interface FastOptions {
	/** Tokens that the cache holds. */
	readonly capacity: number;
	/** Bytes that all of it may take. */
	readonly memoryBudget: number;
	/** Threads, this one included. More than one needs `startWorker` and memory that can be shared. */
	readonly threads?: number;
	startWorker?(): Worker;
	/** False on a page's main thread. */
	readonly canSleep?: boolean;
	/** Instead of the machine's best. */
	readonly variant?: KernelVariant;
	readonly signal?: AbortSignal;
	onProgress?(done: number, total: number): void;
}

export interface FastModel {
	readonly capacity: number;
	readonly threads: number;
	readonly variant: KernelVariant;
	/** Bytes of everything, and of the cache of keys and values alone. */
	readonly memoryBytes: number;
	readonly cacheBytes: number;
	/**
	 * Passes tokens through, after the first `first` ones that the cache already holds (fewer than it holds: the rest is forgotten).
	 * 'logits': the last token's (V); 'states': all final states (T, D); 'blocks': nothing, the cache is filled.
	 * The result is a view that the next call overwrites.
	 */
	forward(ids: ArrayLike<number>, first: number, want: 'blocks' | 'states' | 'logits', signal?: AbortSignal): Promise<Float32Array>;
	close(): void;
}

/** Tokens of one pass: enough that a weight is read once for many, few enough that their activations stay in the second-level cache. */
const TOKENS_AT_ONCE = 128;
/** A 32-bit memory. */
const MAX_BYTES = 2 ** 32 - 65536;
/** What unsigned activations go up to: 7 bits, the most that every machine multiplies alike (detect.ts). */
const LEVELS = 127;
/** Angles are made for so many positions at a time. */
const ANGLES_AT_ONCE = 256;

/** Of the budget, what float weights may take as float32: beyond it they are rounded to 8 bits, a quarter of the room. */
const FLOAT_SHARE = 0.5;

/** Whether there is room for the file's floats as they are. */
function keepsFloats(views: Transformer['views'], memoryBudget: number): boolean {
	const bytes = (tree: unknown): number => {
		if (typeof tree !== 'object' || tree === null) return 0;
		if ('tensor' in tree) return 'columns' in tree ? (tree as MatrixView).rows * (tree as MatrixView).columns * 4 : 0;
		return Object.values(tree).reduce<number>((sum, part) => sum + bytes(part), 0);
	};
	return bytes(views) <= Math.min(memoryBudget, MAX_BYTES) * FLOAT_SHARE;
}

/** Undefined: it can run on the kernels. */
export function fastObstacle(model: Transformer, capacity: number): string | undefined {
	return obstacle(model.config, capacity);
}

/** @throws TongsaError 'unsupported' with the reason, 'too-large'. */
export async function openFast(model: Transformer, options: FastOptions): Promise<FastModel> {
	const { config, views, weights } = model;
	const reason = fastObstacle(model, options.capacity);
	if (reason)
		throw new TongsaError('unsupported', 'the kernels cannot run this model', {
			file: model.name,
			got: reason,
			hint: 'Use precision exact',
		});
	const capacity = options.capacity;
	const threads = options.startWorker && canShareMemory() ? Math.max(1, options.threads ?? 1) : 1;
	// Workers start while the weights are read.
	const workers = Array.from({ length: threads - 1 }, () => options.startWorker!());
	try {
		const building = buildKernels(options.variant, threads > 1);
		const arena = createArena(64, Math.min(options.memoryBudget, MAX_BYTES));
		const control = arena.take(CONTROL_BYTES, 'threads');
		const plan = createPlan(arena, keepsFloats(views, options.memoryBudget));
		// Where a token sees those after it, all of them pass at once.
		const causal = config.blocks.every((block) => block.attention.causal);
		const tokensAtOnce = Math.ceil((causal ? Math.min(TOKENS_AT_ONCE, capacity) : capacity) / 4) * 4;
		const compiled = compile(config, views, plan, arena, { tokensAtOnce, capacity, threads });
		const staging = arena.take(STAGING_BYTES + 64, 'loading');
		const pages = Math.ceil(arena.used / 65536);
		const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: threads > 1 });
		const build = await building;
		const kernels = build.over(memory);
		await loadPlan(plan, kernels, staging, { signal: options.signal, ...(options.onProgress && { onMatrix: options.onProgress }) });
		for (const { at, values } of compiled.constants) new Float32Array(memory.buffer, at, values.length).set(values);
		const tensors: RopeTensors = {
			...(views.rope.factors && { factors: await readValues(views.rope.factors, options.signal) }),
			...(views.rope.short && { short: await readValues(views.rope.short, options.signal) }),
			...(views.rope.long && { long: await readValues(views.rope.long, options.signal) }),
		};
		const crew = createCrew({
			kernels,
			module: build.module,
			program: compiled.program,
			control,
			levels: LEVELS,
			workers,
			canSleep: options.canSleep ?? true,
		});
		const angles = angleFiller(memory, compiled, capacity, tensors);
		const D = config.width;
		let closed = false;

		return {
			capacity,
			threads,
			variant: build.variant,
			memoryBytes: pages * 65536,
			cacheBytes: compiled.cacheBytes,
			async forward(ids, first, want, signal) {
				const T = ids.length;
				if (closed) throw new TongsaError('closed', 'the model was closed');
				if (T === 0)
					throw new TongsaError('usage', 'there are no tokens to pass through the model', { file: model.name, hint: 'Give at least one' });
				if (first + T > capacity) {
					throw new TongsaError('too-large', 'the text is longer than the cache, and nothing is cut in silence', {
						file: model.name,
						got: `${first + T} tokens`,
						allowed: `at most ${capacity}`,
						hint: 'Open the model with a larger context',
					});
				}
				if (want === 'logits' && !compiled.logits) {
					throw new TongsaError('unsupported', 'the kernels make no logits of this model', {
						file: model.name,
						hint: 'Use precision exact',
					});
				}
				const all = want === 'states' && T > tokensAtOnce ? new Float32Array(T * D) : undefined;
				angles(first + T);
				for (let from = 0; from < T; from += tokensAtOnce) {
					signal?.throwIfAborted();
					const count = Math.min(tokensAtOnce, T - from);
					const rows = await embedded(model, Array.prototype.slice.call(ids, from, from + count), first + from, signal);
					new Float32Array(memory.buffer, compiled.input.at, rows.length).set(rows);
					const last = from + count === T;
					crew.run(count, first + from, want === 'logits' && !last ? 'blocks' : want);
					if (all) all.set(new Float32Array(memory.buffer, compiled.states.at, count * D), from * D);
				}
				if (want === 'logits') return new Float32Array(memory.buffer, compiled.logits!.at, views.output!.matrix.rows);
				return all ?? new Float32Array(memory.buffer, compiled.states.at, want === 'states' ? T * D : 0);
			},
			close() {
				closed = true;
				crew.stop();
				weights.drop();
			},
		};
	} catch (error) {
		for (const worker of workers) worker.terminate();
		throw error;
	}
}

/** Fills the tables of angles as far as positions are asked for. */
function angleFiller(memory: WebAssembly.Memory, { ropes }: Compiled, capacity: number, tensors: RopeTensors): (end: number) => void {
	let filled = 0;
	return (end) => {
		if (end <= filled) return;
		const to = Math.min(capacity, Math.ceil(end / ANGLES_AT_ONCE) * ANGLES_AT_ONCE);
		for (const { rope, cos, sin, pairs } of ropes as readonly RopePlace[]) {
			const table = ropeTable(rope, filled, to - filled, tensors);
			new Float32Array(memory.buffer, cos + filled * pairs * 4, table.cos.length).set(table.cos);
			new Float32Array(memory.buffer, sin + filled * pairs * 4, table.sin.length).set(table.sin);
		}
		filled = to;
	};
}

/** Rows of ids, scaled, with types and positions: what comes before the embedding's norm. */
async function embedded(
	{ config, weights }: Transformer,
	ids: readonly number[],
	first: number,
	signal?: AbortSignal,
): Promise<Float32Array> {
	const { embedding, width: D } = config;
	const x = await weights.rows(ids, signal);
	if (embedding.scale !== 1) for (let i = 0; i < x.length; i++) x[i]! *= embedding.scale;
	if (embedding.types > 0) addRows(x, await weights.type(signal), D);
	const positions = ids.map((_, t) => first + t);
	if (embedding.positions?.kind === 'learned') {
		const { offset } = embedding.positions;
		addRows(
			x,
			await weights.positions(
				positions.map((p) => p + offset),
				signal,
			),
			x.length,
		);
	}
	if (embedding.positions?.kind === 'sinusoidal') addRows(x, sinusoids(positions, D), x.length);
	return x;
}

/** x ← x + y, y repeated every `period` values. */
function addRows(x: Float32Array, y: Float32Array, period: number): void {
	for (let i = 0; i < x.length; i++) x[i]! += y[i % period]!;
}

// The model on the kernels: weights repacked once, activations and state in WebAssembly memories, nothing allocated for a token. It serves one
// caller at a time; who shares it is engine.ts's affair. What it cannot do is said by `obstacle` (support.ts). Speed and method: docs/speed.md

import { TongsaError } from '../../errors.ts';
import type { Want } from '../../program/thread-pool.ts';
import { createPause, type Pause, TIMELESS } from '../../threads/pause.ts';
import { readValues } from '../../weights/views.ts';
import type { EngineMemory } from '../engine.ts';
import { enter } from '../forward.ts';
import type { Hooks } from '../hooks.ts';
import type { TokenRange } from '../ops.ts';
import { referenceRun } from '../reference/run.ts';
import { ReferenceState } from '../reference/state.ts';
import type { RopeTensors } from '../rope.ts';
import { type Input, noEncoder, noTokens, type Transformer, tokensOf } from '../transformer.ts';
import { angleFiller } from './angles.ts';
import { type Assembled, assemble, BATCH, type KernelOptions } from './assemble.ts';
import type { Machine } from './chunks.ts';
import { createInputRows, type InputRows } from './input.ts';
import { logitsOf, noLogits, unpadded } from './logits.ts';
import { observe } from './observe.ts';
import { bytesOf } from './shards.ts';
import { type CacheMemory, restoreCache, saveCache, tokenBytes } from './snapshot.ts';
import { observeSource, storeSource } from './source.ts';
import { longerThanCache, obstacle } from './support.ts';

export type { KernelOptions };

/** Products that a pass makes between two looks at the signal: some tens of milliseconds. */
const PIECE_PRODUCTS = 1e9;

/** Why the kernels cannot run a model; undefined: they can. */
export function kernelObstacle(model: Transformer, capacity: number): string | undefined {
	return obstacle(model.config, capacity);
}

/** A pass with hooks, behind the tokens that the cache holds. */
export interface ObservedPass {
	readonly hooks: Hooks;
	/** Position of the first new token. */
	readonly start?: number;
	readonly sourceLength?: number;
	/** Of the new tokens, those whose final states are wanted; none when absent. */
	readonly final?: TokenRange | undefined;
}

export class KernelModel {
	readonly capacity: number;
	readonly bytes: EngineMemory;
	/** Of an encoder-decoder. */
	readonly encoder: KernelModel | undefined;
	/** Bytes that the cache holds of a token. */
	readonly tokenBytes: number;
	readonly #model: Transformer;
	readonly #assembled: Assembled;
	readonly #machine: Machine;
	readonly #input: InputRows;
	readonly #angles: readonly ((end: number) => void)[];
	readonly #caches: readonly CacheMemory[];
	readonly #pause: Pause;
	/** One token's logits, where the program leaves them. */
	readonly #logits: Float32Array | undefined;
	/** Products of matrices for a token. */
	readonly #products: number;
	#closed = false;

	/** @throws TongsaError 'unsupported' with the reason, 'too-large' with the bytes that are needed. */
	static async open(model: Transformer, options: KernelOptions): Promise<KernelModel> {
		const reason = kernelObstacle(model, options.capacity);
		if (reason) {
			const hint = 'Use precision exact';
			throw new TongsaError('unsupported', 'the kernels cannot run this model', { file: model.name, got: reason, hint });
		}
		const assembled = await assemble(model, options);
		try {
			const { rope } = model.views;
			const tensors: RopeTensors = {
				...(rope.factors && { factors: await readValues(rope.factors, options.signal) }),
				...(rope.short && { short: await readValues(rope.short, options.signal) }),
				...(rope.long && { long: await readValues(rope.long, options.signal) }),
			};
			const left = options.memoryBudget - bytesOf(assembled.shards).all;
			const encoder = model.encoder && (await KernelModel.open(model.encoder, { ...options, memoryBudget: left }));
			return new KernelModel(model, options, assembled, tensors, encoder);
		} catch (error) {
			assembled.pool.stop();
			throw error;
		}
	}

	private constructor(
		model: Transformer,
		options: KernelOptions,
		assembled: Assembled,
		tensors: RopeTensors,
		encoder: KernelModel | undefined,
	) {
		const { shards, kernels, pool, batch } = assembled;
		const { capacity } = options;
		this.capacity = capacity;
		this.bytes = bytesOf(shards);
		this.encoder = encoder;
		this.#model = model;
		this.#assembled = assembled;
		this.#machine = { pool, kernels, shards: shards.map(({ compiled }) => compiled), batch };
		const [first, last] = [shards[0]!, shards.at(-1)!.compiled];
		this.#input = createInputRows(model, kernels[0]!, first.reserved, first.compiled.input, capacity, first.compiled.entry);
		this.#angles = shards.map(({ compiled }, i) => angleFiller(kernels[i]!, compiled, capacity, tensors));
		this.#caches = shards.map(({ compiled }, i) => ({ memory: kernels[i]!.memory, caches: compiled.caches }));
		this.tokenBytes = tokenBytes(this.#caches);
		this.#pause = createPause(options.clock ?? TIMELESS);
		const { floats } = kernels.at(-1)!;
		this.#logits = last.logits && floats.subarray(last.logits.at / 4, last.logits.at / 4 + model.views.output!.matrix.rows);
		const matrices = shards.flatMap(({ plan }) => plan.matrices);
		this.#products = matrices.reduce((sum, { placed }) => sum + placed.rows * placed.columns, 0);
	}

	/** Threads that take part; fewer than asked for where some did not come or have died. */
	get threads(): number {
		return this.#machine.pool.threads;
	}

	get variant(): Assembled['variant'] {
		return this.#assembled.variant;
	}

	/** How many memories hold it. */
	get memories(): number {
		return this.#machine.shards.length;
	}

	/** Lets other work of this thread go on, where that is due; undefined where it is not. To be awaited before `tryForward`. */
	pause(signal?: AbortSignal): Promise<void> | undefined {
		return this.#pause(signal);
	}

	/**
	 * Passes tokens through, after the first `first` ones that the cache already holds (fewer than it holds: the rest is forgotten).
	 * 'logits': the last token's (V); 'states': all final states (T, D); 'blocks': nothing, the cache is filled.
	 * The result is a view that the next call overwrites.
	 * @throws TongsaError 'internal' when a thread has died; the next call is computed on one thread, and the cache is as it was before.
	 */
	async forward(ids: ArrayLike<number>, first: number, want: Want, signal?: AbortSignal): Promise<Float32Array> {
		const due = this.#pause(signal);
		if (due) await due;
		return this.tryForward(ids, first, want) ?? this.#forwardInPieces(ids, first, want, signal);
	}

	/** As forward, without a promise, and so without allocating. Undefined, and nothing computed, where something must be awaited. */
	tryForward(ids: ArrayLike<number>, first: number, want: Want): Float32Array | undefined {
		const T = ids.length;
		const { pool, batch } = this.#machine;
		this.#check(T, first, want);
		if (T > batch || this.#isLong(T) || pool.recovery || !this.#input.place(ids, 0, T, first)) return undefined;
		pool.run(T, first, want);
		return this.#result(T, want);
	}

	/**
	 * Final states of texts, each by itself, as many in one pass as it takes: one behind the other, without padding. `each` gets them in the order
	 * of the texts, (T, D) for the i-th: a view that is overwritten after it returns. The cache is overwritten.
	 */
	async forwardBatch(
		texts: readonly ArrayLike<number>[],
		each: (i: number, states: Float32Array) => void,
		signal?: AbortSignal,
	): Promise<void> {
		for (const { length } of texts) this.#check(length, 0, 'states');
		const most = Math.min(BATCH, this.capacity);
		const D = this.#model.config.width;
		for (let i = 0; i < texts.length; ) {
			const group = thatFit(texts, i, most);
			const made = group.length === 1 ? await this.forward(group[0]!, 0, 'states', signal) : await this.#forwardPacked(group, signal);
			let from = 0;
			for (const { length } of group) each(i++, made.subarray(from, (from += length * D)));
		}
	}

	/** Reads a source text, which all passes attend to from then on. The cache keeps nothing of what it held. @throws TongsaError 'unsupported'. */
	async readSource(ids: ArrayLike<number>, signal?: AbortSignal): Promise<void> {
		if (!this.encoder) throw noEncoder(this.#model.name);
		const states = await this.encoder.forward(ids, 0, 'states', signal);
		await storeSource(this.#machine, states, ids.length, () => this.#ready(signal));
	}

	/** Remembers S states of an encoder (S, D), with hooks. */
	async observeSource(states: Float32Array, S: number, hooks: Hooks, signal?: AbortSignal): Promise<void> {
		await observeSource(this.#machine, states, S, () => this.#ready(signal), hooks);
	}

	/** A pass with hooks: it ends behind the last point that they want. @returns final states (final.count, D), where they are wanted. */
	async observe(input: Input, pass: ObservedPass, signal?: AbortSignal): Promise<Float32Array | undefined> {
		const { hooks, start = 0, sourceLength = 0, final } = pass;
		const T = tokensOf(input, this.#model.config);
		this.#check(T, start, 'states');
		// What enters the program is made by the same code on the other backend: rows as they are, float32 sums, no weight of a block.
		const state = new ReferenceState();
		state.length = start;
		const rows = await enter(await referenceRun(this.#model, input, state, { hooks, signal }));
		return observe(this.#machine, rows, T, { hooks, start, sourceLength, final, ready: () => this.#ready(signal) });
	}

	/** n states (n, D) → logits (n, V): final ones, or any layer's, which then pass the final norm. @throws TongsaError 'unsupported'. */
	logits(states: Float32Array, of: 'final' | 'any', signal?: AbortSignal): Promise<Float32Array> {
		const given = { states, of, vocabulary: this.#model.views.output?.matrix.rows ?? 0 };
		return logitsOf(this.#model.name, this.#machine, given, () => this.#ready(signal));
	}

	/** A copy of what the cache holds of the first `length` tokens. */
	save(length: number): Uint8Array {
		return saveCache(this.#caches, this.capacity, length);
	}

	/** Puts back the first `length` tokens of a copy of `saved` ones. */
	restore(snapshot: Uint8Array, saved: number, length: number): void {
		restoreCache(this.#caches, this.capacity, snapshot, saved, length);
	}

	close(): void {
		this.#closed = true;
		this.encoder?.close();
		this.#machine.pool.stop();
		this.#model.weights.drop();
	}

	/** Of a text that `tryForward` has checked: a batch of tokens at a time, with what must be waited for. */
	async #forwardInPieces(ids: ArrayLike<number>, first: number, want: Want, signal?: AbortSignal): Promise<Float32Array> {
		const T = ids.length;
		const { batch } = this.#machine;
		const D = this.#model.config.width;
		const all = want === 'states' && T > batch ? new Float32Array(T * D) : undefined;
		for (let from = 0, count = 0; from < T; from += count) {
			await this.#ready(signal);
			// None is left for a pass of its own: one token goes through other kernels, whose sums are rounded otherwise.
			count = T - from === batch + 1 ? batch - 1 : Math.min(batch, T - from);
			if (!this.#input.place(ids, from, count, first + from)) await this.#input.finish(ids, from, count, signal);
			await this.#pass(count, first + from, want === 'logits' && from + count < T ? 'blocks' : want, false, signal);
			all?.set(this.#states(count), from * D);
		}
		return all ?? this.#result(T, want);
	}

	/** Final states of several texts in one pass, one text after another: (T, D), T being the tokens of them all. */
	async #forwardPacked(texts: readonly ArrayLike<number>[], signal: AbortSignal | undefined): Promise<Float32Array> {
		await this.#ready(signal);
		const { positions } = this.#machine.pool;
		const ids = texts.flatMap((text) => Array.from(text));
		let t = 0;
		for (const text of texts) for (let p = 0; p < text.length; p++) positions[t++] = p;
		if (!this.#input.place(ids, 0, t, 0, positions)) await this.#input.finish(ids, 0, t, signal);
		await this.#pass(t, 0, 'states', true, signal);
		return this.#states(t);
	}

	/** One pass of placed rows; a long one block by block, so that other work goes on and it may be called off between them. */
	async #pass(T: number, first: number, want: Want, packed: boolean, signal?: AbortSignal): Promise<void> {
		const { pool, shards } = this.#machine;
		if (!this.#isLong(T)) {
			pool.run(T, first, want, packed);
			return;
		}
		const blocksAtOnce = Math.max(1, Math.floor((PIECE_PRODUCTS / (T * this.#products)) * this.#model.config.blocks.length));
		for (const [shard, { program, boundaries }] of shards.entries()) {
			for (let i = 0; i < boundaries.length; i += blocksAtOnce) {
				const from = i === 0 ? 0 : boundaries[i]!;
				const to = boundaries[i + blocksAtOnce] ?? program.blocks.length;
				pool.runSteps(T, first, shard, { list: 'blocks', from, to }, packed);
				await this.#ready(signal);
			}
		}
		const last = shards.length - 1;
		if (want !== 'blocks') pool.runSteps(T, first, last, { list: want, from: 0, to: shards[last]!.program[want].length }, packed);
	}

	#isLong(T: number): boolean {
		return T > 1 && T * this.#products > 2 * PIECE_PRODUCTS;
	}

	/** What every pass begins with. */
	async #ready(signal: AbortSignal | undefined): Promise<void> {
		this.#checkOpen();
		if (this.#machine.pool.recovery) await this.#machine.pool.recovery;
		const due = this.#pause(signal);
		if (due) await due;
	}

	#check(T: number, first: number, want: Want): void {
		this.#checkOpen();
		if (want === 'logits' && !this.#logits) throw noLogits(this.#model.name);
		if (T === 0) throw noTokens(this.#model.name);
		if (first + T > this.capacity) throw longerThanCache(this.#model.name, first + T, this.capacity);
		// Rotations of the positions up to there may be needed from now on.
		for (let i = 0; i < this.#angles.length; i++) this.#angles[i]!(first + T);
	}

	#checkOpen(): void {
		if (this.#closed) throw new TongsaError('closed', 'the model was closed');
	}

	#states(T: number): Float32Array {
		const { kernels, shards } = this.#machine;
		return unpadded(kernels.at(-1)!.floats, shards.at(-1)!.states, T, this.#model.config.width);
	}

	#result(T: number, want: Want): Float32Array {
		return want === 'logits' ? this.#logits! : this.#states(want === 'states' ? T : 0);
	}
}

/** Texts from the i-th on that have `most` tokens together; at least that one. */
function thatFit(texts: readonly ArrayLike<number>[], i: number, most: number): readonly ArrayLike<number>[] {
	let end = i + 1;
	for (let T = texts[i]!.length; end < texts.length && T + texts[end]!.length <= most; end++) T += texts[end]!.length;
	return texts.slice(i, end);
}

// The kernels' engine: one model on the kernels, shared by several callers. Passes run one after another, and each text finds what is known of it.

import { half, halfBits } from '../../compute/scalar/halves.ts';
import { isCausal } from '../../spec/context.ts';
import type { Engine, EngineInput, EngineMemory, RunOptions, Sequence, SequenceOptions } from '../engine.ts';
import type { Hooks } from '../hooks.ts';
import { noEncoder, noLogits, notCausal, type Transformer, tokensOf } from '../transformer.ts';
import { SharedCache } from './cache.ts';
import { KernelModel, type KernelOptions } from './model.ts';
import { longerThanCache } from './support.ts';

export interface KernelEngineOptions extends KernelOptions {
	/** Bytes of other texts' keys and values that are kept (default 0). */
	readonly prefixCache?: number;
}

interface StepOptions {
	readonly hooks?: Hooks | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** Hooks that only look: final states are read whether or not a point of them is wanted. */
const NONE: Hooks = {
	wants: () => false,
	replaces: () => false,
	selected: () => undefined,
	offer: (_point, _shape, data) => data,
	keep: () => {},
};

export class KernelEngine implements Engine {
	readonly precision = 'fast';
	readonly model: Transformer;
	readonly memory: EngineMemory;
	readonly capacity: number;
	/** One caller at a time: engine.ts alone calls it. */
	readonly kernels: KernelModel;
	readonly cache: SharedCache;
	#last: Promise<unknown> = Promise.resolve();
	/** Passes that run or wait. */
	#queued = 0;

	/** @throws TongsaError 'unsupported' with the reason, 'too-large' with the bytes that are needed. */
	static async open(model: Transformer, options: KernelEngineOptions): Promise<KernelEngine> {
		return new KernelEngine(model, await KernelModel.open(model, options), options.prefixCache ?? 0);
	}

	private constructor(model: Transformer, kernels: KernelModel, prefixCache: number) {
		this.model = model;
		this.kernels = kernels;
		this.capacity = kernels.capacity;
		this.memory = kernels.bytes;
		this.cache = new SharedCache(kernels, model.encoder ? 0 : prefixCache);
	}

	run(input: EngineInput, { hooks = NONE, extent, decodes = true, signal }: RunOptions = {}): Promise<Float32Array> {
		const T = tokensOf(input, this.model.config);
		const end = !extent || extent.lastBlock === this.model.config.blocks.length - 1;
		return this.exclusive(async () => {
			this.cache.evict();
			const sourceLength = input.source ? await this.#readSource(input.source, hooks, decodes, signal) : 0;
			const { first = 0, count = T } = extent?.asked ?? {};
			const pass = { hooks, sourceLength, ...(end && { final: { first, count } }) };
			return (decodes && (await this.kernels.observe(input, pass, signal))) || new Float32Array(0);
		});
	}

	/** What an encoder makes of a text, and what the decoder remembers of that. */
	async #readSource(source: NonNullable<EngineInput['source']>, hooks: Hooks, decodes: boolean, signal?: AbortSignal): Promise<number> {
		const { encoder } = this.kernels;
		if (!encoder || !this.model.encoder) throw noEncoder(this.model.name);
		const S = tokensOf(source, this.model.encoder.config);
		const states = await encoder.observe(source, { hooks, ...(decodes && { final: { first: 0, count: S } }) }, signal);
		if (decodes) await this.kernels.observeSource(states!, S, hooks, signal);
		return S;
	}

	states(
		texts: readonly (readonly number[])[],
		each: (i: number, states: Float32Array) => void,
		{ signal }: StepOptions = {},
	): Promise<void> {
		return this.exclusive(() => {
			this.cache.evict();
			return (this.kernels.encoder ?? this.kernels).forwardBatch(texts, each, signal);
		});
	}

	async logits(states: Float32Array, of: 'final' | 'any', { hooks, signal }: StepOptions = {}): Promise<Float32Array> {
		const { config, name } = this.model;
		if (!config.logits) throw noLogits(name);
		const made = await this.exclusive(() => this.kernels.logits(states, of, signal));
		const V = config.vocabulary;
		return hooks?.wants('logits') ? hooks.offer('logits', [made.length / V, V], made) : made;
	}

	async sequence({ source, hooks }: SequenceOptions = {}): Promise<Sequence> {
		if (!isCausal(this.model.config)) throw notCausal(this.model.name);
		return hooks ? new ObservedSequence(this, source, hooks) : new KernelSequence(this, source);
	}

	/** In halves. */
	stored(data: Float32Array): Float32Array {
		return data.map((value) => half(halfBits(value)));
	}

	close(): void {
		this.cache.close();
		this.kernels.close();
	}

	/** Whether nothing runs or waits. */
	get isIdle(): boolean {
		return this.#queued === 0;
	}

	/** Passes run one after another. */
	async exclusive<T>(pass: () => Promise<T>): Promise<T> {
		this.#queued++;
		const result = this.#last.then(pass);
		this.#last = result.catch(() => undefined);
		try {
			return await result;
		} finally {
			this.#queued--;
		}
	}
}

class KernelSequence implements Sequence {
	readonly ids: number[] = [];
	readonly vocabulary: number;
	readonly contextLength: number;
	computed = 0;
	readonly #engine: KernelEngine;
	readonly #source: readonly number[] | undefined;
	/** This text's own, for all of its calls: another's may come in between. */
	#logits = new Float32Array(0);

	constructor(engine: KernelEngine, source: readonly number[] | undefined) {
		this.vocabulary = engine.model.config.vocabulary;
		this.contextLength = engine.capacity;
		this.#engine = engine;
		this.#source = source;
	}

	async decode(more: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
		const { kernels, cache, model, capacity } = this.#engine;
		// Before the cache gives anything up for it.
		if (this.ids.length + more.length > capacity) throw longerThanCache(model.name, this.ids.length + more.length, capacity);
		const due = kernels.pause(signal);
		if (due) await due;
		if (this.#engine.isIdle && cache.owns(this, this.ids.length)) {
			cache.release();
			const made = kernels.tryForward(more, this.ids.length, 'logits');
			if (made) return this.#took(made, more, more);
			cache.hold(this, []);
		}
		return this.#engine.exclusive(() => this.#compute(more, signal));
	}

	truncate(length: number): void {
		this.ids.splice(length);
	}

	/** What could not be done at once: with the beginning found or computed again. */
	async #compute(more: readonly number[], signal: AbortSignal | undefined): Promise<Float32Array> {
		const { kernels, cache } = this.#engine;
		const going = cache.owns(this, this.ids.length);
		cache.release();
		if (this.#source && !going) {
			cache.clear();
			await kernels.readSource(this.#source, signal);
		}
		const wanted = going ? [] : [...this.ids, ...more];
		const first = going ? this.ids.length : cache.begin(wanted);
		const rest = going ? more : wanted.slice(first);
		return this.#took(await kernels.forward(rest, first, 'logits', signal), rest, more);
	}

	/** Notes that `passed` went through the model for `more` to be consumed. @returns a copy of the logits that it made */
	#took(made: Float32Array, passed: readonly number[], more: readonly number[]): Float32Array {
		if (this.#logits.length === 0) this.#logits = made.slice();
		else this.#logits.set(made);
		this.#engine.cache.hold(this, passed);
		for (let i = 0; i < more.length; i++) this.ids.push(more[i]!);
		this.computed = passed.length;
		return this.#logits;
	}
}

/** A text with hooks. What they replace makes the cache its own, and worthless to others. */
class ObservedSequence implements Sequence {
	readonly ids: number[] = [];
	readonly vocabulary: number;
	readonly contextLength: number;
	computed = 0;
	readonly #engine: KernelEngine;
	readonly #source: readonly number[] | undefined;
	readonly #hooks: Hooks;

	constructor(engine: KernelEngine, source: readonly number[] | undefined, hooks: Hooks) {
		this.vocabulary = engine.model.config.vocabulary;
		this.contextLength = engine.capacity;
		this.#engine = engine;
		this.#source = source;
		this.#hooks = hooks;
	}

	async decode(more: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
		const { model, capacity } = this.#engine;
		const end = this.ids.length + more.length;
		if (end > capacity) throw longerThanCache(model.name, end, capacity);
		const states = await this.#engine.exclusive(() => this.#pass(more, signal));
		for (const id of more) this.ids.push(id);
		return this.#engine.logits(states, 'final', { hooks: this.#hooks, signal });
	}

	truncate(length: number): void {
		this.ids.splice(length);
	}

	/** The last final state (1, D). */
	async #pass(more: readonly number[], signal: AbortSignal | undefined): Promise<Float32Array> {
		const { kernels, cache } = this.#engine;
		// Another has been here, or this one was broken off: all is passed again.
		const going = cache.owns(this, this.ids.length);
		cache.evict();
		if (this.#source && !going) await kernels.readSource(this.#source, signal);
		const start = going ? this.ids.length : 0;
		const ids = going ? more : [...this.ids, ...more];
		const final = { first: ids.length - 1, count: 1 };
		this.#hooks.begin?.(start, ids.length);
		const states = await kernels.observe({ ids }, { hooks: this.#hooks, start, sourceLength: this.#source?.length ?? 0, final }, signal);
		cache.holdPrivately(this, start + ids.length);
		this.computed = ids.length;
		return states!;
	}
}

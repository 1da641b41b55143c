// The reference engine: weights in float32, sums in float64, plain loops. What it computes is the definition of every other engine's results.

import { TongsaError } from '../../errors.ts';
import { contextLengthOf, isCausal, rotationSwitches } from '../../spec/context.ts';
import { type Clock, createPause, type Pause, TIMELESS } from '../../threads/pause.ts';
import type { Engine, EngineInput, RunOptions, Sequence, SequenceOptions } from '../engine.ts';
import { finish, forward, readSource } from '../forward.ts';
import type { Hooks } from '../hooks.ts';
import { type Input, noEncoder, noLogits, notCausal, type Transformer } from '../transformer.ts';
import { unembed } from '../unembed.ts';
import { referenceRun } from './run.ts';
import { ReferenceState } from './state.ts';

interface StepOptions {
	readonly hooks?: Hooks | undefined;
	readonly signal?: AbortSignal | undefined;
}

export class ReferenceEngine implements Engine {
	readonly precision = 'exact';
	readonly capacity = Number.POSITIVE_INFINITY;
	readonly model: Transformer;
	readonly #pause: Pause;

	constructor(model: Transformer, clock: Clock = TIMELESS) {
		this.model = model;
		this.#pause = createPause(clock);
	}

	async run(input: EngineInput, { hooks, extent, decodes = true, signal }: RunOptions = {}): Promise<Float32Array> {
		const state = await this.state(input.source, { hooks, signal });
		return decodes ? this.forward(input, state, { hooks, extent, signal }) : new Float32Array(0);
	}

	/** An empty state, or for an encoder-decoder one that remembers the text that its encoder has read. */
	async state(source: Input | undefined, options: StepOptions = {}): Promise<ReferenceState> {
		if (!source) return new ReferenceState();
		const { encoder, config } = this.model;
		if (!encoder) throw noEncoder(this.model.name);
		const states = await this.#forward(encoder, source, new ReferenceState(), options);
		const state = new ReferenceState(states.length / config.width);
		// A run of no tokens of its own: what the decoder remembers does not depend on them.
		await readSource(await referenceRun(this.model, { ids: [0] }, state, { ...options, pause: this.#pause }), states);
		return state;
	}

	/** New tokens behind those that the state holds. @returns their final states, or those that the extent asks for. */
	forward(input: Input, state: ReferenceState, options: StepOptions & Pick<RunOptions, 'extent'> = {}): Promise<Float32Array> {
		if (this.model.config.encoder && state.sourceLength === 0) {
			throw new TongsaError('usage', 'a decoder needs the states of its encoder', {
				file: this.model.name,
				hint: 'Give the text to translate',
			});
		}
		return this.#forward(this.model, input, state, options);
	}

	async #forward(
		model: Transformer,
		input: Input,
		state: ReferenceState,
		options: StepOptions & Pick<RunOptions, 'extent'>,
	): Promise<Float32Array> {
		const { extent = { lastBlock: model.config.blocks.length - 1 } } = options;
		const run = await referenceRun(model, input, state, { ...options, pause: this.#pause });
		const states = await forward(run, extent);
		if (extent.lastBlock === model.config.blocks.length - 1) state.length += run.tokens;
		return states;
	}

	async states(
		texts: readonly (readonly number[])[],
		each: (i: number, states: Float32Array) => void,
		options: StepOptions = {},
	): Promise<void> {
		const model = this.model.encoder ?? this.model;
		for (const [i, ids] of texts.entries()) each(i, await this.#forward(model, { ids }, new ReferenceState(), options));
	}

	async logits(states: Float32Array, of: 'final' | 'any', options: StepOptions = {}): Promise<Float32Array> {
		if (!this.model.config.logits) throw noLogits(this.model.name);
		const run = await referenceRun(this.model, { ids: [0] }, new ReferenceState(), { ...options, pause: this.#pause });
		const quiet = { ...run, ops: { ...run.ops, tap: (_layer: unknown, _point: unknown, x: Float32Array) => x } };
		return unembed(run, of === 'any' ? finish(quiet, states) : states);
	}

	async sequence({ source, hooks, signal }: SequenceOptions = {}): Promise<Sequence> {
		if (!isCausal(this.model.config)) throw notCausal(this.model.name);
		return new ReferenceSequence(this, await this.state(source && { ids: source }, { hooks, signal }), hooks);
	}

	stored(data: Float32Array): Float32Array {
		return data;
	}

	close(): void {}
}

class ReferenceSequence implements Sequence {
	readonly ids: number[] = [];
	readonly vocabulary: number;
	readonly contextLength: number;
	computed = 0;
	readonly #engine: ReferenceEngine;
	readonly #state: ReferenceState;
	readonly #hooks: Hooks | undefined;
	readonly #switches: readonly number[];

	constructor(engine: ReferenceEngine, state: ReferenceState, hooks: Hooks | undefined) {
		const { config } = engine.model;
		this.vocabulary = config.vocabulary;
		this.contextLength = contextLengthOf(config);
		this.#engine = engine;
		this.#state = state;
		this.#hooks = hooks;
		this.#switches = rotationSwitches(config);
	}

	async decode(more: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
		const { model } = this.#engine;
		const end = this.ids.length + more.length;
		if (end > this.contextLength) {
			throw new TongsaError('too-large', 'the text is longer than the context, and nothing is cut in silence', {
				file: model.name,
				got: `${end} tokens`,
				allowed: `at most ${this.contextLength}`,
			});
		}
		if (this.#switchesBetween(this.ids.length, end)) this.#state.truncate(0);
		const next = [...this.ids.slice(this.#state.length), ...more];
		const hooks = this.#hooks;
		hooks?.begin?.(this.#state.length, next.length);
		// Hooks see every token's values; without them the last one's state is enough.
		const asked = hooks ? undefined : { first: next.length - 1, count: 1 };
		const extent = { lastBlock: model.config.blocks.length - 1, asked };
		const states = await this.#engine.forward({ ids: next }, this.#state, { hooks, extent, signal });
		for (const id of more) this.ids.push(id);
		this.computed = next.length;
		return this.#engine.logits(states.slice(-model.config.embedding.width), 'final', { hooks, signal });
	}

	truncate(length: number): void {
		this.#state.truncate(this.#switchesBetween(this.ids.length, length) ? 0 : length);
		this.ids.length = Math.min(this.ids.length, length);
	}

	/** Whether all angles change between two lengths: what is remembered was rotated otherwise then, and all ids are passed again. */
	#switchesBetween(from: number, to: number): boolean {
		return this.#switches.some((at) => from <= at !== to <= at);
	}
}

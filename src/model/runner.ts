// Runner: a transformer as generation and sentence vectors use it, exact or fast. Several callers take turns on one cache.

import type { Continuable } from '../generation/generate.ts';
import { contextLengthOf, languageState } from '../generation/language.ts';
import type { Host } from '../host.ts';
import { forward } from '../transformer/forward.ts';
import type { MemoryBytes } from '../transformer/kernels/divide.ts';
import { type FastModel, fastObstacle, openFast } from '../transformer/kernels/model.ts';
import { longerThanCache } from '../transformer/kernels/support.ts';
import { createState } from '../transformer/state.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { createSharedCache } from './shared-cache.ts';
import type { OpenOptions } from './types.ts';

export interface Runner {
	readonly precision: 'exact' | 'fast';
	/** What it holds; absent where weights come and go (exact). */
	readonly memory?: MemoryBytes;
	/** Tokens that it takes at once. */
	readonly capacity: number;
	/** Something done inside the model, in its turn; with the kernels where they run it. */
	inside<T>(work: (fast: FastModel | undefined) => Promise<T>): Promise<T>;
	/** Last states of texts, each by itself: `each` gets them in order, (T, width) for the i-th, overwritten after it returns. */
	states(texts: readonly (readonly number[])[], each: (i: number, states: Float32Array) => void, signal?: AbortSignal): Promise<void>;
	/** A text that goes on; each call gives one of its own. `source`: the ids to translate, for an encoder-decoder. */
	language(source?: readonly number[], signal?: AbortSignal): Promise<Continuable>;
	close(): void;
}

/** Tokens that a cache is made for when nobody says: a long conversation, and a few hundred megabytes for a model of a billion weights. */
export const DEFAULT_CONTEXT = 4096;

/** Bytes of other conversations' keys and values that are kept when nobody says, and the part of the memory that they may be at most. */
const DEFAULT_PREFIX_BYTES = 512 * 2 ** 20;
const PREFIX_SHARE = 1 / 8;

export function exactRunner(model: Transformer): Runner {
	const encoder = model.encoder ?? model;
	return {
		precision: 'exact',
		capacity: Number.POSITIVE_INFINITY,
		inside: (work) => work(undefined),
		async states(texts, each, signal) {
			for (const [i, ids] of texts.entries()) each(i, await forward(encoder, { ids }, createState(encoder.config), { signal }));
		},
		language: (source, signal) => languageState(model, source, signal),
		close() {},
	};
}

/** Why the kernels cannot serve this model; undefined if they can. */
export function whyNotFast(model: Transformer, context: number | undefined): string | undefined {
	return fastObstacle(model, capacityOf(model, context));
}

function capacityOf(model: Transformer, context = DEFAULT_CONTEXT): number {
	return Math.min(context, contextLengthOf(model));
}

/** On the kernels: weights repacked once, one cache of keys and values. */
export async function fastRunner(
	host: Host,
	model: Transformer,
	{ context, prefixCache = Math.min(DEFAULT_PREFIX_BYTES, host.memoryBudget * PREFIX_SHARE), onProgress }: OpenOptions,
	signal?: AbortSignal,
): Promise<Runner> {
	const capacity = capacityOf(model, context);
	const fast = await openFast(model, {
		capacity,
		memoryBudget: host.memoryBudget,
		threads: host.threads,
		canSleep: host.canSleep ?? true,
		clock: host,
		...(host.startWorker && { startWorker: () => host.startWorker!() }),
		...(host.optimise && { optimise: host.optimise }),
		...(signal && { signal }),
		...(onProgress && { onProgress: (done: number, total: number) => onProgress({ stage: 'repack', done, total, unit: 'tensors' }) }),
	});
	const cache = createSharedCache(fast, model.encoder ? 0 : prefixCache);
	let turn: Promise<unknown> = Promise.resolve();
	/** Passes that run or wait for their turn. */
	let queued = 0;

	/** Passes run one after another. */
	async function inTurn<T>(pass: () => Promise<T>): Promise<T> {
		queued++;
		const result = turn.then(pass);
		turn = result.catch(() => undefined);
		try {
			return await result;
		} finally {
			queued--;
		}
	}

	/** A pass that overwrites the cache. */
	function alone<T>(pass: () => Promise<T>): Promise<T> {
		return inTurn(() => {
			cache.giveUp();
			return pass();
		});
	}

	return {
		precision: 'fast',
		memory: fast.bytes,
		capacity,
		inside: (work) => alone(() => work(fast)),
		states: (texts, each, signal) => alone(() => (fast.encoder ?? fast).texts(texts, each, signal)),
		async language(source) {
			const ids: number[] = [];
			/** This text's own, for all of its calls: another's may come in between. */
			let logits = new Float32Array(0);
			let computed = 0;

			/** `feed` where it cannot be done at once: when its turn comes, with the beginning found or computed again. */
			function compute(more: readonly number[], signal: AbortSignal | undefined): Promise<Float32Array> {
				return inTurn(async () => {
					const going = cache.holds(self, ids.length);
					cache.disown();
					if (source && !going) {
						cache.forget();
						await fast.read(source, signal);
					}
					const wanted = going ? [] : [...ids, ...more];
					const first = going ? ids.length : cache.begin(wanted);
					const rest = going ? more : wanted.slice(first);
					return took(await fast.forward(rest, first, 'logits', signal), rest, more);
				});
			}

			/** Notes that `passed` went through the model for `more` to be eaten. @returns a copy of the logits that it made */
			function took(made: Float32Array, passed: readonly number[], more: readonly number[]): Float32Array {
				if (logits.length === 0) logits = made.slice();
				else logits.set(made);
				cache.hold(self, passed);
				for (let i = 0; i < more.length; i++) ids.push(more[i]!);
				computed = passed.length;
				return logits;
			}

			const self: Continuable = {
				ids,
				vocabulary: model.config.vocabulary,
				contextLength: capacity,
				get computed() {
					return computed;
				},
				async feed(more, signal) {
					// Before the cache gives anything up for it.
					if (ids.length + more.length > capacity) throw longerThanCache(model.name, ids.length + more.length, capacity);
					const due = fast.turn();
					if (due) await due;
					signal?.throwIfAborted();
					if (queued === 0 && cache.holds(self, ids.length)) {
						cache.disown();
						const made = fast.atOnce(more, ids.length, 'logits');
						if (made) return took(made, more, more);
						cache.hold(self, []);
					}
					return compute(more, signal);
				},
				truncate: (length) => void ids.splice(length),
			};
			return self;
		},
		close() {
			cache.close();
			fast.close();
		},
	};
}

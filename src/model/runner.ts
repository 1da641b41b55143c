// Runner: a transformer as generation and sentence vectors use it, exact or fast. Several callers take turns on one cache.

import { TongsaError } from '../errors.ts';
import type { Continuable } from '../generation/generate.ts';
import type { Host } from '../host.ts';
import { type FastModel, fastObstacle, openFast } from '../transformer/fast.ts';
import { forward } from '../transformer/forward.ts';
import { createState } from '../transformer/state.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { contextLengthOf, languageState } from '../unembedding/language.ts';
import type { OpenOptions } from './types.ts';

export interface Runner {
	readonly precision: 'exact' | 'fast';
	/** Tokens that it takes at once. */
	readonly capacity: number;
	/** Something done inside the model, in its turn; with the kernels where they run it. */
	inside<T>(work: (fast: FastModel | undefined) => Promise<T>): Promise<T>;
	/** Last states of texts, each by itself: `each` gets them in order, (T, width) for the i-th, overwritten after it returns. */
	states(texts: readonly (readonly number[])[], each: (i: number, states: Float32Array) => void, signal?: AbortSignal): Promise<void>;
	/** A text that goes on; each call gives one of its own. */
	language(): Promise<Continuable>;
	close(): void;
}

/** Tokens that a cache is made for when nobody says: a long conversation, and a few hundred megabytes for a model of a billion weights. */
const DEFAULT_CONTEXT = 4096;

export function exactRunner(model: Transformer): Runner {
	const encoder = model.encoder ?? model;
	return {
		precision: 'exact',
		capacity: Number.POSITIVE_INFINITY,
		inside: (work) => work(undefined),
		async states(texts, each, signal) {
			for (const [i, ids] of texts.entries()) each(i, await forward(encoder, { ids }, createState(encoder.config), { signal }));
		},
		language: () => languageState(model),
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
	{ context, onProgress }: OpenOptions,
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
		...(signal && { signal }),
		...(onProgress && { onProgress: (done: number, total: number) => onProgress({ stage: 'repack', done, total, unit: 'tensors' }) }),
	});
	/** Whose ids the cache holds; nobody's after a pass that was broken off. */
	let holder: object | undefined;
	let turn: Promise<unknown> = Promise.resolve();

	/** Passes run one after another. `mine`: the cache still holds what this caller passed last. */
	function inTurn<T>(caller: object, pass: (mine: boolean) => Promise<T>): Promise<T> {
		const result = turn.then(async () => {
			const mine = holder === caller;
			holder = undefined;
			const done = await pass(mine);
			holder = caller;
			return done;
		});
		turn = result.catch(() => undefined);
		return result;
	}

	return {
		precision: 'fast',
		capacity,
		inside: (work) => inTurn({}, () => work(fast)),
		states: (texts, each, signal) => inTurn({}, () => fast.texts(texts, each, signal)),
		async language() {
			const ids: number[] = [];
			/** This text's own, for all of its calls: another's may come in between. */
			let logits = new Float32Array(0);
			const self: Continuable = {
				ids,
				contextLength: capacity,
				async feed(more, signal) {
					if (ids.length + more.length > capacity) {
						throw new TongsaError('too-large', 'the text is longer than the cache, and nothing is cut in silence', {
							file: model.name,
							got: `${ids.length + more.length} tokens`,
							allowed: `at most ${capacity}`,
							hint: 'Open the model with a larger context',
						});
					}
					return inTurn(self, async (mine) => {
						// Where somebody else came in between, what was passed is passed again.
						const made = mine
							? await fast.forward(more, ids.length, 'logits', signal)
							: await fast.forward([...ids, ...more], 0, 'logits', signal);
						if (logits.length === 0) logits = made.slice();
						else logits.set(made);
						ids.push(...more);
						return logits;
					});
				},
				truncate: (length) => void ids.splice(length),
			};
			return self;
		},
		close: () => fast.close(),
	};
}

// The page's side of the worker: one call at a time by name, with cancel and progress.
// https://github.com/GoogleChromeLabs/comlink

import { proxy, type Remote, wrap } from 'comlink';
import type { Progress, Refusal } from './protocol.ts';
import type { Work } from './work.ts';
import type { Desk } from './worker.ts';

type Arguments<K extends keyof Work> = Parameters<Work[K]> extends [unknown, ...infer Rest] ? Rest : never;
type Value<K extends keyof Work> = Awaited<ReturnType<Work[K]>>;

let desk: Remote<Desk> | undefined;
let calls = 0;
let waiting = 0;

/** How many answers are awaited. That there are some also stands on the page's root, for whoever waits for all of them. */
export const awaited = (): number => waiting;

function awaits(change: 1 | -1): void {
	waiting += change;
	document.documentElement.toggleAttribute('data-awaiting', waiting > 0);
}

/** Counts something else that the page waits for among the answers. */
export async function alsoAwaited<T>(work: Promise<T>): Promise<T> {
	awaits(1);
	try {
		return await work;
	} finally {
		awaits(-1);
	}
}

/** The worker is started by the first call, so that the page draws before the engine loads. */
function theDesk(): Remote<Desk> {
	desk ??= wrap<Desk>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'tongsa' }));
	return desk;
}

export class EngineError extends Error {
	override readonly name = 'EngineError';
	readonly refusal: Refusal;
	constructor(refusal: Refusal) {
		super(refusal.message);
		this.refusal = refusal;
	}
}

export interface AskOptions {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
	/** Pieces of an answer that comes in parts. */
	readonly onPart?: (part: unknown) => void;
}

/** Asks the worker for one piece of work. @throws EngineError, with code 'cancelled' once the signal has fired. */
export async function ask<K extends keyof Work>(what: K, given: Arguments<K>, options: AskOptions = {}): Promise<Value<K>> {
	const id = ++calls;
	// A long computation does not look at its messages: shared memory, where there is any, reaches it all the same.
	const flag = crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
	const cancel = () => {
		if (flag) Atomics.store(flag, 0, 1);
		void theDesk().cancel(id);
	};
	awaits(1);
	options.signal?.addEventListener('abort', cancel, { once: true });
	try {
		const outcome = await theDesk().run(
			id,
			what,
			given as never,
			flag,
			options.onProgress && proxy(options.onProgress),
			options.onPart && proxy(options.onPart),
		);
		if (!outcome.ok) throw new EngineError(outcome.refusal);
		return outcome.value as Value<K>;
	} finally {
		awaits(-1);
		options.signal?.removeEventListener('abort', cancel);
	}
}

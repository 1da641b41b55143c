// A served model: tokenizer and table on this thread, the transformer on a thread of its own, which starts with the first call.

import { MessageChannel, Worker } from 'node:worker_threads';
import { TongsaError } from '../../src/errors.ts';
import type { GeneratedPiece } from '../../src/generation/generate.ts';
import { generationOf } from '../../src/model/generation.ts';
import type { Generated, Model, ModelInput } from '../../src/model.ts';
import type { TraceRuns } from '../protocol/trace.ts';
import type { EngineCalls, EngineData, EngineOptions, FromEngine, PlainTraceOptions, ToEngine } from './engine-protocol.ts';
import { errorOf } from './failure.ts';

export interface OpenedModel {
	/** As the library's; its calls through the transformer are made on the other thread. */
	readonly model: Model;
	/** Trace with edits as JSON. */
	traces(input: ModelInput, options: PlainTraceOptions, edits: unknown, both: boolean, signal: AbortSignal): Promise<TraceRuns>;
	/** false once the thread has died: the model has to be opened again. */
	alive(): boolean;
}

interface Pending {
	readonly onToken: (token: GeneratedPiece) => void;
	readonly done: (value: never) => void;
	readonly fail: (error: unknown) => void;
	readonly signal: AbortSignal | undefined;
}

const FILE = import.meta.url.endsWith('.ts') ? './engine-worker.ts' : './engine-worker.js';

/** `local`: the model as opened here; `reference` opens the same one there. */
export function withEngine(local: Model, reference: string, options: EngineOptions): OpenedModel {
	const pending = new Map<number, Pending>();
	const aborts = new MessageChannel();
	let worker: Worker | undefined;
	let died = false;
	let closed = false;
	let lastId = 0;

	function thread(): Worker {
		if (closed) throw new TongsaError('closed', 'the model is closed', { file: local.name });
		if (worker) return worker;
		worker = new Worker(new URL(FILE, import.meta.url), {
			workerData: { reference, options, aborts: aborts.port2 } satisfies EngineData,
			transferList: [aborts.port2],
		});
		worker.on('message', hear);
		worker.on('error', (error) => die(new TongsaError('internal', 'the model’s thread failed', { file: local.name, got: String(error) })));
		worker.on('exit', () => die(new TongsaError('closed', 'the model was closed', { file: local.name })));
		return worker;
	}

	function die(error: TongsaError): void {
		died = true;
		for (const { fail } of pending.values()) fail(error);
		pending.clear();
	}

	function hear(message: FromEngine): void {
		const one = pending.get(message.id);
		if (!one) return;
		if ('token' in message) {
			one.onToken(message.token);
			return;
		}
		pending.delete(message.id);
		if ('done' in message) one.done(message.done as never);
		else one.fail(errorOf(message.failed, one.signal));
	}

	/** An aborted call ends when the other thread has stopped, so that the next one has it for itself. */
	function ask<T>(
		call: keyof EngineCalls | 'generate',
		args: readonly unknown[],
		signal?: AbortSignal,
		onToken: Pending['onToken'] = () => undefined,
	): Promise<T> {
		signal?.throwIfAborted();
		const id = ++lastId;
		const to = thread();
		const abort = () => aborts.port1.postMessage(id);
		return new Promise<T>((done, fail) => {
			pending.set(id, { onToken, done, fail, signal });
			signal?.addEventListener('abort', abort);
			to.postMessage({ id, call, args } satisfies ToEngine);
		}).finally(() => signal?.removeEventListener('abort', abort));
	}

	async function* generate(
		prompt: unknown,
		{ signal, ...options }: { readonly signal?: AbortSignal } = {},
	): AsyncGenerator<GeneratedPiece, Generated> {
		const control = new AbortController();
		const tokens: GeneratedPiece[] = [];
		let wake = () => {};
		let over = false;
		/** How many tokens have been taken: the other thread stands still where it is too far ahead. */
		const taken = new Int32Array(new SharedArrayBuffer(4));
		const took = (count: number) => {
			Atomics.add(taken, 0, count);
			Atomics.notify(taken, 0);
		};
		const either = signal ? AbortSignal.any([signal, control.signal]) : control.signal;
		const ended = ask<Generated>('generate', [prompt, options, taken], either, (token) => {
			tokens.push(token);
			wake();
		}).finally(() => {
			over = true;
			wake();
		});
		ended.catch(() => undefined); // awaited below
		either.addEventListener('abort', () => took(2 ** 30), { once: true }); // after the message that ends it
		try {
			for (;;) {
				while (tokens.length > 0) {
					yield tokens.shift()!;
					took(1);
				}
				if (over) return await ended;
				await new Promise<void>((done) => (wake = done));
			}
		} finally {
			if (!over) {
				control.abort();
				await ended.catch(() => undefined);
			}
		}
	}

	const engine = {
		points: () => ask('points', []),
		lens: (input, { signal, ...options } = {}) => ask('lens', [input, options], signal),
		surprise: (input, { signal, ...options } = {}) => ask('surprise', [input, options], signal),
		sentence: (texts, { signal, ...options } = {}) => ask('sentence', [texts, options], signal),
		generate: (prompt, options) => generationOf(generate(prompt, options)),
		async close() {
			closed = true;
			aborts.port1.close();
			await Promise.all([worker?.terminate(), local.close()]);
		},
	} satisfies Partial<Model>;
	return {
		model: Object.assign(Object.create(local) as Model, engine),
		traces: (input, options, edits, both, signal) => ask('traces', [input, options, edits, both], signal),
		alive: () => !died,
	};
}

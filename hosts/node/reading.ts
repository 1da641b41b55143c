// Reads files in a worker that is bounded in time and memory: a hostile file ends the worker, not the program.

import { Worker } from 'node:worker_threads';
import { TongsaError } from '../../src/errors.ts';
import type { ReadDocument } from '../../src/retrieval/indexing.ts';

/** The slowest honest document, a PDF of some thousand pages, takes a minute on a slow machine. */
const TIMEOUT_MS = 120_000;
/** JavaScript's heap in the worker; and by how much the whole process may grow while it works, buffers included. */
const MAX_HEAP_MB = 1024;
const MAX_GROWTH = 2 * 2 ** 30;
/** How often the growth is looked at. */
const LOOK_MS = 100;

export interface DocumentReader {
	/** @throws TongsaError as the reader does, with the file's name; 'too-large' for one that takes too long or too much memory. */
	read(path: string, signal?: AbortSignal): Promise<ReadDocument>;
	close(): Promise<void>;
}

interface Reply {
	readonly id: number;
	readonly document?: ReadDocument;
	readonly refusal?: { readonly code: TongsaError['code']; readonly what: string; readonly detail: TongsaError['detail'] };
	readonly message?: string;
}

export function documentReader(bounds: { readonly timeoutMs?: number; readonly growth?: number } = {}): DocumentReader {
	const { timeoutMs = TIMEOUT_MS, growth = MAX_GROWTH } = bounds;
	let worker: Worker | undefined;
	let last = 0;

	function started(): Worker {
		if (worker) return worker;
		const file = import.meta.url.endsWith('.ts') ? './reading-worker.ts' : './reading-worker.js';
		const made = new Worker(new URL(file, import.meta.url), {
			resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: 64 },
			// What a parser of a library prints about a strange file is no output of ours.
			stdout: true,
			stderr: true,
		});
		made.unref();
		worker = made;
		return made;
	}

	async function ended(): Promise<void> {
		const old = worker;
		worker = undefined;
		await old?.terminate();
	}

	return {
		async read(path, signal) {
			signal?.throwIfAborted();
			const thread = started();
			thread.ref();
			const id = ++last;
			const before = process.memoryUsage.rss();
			const tooMuch = (what: string, allowed: string) => new TongsaError('too-large', what, { file: path, allowed });
			const clean: (() => void)[] = [];
			try {
				return await new Promise<ReadDocument>((done, fail) => {
					const hear = <K extends 'message' | 'error' | 'exit'>(name: K, listener: (value: never) => void): void => {
						thread.on(name, listener as () => void);
						clean.push(() => thread.off(name, listener as () => void));
					};
					hear('message', ({ id: of, document, refusal, message }: Reply) => {
						if (of !== id) return;
						if (document) done(document);
						else if (refusal) fail(new TongsaError(refusal.code, refusal.what, { file: path, ...refusal.detail }));
						else fail(new TongsaError('malformed', 'the file cannot be read', { file: path, got: message ?? '' }));
					});
					hear('error', (error: NodeJS.ErrnoException) => {
						worker = undefined;
						const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
						fail(
							memory
								? tooMuch('the file takes too much memory to read', `${MAX_HEAP_MB} MB`)
								: new TongsaError('malformed', 'the file cannot be read', { file: path, got: error.message }),
						);
					});
					hear('exit', () => {
						if (worker === thread) worker = undefined;
						fail(new TongsaError('malformed', 'the file ended its reader', { file: path }));
					});
					const stop = (error: unknown): void => {
						fail(error);
						void ended();
					};
					const timer = setTimeout(() => stop(tooMuch('the file takes too long to read', `${timeoutMs / 1000} s`)), timeoutMs);
					const looking = setInterval(() => {
						if (process.memoryUsage.rss() - before > growth) stop(tooMuch('the file takes too much memory to read', `${growth} bytes`));
					}, LOOK_MS);
					const abort = (): void => stop(signal!.reason);
					signal?.addEventListener('abort', abort, { once: true });
					clean.push(
						() => clearTimeout(timer),
						() => clearInterval(looking),
						() => signal?.removeEventListener('abort', abort),
					);
					thread.postMessage({ path, id });
				});
			} finally {
				for (const one of clean) one();
				thread.unref();
			}
		},
		close: ended,
	};
}

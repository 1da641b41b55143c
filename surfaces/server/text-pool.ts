// Threads for texts that are too long for the thread that answers requests. What is short is done at once.

import { Piscina } from 'piscina';
import { errorOf } from './failure.ts';
import { type Asker, createQueue } from './queue.ts';
import { Refusal } from './refusal.ts';
import type { Lease } from './registry.ts';
import { TEXT_WORK, type TextWork } from './text-work.ts';
import type { TextResult, TextTask } from './text-worker.ts';

export interface TextPool {
	/**
	 * @param size UTF-16 units, ids or values to be worked on, by which it is chosen where
	 * @throws what the work throws; the signal's reason; Refusal 429 where too many wait
	 */
	run<N extends keyof TextWork>(
		name: N,
		lease: Pick<Lease, 'model' | 'reference'> | undefined,
		task: Parameters<TextWork[N]>[1],
		size: number,
		asker: Asker,
	): Promise<Awaited<ReturnType<TextWork[N]>>>;
	close(): Promise<void>;
}

/** Some thirty milliseconds of the worst text. */
const SHORT = 4096;
/** A processor for each, and no more: a text that is worked on wants a whole one. */
const MOST_THREADS = 2;
/** Heap of a thread: the tokenizers of several models, and the largest text that a request may bring. */
const HEAP_MIB = 1024;
const IDLE_MS = 60_000;

const FILE = import.meta.url.endsWith('.ts') ? './text-worker.ts' : './text-worker.js';

export function createTextPool(threads: number, maxWaiting: number, now: () => number): TextPool {
	const maxThreads = Math.max(1, Math.min(MOST_THREADS, threads));
	const queue = createQueue(maxWaiting, now, maxThreads);
	const pool = new Piscina({
		filename: new URL(FILE, import.meta.url).href,
		minThreads: 0,
		maxThreads,
		idleTimeout: IDLE_MS,
		resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
	});
	return {
		async run(name, lease, task, size, asker) {
			if (size <= SHORT) {
				const work = TEXT_WORK[name] as (model: unknown, task: unknown) => never;
				return await work(lease?.model, task);
			}
			const place = await queue.enter({ client: asker.client, signal: asker.signal });
			try {
				const given: TextTask = { name, ...(lease && { reference: lease.reference }), task };
				const result = (await pool.run(given, { signal: asker.signal })) as TextResult;
				if ('failed' in result) throw errorOf(result.failed);
				return result.done as never;
			} catch (error) {
				asker.signal.throwIfAborted(); // then its thread has been ended
				if ((error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
					throw new Refusal(400, 'The request takes more memory than this server gives to one.', { code: 'too_large' });
				}
				throw error;
			} finally {
				place.leave();
			}
		},
		close: () => pool.destroy(),
	};
}

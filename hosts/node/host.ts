// The Node host: what openModel is handed when it runs in Node.

import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TongsaError } from '../../src/errors.ts';
import type { Host } from '../../src/host.ts';
import { computeThread } from './compute-thread.ts';
import { optimise } from './optimise.ts';
import { resolve } from './resolve.ts';

/** Part of the machine's memory that a model may take: the rest is for the system and for other programs. */
const MEMORY_SHARE = 0.7;

/** TONGSA_MEMORY, in bytes; else 0.7 of what is free, or of half of what this process may have (a container's bound counts) if that is more. */
function memoryBudget(): number {
	const asked = process.env.TONGSA_MEMORY;
	if (asked) {
		if (/^[0-9]{1,15}$/.test(asked)) return Number(asked);
		throw new TongsaError('usage', 'a memory budget is a number of bytes', { field: 'TONGSA_MEMORY', got: asked, allowed: 'digits only' });
	}
	const whole = Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);
	return Math.floor(Math.max(process.availableMemory?.() ?? 0, whole / 2) * MEMORY_SHARE);
}

/** TONGSA_VECTORS=128 leaves V8 as it is: the kernels then run on WebAssembly's own vectors. */
const wider = () => process.env.TONGSA_VECTORS !== '128';

export function nodeHost(): Host {
	return {
		resolve,
		...(wider() && { optimise }),
		startWorker() {
			const file = import.meta.url.endsWith('.ts') ? './compute-worker.ts' : './compute-worker.js';
			const worker = new Worker(new URL(file, import.meta.url));
			// Until it is there it is waited for; then a model that was not closed does not keep the process.
			worker.once('message', () => worker.unref());
			return computeThread(worker);
		},
		now: () => performance.now(),
		wait: (ms) => new Promise((resolve) => void (ms > 0 ? setTimeout(resolve, ms).unref() : setImmediate(resolve))),
		// The global one: importing node:crypto would cost every start some milliseconds.
		random: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
		get threads() {
			return availableParallelism();
		},
		get memoryBudget() {
			return memoryBudget();
		},
	};
}

// Host: the surroundings that the core is handed. hosts/node and hosts/browser each make one.

import type { ModelFiles } from './bytes/source.ts';
import type { Optimise } from './compute/wasm.ts';
import type { Worker } from './program/thread-pool.ts';

/** What a person may name: a catalogue name, path, URL, hf:… or ollama:… string, or files already in hand. */
export type ModelReference = string | ModelFiles;

export interface Progress {
	/** What is being done: 'download', 'read', 'repack', 'load'. */
	readonly stage: string;
	readonly done: number;
	/** Absent while unknown. */
	readonly total?: number;
	readonly unit: 'bytes' | 'tensors' | 'tokens';
}

export interface Host {
	/** Finds MODEL's files without reading them. @throws TongsaError 'not-found', with what is known instead. */
	resolve(
		reference: ModelReference,
		options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
	): Promise<ModelFiles>;
	/** Monotonic milliseconds. */
	now(): number;
	/** Comes back after so many milliseconds; 0: when what else is waiting has had its turn. */
	wait(ms: number): Promise<void>;
	/** Fills `bytes` with random ones, for seeds, and gives them back. */
	random(bytes: Uint8Array): Uint8Array;
	/** Threads that compute may use; 1 where there are none. */
	readonly threads: number;
	/** Bytes of memory that weights may use. */
	readonly memoryBudget: number;
	/** Starts a thread that runs the compute worker (src/program/worker.ts, serve); absent where there are no threads. */
	startWorker?(): Worker;
	/** Has kernels compiled better than they are by themselves; absent where the runtime offers nothing. */
	readonly optimise?: Optimise;
	/** False where the calling thread may not block: a page's main thread. */
	readonly canSleep?: boolean;
}

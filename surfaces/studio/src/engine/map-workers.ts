// The workers that make a map: as many as the machine has processors, on memory that all of them see; where there is none, one here.

import { wrap } from 'comlink';
import type { MapWorker } from '../../../../src/embedding/map/worker.ts';
import { inThisThread, type MapWorkers, type Reached } from '../../../../src/embedding/map/workers.ts';

/** Beyond this, collecting what was found takes as long as the search. */
const MOST_WORKERS = 8;
/** Rows for which further workers are worth their start. */
const ROWS_A_WORKER = 4096;

export function startWorkers(rows: number): MapWorkers {
	const count = crossOriginIsolated ? Math.min(MOST_WORKERS, navigator.hardwareConcurrency, Math.ceil(rows / ROWS_A_WORKER)) : 1;
	if (count === 1) return inThisThread();
	const threads = Array.from({ length: count }, () => new Worker(new URL('./map-worker.ts', import.meta.url), { type: 'module' }));
	const workers = threads.map((thread) => wrap<MapWorker>(thread) as unknown as Reached<MapWorker>);
	return {
		each: (work) => Promise.all(workers.map((worker, part) => work(worker, part, count))),
		memory: (byteLength) => new SharedArrayBuffer(byteLength),
		end: () => {
			for (const thread of threads) thread.terminate();
		},
	};
}

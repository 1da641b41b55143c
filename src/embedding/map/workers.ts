// Where the work on a map is done: by several workers on memory that all of them see, or by one in this thread.

import { createMapWorker, type MapWorker } from './worker.ts';

/** A worker as its caller has it: in this thread, or at the other end of a channel. */
export type Reached<T> = {
	readonly [M in keyof T]: T[M] extends (...args: infer A) => infer R ? (...args: A) => R | Promise<Awaited<R>> : never;
};

export interface MapWorkers {
	/** The same work for every worker, each with its part of it. */
	each<T>(work: (worker: Reached<MapWorker>, part: number, parts: number) => T | Promise<T>): Promise<T[]>;
	/** Bytes that all workers see. */
	memory(byteLength: number): ArrayBufferLike;
	end(): void;
}

/** One worker, in this thread. */
export function inThisThread(): MapWorkers {
	const worker = createMapWorker();
	return { each: async (work) => [await work(worker, 0, 1)], memory: (byteLength) => new ArrayBuffer(byteLength), end() {} };
}

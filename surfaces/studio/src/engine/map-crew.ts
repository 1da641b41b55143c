// The crew that makes a map: as many workers as the machine has processors, on memory that all of them see; where there is none, one hand here.

import { type Remote, wrap } from 'comlink';
import { createHand, type Hand } from './map-hand.ts';

/** Beyond this the gathering of what was found takes as long as the looking. */
const MOST_HANDS = 8;
/** Rows for which further hands are worth their start. */
const ROWS_A_HAND = 4096;

export interface Crew {
	/** The same work for every hand, each with its part of it. */
	each<T>(work: (hand: Hand | Remote<Hand>, part: number, parts: number) => T | Promise<T>): Promise<T[]>;
	/** Bytes that all hands see. */
	memory(byteLength: number): ArrayBufferLike;
	end(): void;
}

export function gather(rows: number): Crew {
	const count = crossOriginIsolated ? Math.min(MOST_HANDS, navigator.hardwareConcurrency, Math.ceil(rows / ROWS_A_HAND)) : 1;
	if (count === 1) return alone();
	const workers = Array.from({ length: count }, () => new Worker(new URL('./map-worker.ts', import.meta.url), { type: 'module' }));
	const hands = workers.map((worker) => wrap<Hand>(worker));
	return {
		each: (work) => Promise.all(hands.map((hand, part) => work(hand, part, count))),
		memory: (byteLength) => new SharedArrayBuffer(byteLength),
		end: () => {
			for (const worker of workers) worker.terminate();
		},
	};
}

/** One hand, in this thread. */
export function alone(): Crew {
	const hand = createHand();
	return { each: async (work) => [await work(hand, 0, 1)], memory: (byteLength) => new ArrayBuffer(byteLength), end() {} };
}

// Share: how threads divide work among them.

import type { Lockstep } from './barrier.ts';

/** This thread's part of `count` things: from the first one up to the last. Two functions, since a pair would be an object at every step. */
export function firstOf(count: number, { thread, threads }: Lockstep): number {
	return Math.floor((count * thread) / threads);
}

export function lastOf(count: number, { thread, threads }: Lockstep): number {
	return Math.floor((count * (thread + 1)) / threads);
}

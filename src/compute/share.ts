// Share: how threads divide work among them.

import type { Lockstep } from './barrier.ts';

/** This thread's part of `count` things. */
export function share(count: number, { thread, threads }: Lockstep): [number, number] {
	return [Math.floor((count * thread) / threads), Math.floor((count * (thread + 1)) / threads)];
}

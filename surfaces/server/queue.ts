// A model's queue: one piece of work at a time, in the order of arrival. A full queue refuses at once and says when to come again.

import { Refusal } from './refusal.ts';

export interface Queue {
	/**
	 * Waits for its turn; the work is done when the answer is called.
	 * @throws Refusal 429 when too many wait already; the signal's reason when it is aborted while waiting.
	 */
	enter(signal: AbortSignal): Promise<() => void>;
	readonly waiting: number;
}

/** How much a new turn counts in the running mean of turns' lengths. */
const NEWEST = 0.2;

export function createQueue(maxWaiting: number, now: () => number): Queue {
	const waiting = new Set<() => void>();
	let busy = false;
	let meanMs = 1000;

	function begin(): () => void {
		busy = true;
		const began = now();
		let ended = false;
		return () => {
			if (ended) return;
			ended = true;
			meanMs += NEWEST * (now() - began - meanMs);
			busy = false;
			const next = waiting.values().next().value;
			next?.();
		};
	}

	return {
		get waiting() {
			return waiting.size;
		},
		async enter(signal) {
			signal.throwIfAborted();
			if (!busy) return begin();
			if (waiting.size >= maxWaiting) {
				throw new Refusal(429, `The model's queue is full: ${waiting.size} requests wait.`, {
					code: 'queue_full',
					headers: { 'retry-after': String(Math.max(1, Math.ceil(((waiting.size + 1) * meanMs) / 1000))) },
				});
			}
			return new Promise((done, fail) => {
				const leave = () => {
					waiting.delete(turn);
					signal.removeEventListener('abort', abort);
				};
				const turn = () => {
					leave();
					done(begin());
				};
				const abort = () => {
					leave();
					fail(signal.reason);
				};
				waiting.add(turn);
				signal.addEventListener('abort', abort);
			});
		},
	};
}

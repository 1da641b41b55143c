// Barrier: threads that work together wait for each other, and for commands, by atomics on a few words that they share.
// A sense-reversing barrier (Mellor-Crummey & Scott 1991, §3.1): the last to arrive turns the generation, the others watch it.

import { TongsaError } from '../errors.ts';

/** Words of the control block, in 32-bit places from its start; a cache line apart, so that arriving does not disturb the watchers. */
const ARRIVED = 0;
const GENERATION = 16;
/** 1: a thread has failed. Beside the generation, which whoever fails turns. */
const FAILED = 17;
const COMMAND = 32;
/** The words of the command. */
const COMMAND_WORDS = 48;
export const CONTROL_BYTES = 256;
const MAX_COMMAND_WORDS = 16;

/** Times that a thread looks before it goes to sleep: about 60 µs. With a third of them decoding loses 7 %; more only take time from whoever else computes. */
const SPINS = 8_000;

export interface Lockstep {
	readonly thread: number;
	readonly threads: number;
	/** Returns when all threads have come here. @throws TongsaError 'internal' where one has failed, or does not come. */
	barrier(): void;
	/** Main thread: gives a command, 16 words at most, to the others. */
	dispatch(command: Int32Array): void;
	/** Others: waits for the next command. */
	next(): Int32Array;
	/** Says that this thread does not come any more: the others' barriers throw. */
	fail(): void;
}

/** One thread alone: nothing to wait for. */
export const ALONE: Lockstep = {
	thread: 0,
	threads: 1,
	barrier() {},
	dispatch() {},
	next: () => new Int32Array(MAX_COMMAND_WORDS),
	fail() {},
};

/** How long a thread waits for the others: a step takes milliseconds, or a second on a machine that is busy with other things. */
export interface Timeout {
	readonly ms: number;
	now(): number;
}

export interface LockstepOptions {
	/** CONTROL_BYTES or more, zero at first. */
	readonly control: SharedArrayBuffer;
	readonly thread: number;
	readonly threads: number;
	/** False on a page's main thread, which may only look. */
	readonly canSleep: boolean;
	/** Without it, a thread waits for ever: whoever the main thread waits for is ended by it. */
	readonly timeout?: Timeout;
}

export function createLockstep({ control, thread, threads, canSleep, timeout }: LockstepOptions): Lockstep {
	const words = new Int32Array(control, 0, CONTROL_BYTES / 4);
	const given = words.subarray(COMMAND_WORDS, COMMAND_WORDS + MAX_COMMAND_WORDS);
	/** Commands that have been taken. */
	let taken = 0;

	const watch = (place: number, old: number, limit?: Timeout): void => {
		for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(words, place) !== old) return;
		const until = limit ? limit.now() + limit.ms : Number.POSITIVE_INFINITY;
		while (Atomics.load(words, place) === old) {
			if (canSleep) Atomics.wait(words, place, old, limit?.ms);
			if (limit && limit.now() > until && Atomics.load(words, place) === old) throw missing(`no answer for ${limit.ms} ms`);
		}
	};

	return {
		thread,
		threads,
		barrier() {
			const generation = Atomics.load(words, GENERATION);
			// Looked at in this order: whoever fails says so first and then turns the generation, so that one of the two is seen.
			if (Atomics.load(words, FAILED)) throw missing('it failed');
			if (Atomics.add(words, ARRIVED, 1) === threads - 1) {
				Atomics.store(words, ARRIVED, 0);
				Atomics.add(words, GENERATION, 1);
				Atomics.notify(words, GENERATION);
			} else {
				watch(GENERATION, generation, timeout);
			}
			if (Atomics.load(words, FAILED)) throw missing('it failed');
		},
		dispatch(command) {
			given.set(command);
			Atomics.add(words, COMMAND, 1);
			Atomics.notify(words, COMMAND);
		},
		next() {
			watch(COMMAND, taken);
			taken++;
			return given;
		},
		fail() {
			Atomics.store(words, FAILED, 1);
			Atomics.add(words, GENERATION, 1);
			Atomics.notify(words, GENERATION);
		},
	};
}

function missing(got: string): TongsaError {
	return new TongsaError('internal', 'a compute thread is missing', { got, hint: 'Ask again: what follows is computed on one thread' });
}

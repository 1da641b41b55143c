// Pause: the one place where long work lets other work of its thread go on, and where it is called off.

/** Time, as the host has it. */
export interface Clock {
	/** Monotonic milliseconds. */
	now(): number;
	/** Comes back after so many milliseconds; 0: when what else is waiting has been done. */
	wait(ms: number): Promise<void>;
}

/** Without a clock: nothing is timed, and nothing else waits. */
export const TIMELESS: Clock = { now: () => 0, wait: (ms) => (ms > 0 ? new Promise(() => {}) : Promise.resolve()) };

/**
 * To be called between pieces of work that take some milliseconds. Undefined where nothing is due; otherwise a promise to wait for.
 * @throws the signal's reason, at once or when other work has been done: so an abort is heard that arrives meanwhile.
 */
export type Pause = (signal?: AbortSignal) => Promise<void> | undefined;

/** Other work goes on when so much time has passed since it last did. */
const WORK_MS = 10;

export function createPause(clock: Clock): Pause {
	let begun = clock.now();
	const wait = async (signal?: AbortSignal): Promise<void> => {
		await clock.wait(0);
		begun = clock.now();
		signal?.throwIfAborted();
	};
	return (signal) => {
		signal?.throwIfAborted();
		return clock.now() - begun > WORK_MS ? wait(signal) : undefined;
	};
}

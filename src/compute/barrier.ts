// Lockstep: threads that work on one memory meet at barriers and wait for orders, by atomics on a few words of it.
// A sense-reversing barrier (Mellor-Crummey & Scott 1991, §3.1): the last to arrive turns the generation, the others watch it.

/** Words of the control block, in 32-bit places from its start; a cache line apart, so that arriving does not disturb the watchers. */
const ARRIVED = 0;
const GENERATION = 16;
const ORDER = 32;
/** Parameters of an order. */
const PARAMETERS = 48;
export const CONTROL_BYTES = 256;
export const MAX_PARAMETERS = 16;

/** Looks before a thread goes to sleep: about 20 µs on a 3 GHz core, longer than any barrier inside a step. */
const LOOKS = 20_000;

export interface Lockstep {
	readonly thread: number;
	readonly threads: number;
	/** Returns when all threads have come here. */
	barrier(): void;
	/** Leader: gives an order's parameters to the others. */
	announce(parameters: readonly number[]): void;
	/** Others: waits for the next order and gives its parameters. */
	next(): Int32Array;
}

/** One thread alone: nothing to wait for. */
export const ALONE: Lockstep = {
	thread: 0,
	threads: 1,
	barrier() {},
	announce() {},
	next: () => new Int32Array(MAX_PARAMETERS),
};

/** `control`: CONTROL_BYTES of shared memory, zero at first. `canSleep`: false on a page's main thread, which may only look. */
export function createLockstep(memory: WebAssembly.Memory, control: number, thread: number, threads: number, canSleep: boolean): Lockstep {
	const words = new Int32Array(memory.buffer, control, CONTROL_BYTES / 4);
	const parameters = words.subarray(PARAMETERS, PARAMETERS + MAX_PARAMETERS);
	let order = 0;

	const watch = (place: number, old: number): void => {
		for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, place) !== old) return;
		while (Atomics.load(words, place) === old) if (canSleep) Atomics.wait(words, place, old);
	};

	return {
		thread,
		threads,
		barrier() {
			const generation = Atomics.load(words, GENERATION);
			if (Atomics.add(words, ARRIVED, 1) === threads - 1) {
				Atomics.store(words, ARRIVED, 0);
				Atomics.add(words, GENERATION, 1);
				Atomics.notify(words, GENERATION);
			} else {
				watch(GENERATION, generation);
			}
		},
		announce(values) {
			parameters.set(values);
			Atomics.add(words, ORDER, 1);
			Atomics.notify(words, ORDER);
		},
		next() {
			watch(ORDER, order);
			order++;
			return parameters;
		},
	};
}

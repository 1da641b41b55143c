// Thread pool: the main thread and its workers run the same programs over the same shared memories (worker.ts).
// The host starts the workers (src/host.ts), each of which runs `serve`. Where one ends or does not answer, the main thread goes on alone.

import type { Kernels } from '../compute/kernels.ts';
import { Adaptive } from '../threads/adaptive.ts';
import { ALONE, CONTROL_BYTES, createLockstep } from '../threads/barrier.ts';
import type { Clock } from '../threads/pause.ts';
import type { Range } from './steps.ts';
import { COMMAND, createThread, LISTS, type Part, runCommand, STEPS, type Thread, WANTS, type Want, type WorkerSetup } from './worker.ts';

export type { Part, Want };

/** A worker as the host hands it over. */
export interface Worker {
	postMessage(message: unknown): void;
	onMessage(listener: (message: unknown) => void): void;
	/** It could not start, failed or was ended. */
	onEnd(listener: () => void): void;
	/** Settles when it has ended, where the host can tell. */
	terminate(): unknown;
}

export interface ThreadPoolOptions {
	/** One a part, over its memory. */
	readonly kernels: readonly Kernels[];
	readonly parts: readonly Part[];
	readonly module: WebAssembly.Module | undefined;
	/** Tokens in one pass at most. */
	readonly batch: number;
	readonly levels: number;
	/** Started, and not yet told anything. None: the main thread works alone. */
	readonly workers: readonly Worker[];
	/** Whether this thread may sleep while it waits; a page's main thread may not. */
	readonly canSleep: boolean;
	/** Milliseconds that the main thread waits for the others, to begin with and in a pass. */
	readonly timeoutMs: number;
	readonly clock: Clock;
}

/** Tokens of a pass from which on its cost per token is that of a long one. */
const MANY = 32;
/** Steps of a short block. */
const BLOCK_STEPS = 16;

export class ThreadPool {
	/** Where positions go for a batch of texts. */
	readonly positions: Int32Array;
	readonly #alone: Thread;
	readonly #clock: Clock;
	readonly #command = new Int32Array(Object.keys(COMMAND).length);
	/** One for single tokens, one for many: they gain differently. One for passes in pieces. */
	readonly #one = new Adaptive();
	readonly #many = new Adaptive();
	readonly #pieces = new Adaptive();
	/** The main thread together with the others; undefined where there are none. */
	#together: Thread | undefined;
	#workers: readonly Worker[];
	#recovery: Promise<unknown> | undefined;

	private constructor({ kernels, parts, batch, levels, workers, clock }: ThreadPoolOptions) {
		const bytes = CONTROL_BYTES + batch * 4;
		this.positions = new Int32Array(workers.length > 0 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes), CONTROL_BYTES);
		this.#alone = createThread(parts, kernels, ALONE, levels, this.positions);
		this.#clock = clock;
		this.#workers = workers;
	}

	/** Tells the workers what they work on, and waits until they are there. Where one does not come, the main thread works alone. */
	static async open(options: ThreadPoolOptions): Promise<ThreadPool> {
		const pool = new ThreadPool(options);
		await pool.#start(options);
		return pool;
	}

	async #start({ kernels, parts, module, workers, levels, canSleep, timeoutMs, clock }: ThreadPoolOptions): Promise<void> {
		const control = this.positions.buffer;
		if (workers.length === 0 || !module || !(control instanceof SharedArrayBuffer)) return;
		const threads = workers.length + 1;
		const coming = workers.map((worker, i) => {
			const setup: WorkerSetup = { module, variant: kernels[0]!.variant, parts, control, thread: i + 1, threads, levels };
			return new Promise<boolean>((resolve) => {
				worker.onMessage(() => resolve(true));
				worker.onEnd(() => {
					resolve(false);
					if (this.#workers.includes(worker)) this.stop();
				});
				worker.postMessage(setup);
			});
		});
		if (!(await allWithin(coming, timeoutMs, clock))) return this.stop();
		const lockstep = createLockstep({ control, thread: 0, threads, canSleep, timeout: { ms: timeoutMs, now: clock.now } });
		this.#together = createThread(parts, kernels, lockstep, levels, this.positions);
	}

	/** Threads that take part, the main one among them. */
	get threads(): number {
		return this.#together?.lockstep.threads ?? 1;
	}

	/** While ended threads are still ending: nothing may be computed before. */
	get recovery(): Promise<unknown> | undefined {
		return this.#recovery;
	}

	/**
	 * Passes T tokens through. `packed`: a batch of texts, their positions are in `positions`; then `first` is 0.
	 * @throws TongsaError 'internal' when a thread is missing; the next pass is the main thread's alone, after `recovery`.
	 */
	run(tokens: number, first: number, want: Want, packed = false): void {
		const adaptive = tokens === 1 ? this.#one : this.#many;
		// Few tokens cost more each: they say nothing about many.
		const measured = tokens === 1 || tokens >= MANY;
		const command = this.#command;
		command[COMMAND.tokens] = tokens;
		command[COMMAND.first] = first;
		command[COMMAND.packed] = packed ? 1 : 0;
		command[COMMAND.want] = WANTS.indexOf(want);
		const start = this.#clock.now();
		this.#dispatch((adaptive.together || !measured) && this.#together ? this.#together : this.#alone);
		if (measured && this.#together) adaptive.took((this.#clock.now() - start) / tokens);
	}

	/** Runs some steps of one part; states from the part before come in where its blocks begin. @throws as run. */
	runSteps(tokens: number, first: number, part: number, { list, from, to }: Range, packed = false): void {
		const command = this.#command;
		command[COMMAND.tokens] = tokens;
		command[COMMAND.first] = first;
		command[COMMAND.packed] = packed ? 1 : 0;
		command[COMMAND.want] = STEPS;
		command[COMMAND.part] = part;
		command[COMMAND.list] = LISTS.indexOf(list);
		command[COMMAND.from] = from;
		command[COMMAND.to] = to;
		const start = this.#clock.now();
		this.#dispatch(this.#pieces.together && this.#together ? this.#together : this.#alone);
		// Pieces differ; those of a block or more are alike enough, step by step.
		const steps = to - from;
		if (this.#together && tokens >= MANY && steps >= BLOCK_STEPS) this.#pieces.took((this.#clock.now() - start) / (tokens * steps));
	}

	/** From now on the main thread works alone. What ended threads may still write must not meet what is computed next. */
	stop(): void {
		this.#together = undefined;
		if (this.#workers.length === 0) return;
		this.#recovery = Promise.allSettled(this.#workers.map((worker) => worker.terminate())).then(() => {
			this.#recovery = undefined;
		});
		this.#workers = [];
	}

	/** The command, by `thread` and whoever waits with it. */
	#dispatch(thread: Thread): void {
		try {
			thread.lockstep.dispatch(this.#command);
			runCommand(thread, this.#command);
		} catch (error) {
			this.stop();
			throw error;
		}
	}
}

/** Whether all come true before the time is over. */
async function allWithin(coming: readonly Promise<boolean>[], ms: number, clock: Clock): Promise<boolean> {
	return Promise.race([Promise.all(coming).then((all) => all.every(Boolean)), clock.wait(ms).then(() => false)]);
}

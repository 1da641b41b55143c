// A crew: the leader and its workers, threads that run the same programs over the same shared memories (crew-member.ts).
// The host starts the workers (src/host.ts), each of which runs `serve`. Who dies is missed, and the leader goes on alone.

import type { Kernels } from '../compute/kernels.ts';
import { createPace } from '../threads/adaptive.ts';
import { ALONE, CONTROL_BYTES, createLockstep } from '../threads/barrier.ts';
import type { Range } from './steps.ts';
import { createMember, LISTS, type Member, obey, type Part, SOME, WANTS, type Want, WORD, type WorkerSetup } from './worker.ts';

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

export interface Crew {
	/** Threads that take part, the leader's among them. */
	readonly threads: number;
	/** Where positions go for a pass of several texts side by side. */
	readonly positions: Int32Array;
	/**
	 * Passes T tokens through. `packed`: several texts, their positions are in `positions`; then `first` is 0.
	 * @throws TongsaError 'internal' when a thread is missing; the next pass is the leader's alone, after `mended`.
	 */
	run(tokens: number, first: number, want: Want, packed?: boolean): void;
	/** Runs some steps of one part; states from the part before come in where its blocks begin. @throws as run. */
	some(tokens: number, first: number, part: number, range: Range): void;
	/** While ended threads are still ending: nothing may be computed before. */
	readonly mended: Promise<unknown> | undefined;
	stop(): void;
}

export interface CrewOptions {
	/** One a part, over its memory. */
	readonly kernels: readonly Kernels[];
	readonly parts: readonly Part[];
	readonly module: WebAssembly.Module | undefined;
	/** Tokens in one pass at most. */
	readonly tokensAtOnce: number;
	readonly levels: number;
	/** Started, and not yet told anything. None: the leader works alone. */
	readonly workers: readonly Worker[];
	/** Whether this thread may sleep while it waits; a page's main thread may not. */
	readonly canSleep: boolean;
	/** Milliseconds that the leader waits for the others, to begin with and in a pass. */
	readonly patience: number;
	readonly clock: Clock;
}

/** Time, as the host has it. */
export interface Clock {
	/** Monotonic milliseconds. */
	now(): number;
	/** Comes back after so many milliseconds; 0: when what else is waiting has had its turn. */
	wait(ms: number): Promise<void>;
}

/** Tokens of a pass from which on its cost per token is that of a long one. */
const MANY = 32;
/** Steps of a short block. */
const BLOCK_STEPS = 16;

/** Tells the workers what they work on, and waits until they are there. Where one does not come, the leader works alone. */
export async function openCrew(options: CrewOptions): Promise<Crew> {
	const { kernels, parts, module, tokensAtOnce, levels, canSleep, patience, clock } = options;
	let workers = options.workers;
	const threads = workers.length + 1;
	const bytes = CONTROL_BYTES + tokensAtOnce * 4;
	const control = threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
	const positions = new Int32Array(control, CONTROL_BYTES);
	let team: Member | undefined;
	let mended: Promise<unknown> | undefined;

	/** From now on the leader works alone. What ended threads may still write must not meet what is computed next. */
	const dissolve = (): void => {
		team = undefined;
		if (workers.length === 0) return;
		mended = Promise.allSettled(workers.map((worker) => worker.terminate())).then(() => (mended = undefined));
		workers = [];
	};

	if (threads > 1 && module && control instanceof SharedArrayBuffer) {
		const coming = workers.map((worker, i) => {
			const setup: WorkerSetup = { module, variant: kernels[0]!.variant, parts, control, thread: i + 1, threads, levels };
			return new Promise<boolean>((resolve) => {
				worker.onMessage(() => resolve(true));
				worker.onEnd(() => {
					resolve(false);
					if (workers.includes(worker)) dissolve();
				});
				worker.postMessage(setup);
			});
		});
		if (await allWithin(coming, patience, clock)) {
			const lockstep = createLockstep({ control, thread: 0, threads, canSleep, patience: { ms: patience, now: clock.now } });
			team = createMember(parts, kernels, lockstep, levels, positions);
		} else dissolve();
	}

	const alone = createMember(parts, kernels, ALONE, levels, positions);
	const order = new Int32Array(Object.keys(WORD).length);
	/** One for single tokens, one for many: they gain differently. */
	const paces = [createPace(), createPace()] as const;
	/** Of passes that somebody listens to. */
	const heard = createPace();

	/** `member` and whoever is in lockstep with it. */
	const carryOut = (member: Member): void => {
		try {
			member.lockstep.announce(order);
			obey(member, order);
		} catch (error) {
			dissolve();
			throw error;
		}
	};

	return {
		get threads() {
			return team?.lockstep.threads ?? 1;
		},
		positions,
		run(tokens, first, want, packed = false) {
			const pace = paces[tokens === 1 ? 0 : 1];
			// Few tokens cost more each: they say nothing about many.
			const measured = tokens === 1 || tokens >= MANY;
			order[WORD.tokens] = tokens;
			order[WORD.first] = first;
			order[WORD.packed] = packed ? 1 : 0;
			order[WORD.want] = WANTS.indexOf(want);
			if (!team) return carryOut(alone);
			const start = clock.now();
			carryOut(pace.together || !measured ? team : alone);
			if (measured) pace.took((clock.now() - start) / tokens);
		},
		some(tokens, first, part, range) {
			const { list, from, to } = range;
			order[WORD.tokens] = tokens;
			order[WORD.first] = first;
			order[WORD.packed] = 0;
			order[WORD.want] = SOME;
			order[WORD.part] = part;
			order[WORD.list] = LISTS.indexOf(list);
			order[WORD.from] = from;
			order[WORD.to] = to;
			if (!team) return carryOut(alone);
			const start = clock.now();
			carryOut(heard.together ? team : alone);
			// Ranges differ; those of a block or more are alike enough, step by step.
			const steps = to - from;
			if (tokens >= MANY && steps >= BLOCK_STEPS) heard.took((clock.now() - start) / (tokens * steps));
		},
		get mended() {
			return mended;
		},
		stop: dissolve,
	};
}

/** Whether all come true before the time is over. */
async function allWithin(coming: readonly Promise<boolean>[], ms: number, clock: Clock): Promise<boolean> {
	return Promise.race([Promise.all(coming).then((all) => all.every(Boolean)), clock.wait(ms).then(() => false)]);
}

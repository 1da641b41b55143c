// A crew: the leader and its workers, threads that run the same programs over the same shared memories.
// The host starts the workers (src/host.ts); each of them runs `serve` below. Who dies is missed, and the leader goes on alone.

import { ALONE, CONTROL_BYTES, createLockstep, type Lockstep } from './barrier.ts';
import type { Kernels, KernelVariant } from './kernels.ts';
import { createPace } from './pace.ts';
import { runSteps } from './program.ts';
import type { Execution, Pass, Program, Range, Rows } from './steps.ts';
import { instantiate } from './wasm.ts';

/** A stretch of the model's blocks in a memory of its own. The states that leave it at `output` enter the next part at `input`. */
export interface Part {
	readonly memory: WebAssembly.Memory;
	readonly program: Program;
	readonly input: Rows;
	readonly output: Rows;
	/** D. */
	readonly width: number;
}

/** What a worker is told once. */
export interface CrewMember {
	readonly kind: 'tongsa-compute';
	readonly module: WebAssembly.Module;
	readonly variant: KernelVariant;
	readonly parts: readonly Part[];
	/** The lockstep's words, then a position for each token of a pass. */
	readonly control: SharedArrayBuffer;
	readonly thread: number;
	readonly threads: number;
	readonly levels: number;
}

/** A worker as the host hands it over. */
export interface Worker {
	postMessage(message: unknown): void;
	onMessage(listener: (message: unknown) => void): void;
	/** It could not start, failed or was ended. */
	onEnd(listener: () => void): void;
	/** Settles when it has ended, where the host can tell. */
	terminate(): unknown;
}

/** Which parts of the program a pass runs. */
export type Want = 'blocks' | 'states' | 'logits';
const WANTS: readonly Want[] = ['blocks', 'states', 'logits'];
const LISTS: readonly Range['list'][] = ['blocks', 'states', 'logits', 'unembed', 'source', 'aside'];

/** An order's words: numbers, as they go through shared memory. `want` is a place in WANTS; or SOME, and then the other four say which steps. */
const WORD = { tokens: 0, first: 1, packed: 2, want: 3, part: 4, list: 5, from: 6, to: 7 } as const;
const SOME = WANTS.length;

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

interface Member {
	readonly parts: readonly Part[];
	readonly lockstep: Lockstep;
	/** For a pass of several texts. */
	readonly positions: Int32Array;
	readonly pass: Changing<Pass>;
	/** One a part. */
	readonly executions: readonly Execution[];
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

function createMember(
	parts: readonly Part[],
	kernels: readonly Kernels[],
	lockstep: Lockstep,
	levels: number,
	positions: Int32Array,
): Member {
	const pass: Changing<Pass> = { tokens: 0, first: 0, positions: undefined };
	const executions = kernels.map((each) => ({ kernels: each, lockstep, levels, pass, tokens: 0 }));
	return { parts, lockstep, positions, pass, executions };
}

/** The leader obeys as the workers do. */
function obey(member: Member, order: Int32Array): void {
	const { pass, positions, lockstep } = member;
	pass.tokens = order[WORD.tokens]!;
	pass.first = order[WORD.first]!;
	pass.positions = order[WORD.packed] ? positions : undefined;
	if (order[WORD.want] === SOME) passSome(member, order[WORD.part]!, LISTS[order[WORD.list]!]!, order[WORD.from]!, order[WORD.to]!);
	else passThrough(member, WANTS[order[WORD.want]!]!);
	lockstep.barrier();
}

// By index, as nothing may be allocated: an iterator is an object, and makes one more at each step.

function passThrough(member: Member, want: Want): void {
	const { parts, executions, pass } = member;
	const last = parts.length - 1;
	for (let i = 0; i <= last; i++) {
		if (i > 0) carry(member, i);
		runSteps(parts[i]!.program.blocks, executions[i]!, pass.tokens);
	}
	if (want !== 'blocks') runSteps(parts[last]!.program[want], executions[last]!, pass.tokens);
}

function passSome(member: Member, i: number, list: Range['list'], from: number, to: number): void {
	const { parts, executions, pass } = member;
	if (i > 0 && list === 'blocks' && from === 0) carry(member, i);
	runSteps(parts[i]!.program[list], executions[i]!, pass.tokens, from, to);
}

/** States from the memory before the i-th into it, (T, D). The leader copies: it is a thousandth of a block's work. */
function carry({ parts, executions, pass, lockstep }: Member, i: number): void {
	if (lockstep.thread === 0) {
		const { floats: source } = executions[i - 1]!.kernels;
		const { floats: target } = executions[i]!.kernels;
		const { output, width } = parts[i - 1]!;
		const from = output.at / 4;
		const to = parts[i]!.input.at / 4;
		for (let n = 0; n < pass.tokens * width; n++) target[to + n] = source[from + n]!;
	}
	lockstep.barrier();
}

/** Worker's side: says that it is there, and takes part in every pass. Blocks its thread while it waits. */
export function serve(member: CrewMember, ready: () => void): void {
	const { module, variant, parts, control, thread, threads, levels } = member;
	const kernels = parts.map(({ memory }) => instantiate(module, variant, memory));
	const lockstep = createLockstep({ control, thread, threads, canSleep: true });
	const positions = new Int32Array(control, CONTROL_BYTES);
	const self = createMember(parts, kernels, lockstep, levels, positions);
	ready();
	try {
		for (;;) obey(self, lockstep.next());
	} catch (error) {
		lockstep.fail();
		throw error;
	}
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
			const member = {
				kind: 'tongsa-compute',
				module,
				variant: kernels[0]!.variant,
				parts,
				control,
				thread: i + 1,
				threads,
				levels,
			} as const;
			return new Promise<boolean>((resolve) => {
				worker.onMessage(() => resolve(true));
				worker.onEnd(() => {
					resolve(false);
					if (workers.includes(worker)) dissolve();
				});
				worker.postMessage(member satisfies CrewMember);
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

// A thread of a pool: its way through a pass, as commanded. The main thread's side: thread-pool.ts

import type { Kernels, KernelVariant } from '../compute/kernels.ts';
import { instantiate } from '../compute/wasm.ts';
import { CONTROL_BYTES, createLockstep, type Lockstep } from '../threads/barrier.ts';
import { runSteps } from './run.ts';
import type { Execution, Pass, Program, Range, Rows } from './steps.ts';

/** Consecutive blocks in a memory of their own. The states that leave it at `output` enter the next part at `input`. */
export interface Part {
	readonly memory: WebAssembly.Memory;
	readonly program: Program;
	readonly input: Rows;
	readonly output: Rows;
	/** D. */
	readonly width: number;
}

/** What a worker is told once. */
export interface WorkerSetup {
	readonly module: WebAssembly.Module;
	readonly variant: KernelVariant;
	readonly parts: readonly Part[];
	/** The lockstep's words, then a position for each token of a pass. */
	readonly control: SharedArrayBuffer;
	readonly thread: number;
	readonly threads: number;
	readonly levels: number;
}

/** Which parts of the program a pass runs. */
export type Want = 'blocks' | 'states' | 'logits';
export const WANTS: readonly Want[] = ['blocks', 'states', 'logits'];
export const LISTS: readonly Range['list'][] = ['blocks', 'states', 'logits', 'unembed', 'source', 'hooked'];

/** A command's words, as they go through shared memory. `want` is a place in WANTS; or STEPS, and then the other four say which steps. */
export const COMMAND = { tokens: 0, first: 1, packed: 2, want: 3, part: 4, list: 5, from: 6, to: 7 } as const;
export const STEPS = WANTS.length;

export interface Thread {
	readonly parts: readonly Part[];
	readonly lockstep: Lockstep;
	/** For a batch of texts. */
	readonly positions: Int32Array;
	readonly pass: Changing<Pass>;
	/** One a part. */
	readonly executions: readonly Execution[];
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

export function createThread(
	parts: readonly Part[],
	kernels: readonly Kernels[],
	lockstep: Lockstep,
	levels: number,
	positions: Int32Array,
): Thread {
	const pass: Changing<Pass> = { tokens: 0, first: 0, positions: undefined };
	const executions = kernels.map((each) => ({ kernels: each, lockstep, levels, pass, tokens: 0 }));
	return { parts, lockstep, positions, pass, executions };
}

/** One pass, as commanded: what every thread does, the main one too. */
export function runCommand(thread: Thread, command: Int32Array): void {
	const { pass, positions, lockstep } = thread;
	pass.tokens = command[COMMAND.tokens]!;
	pass.first = command[COMMAND.first]!;
	pass.positions = command[COMMAND.packed] ? positions : undefined;
	if (command[COMMAND.want] === STEPS)
		passSome(thread, command[COMMAND.part]!, LISTS[command[COMMAND.list]!]!, command[COMMAND.from]!, command[COMMAND.to]!);
	else passThrough(thread, WANTS[command[COMMAND.want]!]!);
	lockstep.barrier();
}

// By index, as nothing may be allocated: an iterator is an object, and makes one more at each step.

function passThrough(thread: Thread, want: Want): void {
	const { parts, executions, pass, lockstep } = thread;
	const last = parts.length - 1;
	for (let i = 0; i <= last; i++) {
		// What leaves one memory for the next must be there, whichever thread has made it.
		if (i > 0) {
			lockstep.barrier();
			carry(thread, i);
		}
		runSteps(parts[i]!.program.blocks, executions[i]!, pass.tokens);
	}
	if (want !== 'blocks') runSteps(parts[last]!.program[want], executions[last]!, pass.tokens);
}

function passSome(thread: Thread, i: number, list: Range['list'], from: number, to: number): void {
	const { parts, executions, pass } = thread;
	if (i > 0 && list === 'blocks' && from === 0) carry(thread, i);
	runSteps(parts[i]!.program[list], executions[i]!, pass.tokens, from, to);
}

/** States from the memory before the i-th into it, (T, D). The main thread copies: it is a thousandth of a block's work. */
function carry({ parts, executions, pass, lockstep }: Thread, i: number): void {
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
export function serve(setup: WorkerSetup, ready: () => void): void {
	const { module, variant, parts, control, thread, threads, levels } = setup;
	const kernels = parts.map(({ memory }) => instantiate(module, variant, memory));
	const lockstep = createLockstep({ control, thread, threads, canSleep: true });
	const positions = new Int32Array(control, CONTROL_BYTES);
	const self = createThread(parts, kernels, lockstep, levels, positions);
	ready();
	try {
		for (;;) runCommand(self, lockstep.next());
	} catch (error) {
		lockstep.fail();
		throw error;
	}
}

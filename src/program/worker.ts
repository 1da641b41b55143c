// A member of a crew: one thread's way through a pass, as ordered. The leader's side: crew.ts

import type { Kernels, KernelVariant } from '../compute/kernels.ts';
import { instantiate } from '../compute/wasm.ts';
import { CONTROL_BYTES, createLockstep, type Lockstep } from '../threads/barrier.ts';
import { runSteps } from './run.ts';
import type { Execution, Pass, Program, Range, Rows } from './steps.ts';

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
export const LISTS: readonly Range['list'][] = ['blocks', 'states', 'logits', 'unembed', 'source', 'aside'];

/** An order's words: numbers, as they go through shared memory. `want` is a place in WANTS; or SOME, and then the other four say which steps. */
export const WORD = { tokens: 0, first: 1, packed: 2, want: 3, part: 4, list: 5, from: 6, to: 7 } as const;
export const SOME = WANTS.length;

/** A thread of a crew. */
export interface Member {
	readonly parts: readonly Part[];
	readonly lockstep: Lockstep;
	/** For a pass of several texts. */
	readonly positions: Int32Array;
	readonly pass: Changing<Pass>;
	/** One a part. */
	readonly executions: readonly Execution[];
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

export function createMember(
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

/** One pass, as ordered: what every thread does, the leader too. */
export function obey(member: Member, order: Int32Array): void {
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
export function serve(setup: WorkerSetup, ready: () => void): void {
	const { module, variant, parts, control, thread, threads, levels } = setup;
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

// A crew: the leader and its workers, threads that run the same program over one shared memory.
// The host starts the workers (src/host.ts); each of them runs `serve` below.

import { ALONE, createLockstep, type Lockstep } from './barrier.ts';
import type { Kernels, KernelVariant } from './kernels.ts';
import { type Program, runSteps } from './program.ts';
import { instantiate } from './wasm.ts';

/** What a worker is told once. */
export interface CrewMember {
	readonly kind: 'tongsa-compute';
	readonly module: WebAssembly.Module;
	readonly variant: KernelVariant;
	readonly memory: WebAssembly.Memory;
	readonly program: Program;
	readonly control: number;
	readonly thread: number;
	readonly threads: number;
	readonly levels: number;
}

/** A worker as the host hands it over. */
export interface Worker {
	postMessage(message: unknown): void;
	onMessage(listener: (message: unknown) => void): void;
	terminate(): void;
}

/** Which parts of the program a pass runs. */
export type Want = 'blocks' | 'states' | 'logits';
const WANTS: readonly Want[] = ['blocks', 'states', 'logits'];
/** The order that ends a worker's loop. */
const STOP = -1;

export interface Crew {
	readonly threads: number;
	run(tokens: number, first: number, want: Want): void;
	stop(): void;
}

function pass(program: Program, kernels: Kernels, lockstep: Lockstep, levels: number, tokens: number, first: number, want: Want): void {
	runSteps(program.blocks, kernels, { tokens, first }, lockstep, levels);
	if (want === 'states') runSteps(program.states, kernels, { tokens, first }, lockstep, levels);
	if (want === 'logits') runSteps(program.logits, kernels, { tokens, first }, lockstep, levels);
}

/** Worker's side: takes part in every pass until it is told to stop. Blocks its thread while it waits. */
export function serve(member: CrewMember): void {
	const { module, variant, memory, program, control, thread, threads, levels } = member;
	const kernels = instantiate(module, variant, memory);
	const lockstep = createLockstep(memory, control, thread, threads, true);
	lockstep.barrier(); // says: ready
	for (;;) {
		const [tokens, first, want] = lockstep.next() as unknown as [number, number, number];
		if (tokens === STOP) return;
		pass(program, kernels, lockstep, levels, tokens, first, WANTS[want]!);
		lockstep.barrier();
	}
}

export interface CrewOptions {
	readonly kernels: Kernels;
	readonly module: WebAssembly.Module | undefined;
	readonly program: Program;
	readonly control: number;
	readonly levels: number;
	/** Started, and not yet told anything. None: the leader works alone. */
	readonly workers: readonly Worker[];
	/** Whether this thread may sleep while it waits; a page's main thread may not. */
	readonly canSleep: boolean;
}

/** Tells the workers what they work on. They join before the first pass. */
export function createCrew({ kernels, module, program, control, levels, workers, canSleep }: CrewOptions): Crew {
	const threads = workers.length + 1;
	const lockstep = threads === 1 ? ALONE : createLockstep(kernels.memory, control, 0, threads, canSleep);
	for (const [i, worker] of workers.entries()) {
		const { memory, variant } = kernels;
		worker.postMessage({
			kind: 'tongsa-compute',
			module: module!,
			variant,
			memory,
			program,
			control,
			thread: i + 1,
			threads,
			levels,
		} satisfies CrewMember);
	}
	let ready = threads === 1;
	return {
		threads,
		run(tokens, first, want) {
			if (!ready) lockstep.barrier();
			ready = true;
			lockstep.announce([tokens, first, WANTS.indexOf(want)]);
			pass(program, kernels, lockstep, levels, tokens, first, want);
			lockstep.barrier();
		},
		stop() {
			if (ready) lockstep.announce([STOP, 0, 0]);
			for (const worker of workers) worker.terminate();
		},
	};
}

// Assembled: weights laid out and loaded, threads started. All that a pass needs of the machine.

import { chooseLayout } from '../../compute/choose-layout.ts';
import { canShareMemory } from '../../compute/detect.ts';
import type { Kernels, KernelVariant } from '../../compute/kernels.ts';
import type { FourBits } from '../../compute/layouts.ts';
import { buildKernels, type Optimise } from '../../compute/wasm.ts';
import { type Clock, type Crew, openCrew, type Part, type Worker } from '../../program/thread-pool.ts';
import type { Transformer } from '../transformer.ts';
import { divide, hasRoomForBytes, type Stretch } from './divide.ts';
import { entranceBytes } from './entrance.ts';
import { loadPlan, readValues } from './load.ts';
import { chooseVariant, keepsFloats, MAX_BYTES, memoryOf, ROOMY_SHARE, startWorkers } from './resources.ts';

export interface FastOptions {
	/** Tokens that the cache holds. */
	readonly capacity: number;
	/** Bytes that all of it may take. */
	readonly memoryBudget: number;
	/** Threads, this one included. More than one needs `startWorker` and memory that can be shared. */
	readonly threads?: number;
	startWorker?(): Worker;
	/** False on a page's main thread. */
	readonly canSleep?: boolean;
	/** Without it nothing is timed: no other work has its turn between passes, and a thread that has died is waited for without end. */
	readonly clock?: Clock;
	/** Milliseconds to wait for a thread that does not answer (default 20 000). */
	readonly patience?: number;
	/** Bytes of one memory at most (default: what 32 bits address). A larger model lies in several. */
	readonly memoryLimit?: number;
	/** Instead of the machine's best. */
	readonly variant?: KernelVariant;
	/** How 4-bit weights lie, instead of as this machine is faster, where there is room. The results are equal to the bit. */
	readonly fourBits?: FourBits;
	/** The host's way to a better compiler for the kernels (wasm.ts). */
	readonly optimise?: Optimise;
	readonly signal?: AbortSignal;
	onProgress?(done: number, total: number): void;
}

export interface Assembled {
	readonly variant: KernelVariant;
	/** Tokens of one pass at most. */
	readonly tokensAtOnce: number;
	/** What lies in each memory, the kernels over it, and what threads are told of it: one entry a memory. */
	readonly stretches: readonly Stretch[];
	readonly kernels: readonly Kernels[];
	readonly parts: readonly Part[];
	readonly crew: Crew;
}

/** Tokens of one pass: enough that a weight is read once for many, few enough that their activations stay in the second-level cache. */
export const TOKENS_AT_ONCE = 128;
/** What unsigned activations go up to: 7 bits, the most that every machine multiplies alike (detect.ts). */
const LEVELS = 127;

/** Without a clock. */
export const TIMELESS: Clock = { now: () => 0, wait: (ms) => (ms > 0 ? new Promise(() => {}) : Promise.resolve()) };
const PATIENCE_MS = 20_000;

export async function assemble(model: Transformer, options: FastOptions): Promise<Assembled> {
	const { config, views } = model;
	const { capacity, signal, clock = TIMELESS } = options;
	// Where a token sees those after it, all of them pass at once.
	const causal = config.blocks.every((block) => block.attention.causal);
	const tokensAtOnce = Math.ceil((causal ? Math.min(TOKENS_AT_ONCE, capacity) : capacity) / 4) * 4;
	const wanted = options.startWorker && canShareMemory() ? Math.max(1, options.threads ?? 1) : 1;
	const lay = (fourBits: FourBits): readonly Stretch[] =>
		divide(
			model,
			{ tokensAtOnce, capacity, threads: wanted },
			{
				memoryBudget: options.memoryBudget,
				memoryLimit: Math.min(options.memoryLimit ?? MAX_BYTES, MAX_BYTES),
				reserve: entranceBytes(config, capacity),
				floats: keepsFloats(model, options.memoryBudget),
				fourBits,
			},
		);
	let stretches = lay(options.fourBits ?? 'packed');
	const building = chooseVariant(options, clock).then((variant) => buildKernels(variant, wanted > 1, options.optimise));
	// Workers start while the weights are read.
	const workers = startWorkers(wanted - 1, options.startWorker);
	try {
		const build = await building;
		if (!options.fourBits && options.clock && hasRoomForBytes(stretches, options.memoryBudget * ROOMY_SHARE)) {
			const { fourBits } = chooseLayout(build, wanted > 1, clock.now);
			if (fourBits === 'bytes') stretches = lay(fourBits);
		}
		const kernels = stretches.map(({ pages }) => build.over(memoryOf(model.name, pages, wanted > 1)));
		const matrices = stretches.reduce((sum, { plan }) => sum + plan.matrices.length, 0);
		let before = 0;
		const buckets = views.buckets ? await readValues(views.buckets, signal) : new Float32Array(0);
		for (const [i, { plan, compiled, staging }] of stretches.entries()) {
			const onMatrix = (done: number): void => options.onProgress?.(before + done, matrices);
			await loadPlan(plan, kernels[i]!, staging, { signal, onMatrix });
			before += plan.matrices.length;
			for (const { at, values } of compiled.constants) kernels[i]!.floats.set(values(buckets), at / 4);
		}
		const parts = stretches.map(
			({ compiled: { program, input, output } }, i): Part => ({
				memory: kernels[i]!.memory,
				program,
				input,
				output,
				width: input.stride / 4,
			}),
		);
		const crew = await openCrew({
			kernels,
			parts,
			module: build.module,
			tokensAtOnce,
			levels: LEVELS,
			workers,
			canSleep: options.canSleep ?? true,
			patience: options.patience ?? PATIENCE_MS,
			clock,
		});
		return { variant: build.variant, tokensAtOnce, stretches, kernels, parts, crew };
	} catch (error) {
		for (const worker of workers) worker.terminate();
		throw error;
	}
}

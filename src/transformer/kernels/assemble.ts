// Assembled: weights laid out and loaded, threads started. All that a pass needs of the machine.

import { canShareMemory } from '../../compute/detect.ts';
import type { Kernels, KernelVariant } from '../../compute/kernels.ts';
import { buildKernels, type Optimise } from '../../compute/wasm.ts';
import { type Part, ThreadPool, type Worker } from '../../program/thread-pool.ts';
import type { TransformerConfig } from '../../spec/config.ts';
import { type Clock, TIMELESS } from '../../threads/pause.ts';
import { readValues } from '../../weights/views.ts';
import type { EngineMemory } from '../engine.ts';
import type { Transformer } from '../transformer.ts';
import { inputBytes } from './input.ts';
import { loadPlan } from './load.ts';
import type { Sizes } from './lower.ts';
import { chooseVariant, keepsFloats, MAX_BYTES, memoryOf, startWorkers } from './resources.ts';
import { bytesOf, divide, type Shard } from './shards.ts';

export interface KernelOptions {
	/** Tokens that the cache holds. */
	readonly capacity: number;
	/** Bytes that all of it may take. */
	readonly memoryBudget: number;
	/** Threads, this one included. More than one needs `startWorker` and memory that can be shared. */
	readonly threads?: number;
	startWorker?(): Worker;
	/** False on a page's main thread. */
	readonly canSleep?: boolean;
	/** Without it nothing is timed: no other work goes on between passes, and a thread that has died is waited for without end. */
	readonly clock?: Clock;
	/** Milliseconds to wait for a thread that does not answer (default 20 000). */
	readonly timeoutMs?: number;
	/** Bytes of one memory at most (default: what 32 bits address). A larger model lies in several. */
	readonly memoryLimit?: number;
	/** Instead of the machine's best. */
	readonly variant?: KernelVariant;
	/** The host's way to a better compiler for the kernels (wasm.ts). */
	readonly optimise?: Optimise;
	readonly signal?: AbortSignal;
	onProgress?(done: number, total: number): void;
}

export interface Assembled {
	readonly variant: KernelVariant;
	/** Tokens of one pass at most. */
	readonly batch: number;
	/** What lies in each memory, the kernels over it, and what threads are told of it: one entry a memory. */
	readonly shards: readonly Shard[];
	readonly kernels: readonly Kernels[];
	readonly parts: readonly Part[];
	readonly pool: ThreadPool;
}

/** Tokens of one pass: enough that a weight is read once for many, few enough that their activations stay in the second-level cache. */
export const BATCH = 128;
/** What unsigned activations go up to: 7 bits, the most that every machine multiplies alike (detect.ts). */
const LEVELS = 127;

const TIMEOUT_MS = 20_000;

/** What the kernels would hold of a model with a cache of `capacity` tokens, without reading a weight. An encoder's memories are counted too. */
export async function kernelMemory(model: Transformer, capacity: number, memoryBudget: number): Promise<EngineMemory> {
	const limits = { memoryBudget: Number.POSITIVE_INFINITY, memoryLimit: MAX_BYTES, reserve: inputBytes(model.config, capacity) };
	const shards = await divide(model, sizesFor(model.config, capacity, 1), { ...limits, floats: keepsFloats(model, memoryBudget) });
	const own = bytesOf(shards);
	if (!model.encoder) return own;
	const encoder = await kernelMemory(model.encoder, capacity, memoryBudget);
	return {
		weights: own.weights + encoder.weights,
		layouts: own.layouts,
		cache: own.cache + encoder.cache,
		all: own.all + encoder.all,
	};
}

function sizesFor(config: TransformerConfig, capacity: number, threads: number): Sizes {
	// Where a token sees those after it, all of them pass at once.
	const causal = config.blocks.every((block) => block.attention.causal);
	return { batch: Math.ceil((causal ? Math.min(BATCH, capacity) : capacity) / 4) * 4, capacity, threads };
}

export async function assemble(model: Transformer, options: KernelOptions): Promise<Assembled> {
	const { config, views } = model;
	const { capacity, signal, clock = TIMELESS } = options;
	const wanted = options.startWorker && canShareMemory() ? Math.max(1, options.threads ?? 1) : 1;
	const sizes = sizesFor(config, capacity, wanted);
	const { batch } = sizes;
	const shards = await divide(model, sizes, {
		memoryBudget: options.memoryBudget,
		memoryLimit: Math.min(options.memoryLimit ?? MAX_BYTES, MAX_BYTES),
		reserve: inputBytes(config, capacity),
		floats: keepsFloats(model, options.memoryBudget),
	});
	const building = chooseVariant(options, clock).then((variant) => buildKernels(variant, wanted > 1, options.optimise));
	// Workers start while the weights are read.
	const workers = startWorkers(wanted - 1, options.startWorker);
	try {
		const build = await building;
		const kernels = shards.map(({ pages }) => build.over(memoryOf(model.name, pages, wanted > 1)));
		const matrices = shards.reduce((sum, { plan }) => sum + plan.matrices.length, 0);
		let before = 0;
		const buckets = views.buckets ? await readValues(views.buckets, signal) : new Float32Array(0);
		for (const [i, { plan, compiled, staging }] of shards.entries()) {
			const onMatrix = (done: number): void => options.onProgress?.(before + done, matrices);
			await loadPlan(plan, kernels[i]!, staging, { signal, onMatrix });
			before += plan.matrices.length;
			for (const { at, values } of compiled.constants) kernels[i]!.floats.set(values(buckets), at / 4);
		}
		const parts = shards.map(
			({ compiled: { program, input, output } }, i): Part => ({
				memory: kernels[i]!.memory,
				program,
				input,
				output,
				width: input.stride / 4,
			}),
		);
		const pool = await ThreadPool.open({
			kernels,
			parts,
			module: build.module,
			batch,
			levels: LEVELS,
			workers,
			canSleep: options.canSleep ?? true,
			timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
			clock,
		});
		return { variant: build.variant, batch, shards, kernels, parts, pool };
	} catch (error) {
		for (const worker of workers) worker.terminate();
		throw error;
	}
}

// Resources: what a machine gives to a model on the kernels. A build of them, threads, memory, and whether there is room for floats.

import { chooseKernels } from '../../compute/choose.ts';
import type { KernelVariant } from '../../compute/kernels.ts';
import type { Optimise } from '../../compute/wasm.ts';
import { TongsaError } from '../../errors.ts';
import type { Worker } from '../../program/thread-pool.ts';
import type { Clock } from '../../threads/pause.ts';
import { matricesOf } from '../../weights/map-parts.ts';
import type { Transformer } from '../transformer.ts';

/** A 32-bit memory. */
export const MAX_BYTES = 2 ** 32 - 65536;

/** Of the budget, what float weights may take as float32, which is larger than they need be. */
const ROOMY_SHARE = 0.5;

/** Whether there is room for the file's floats as they are. */
export function keepsFloats({ config, views }: Transformer, memoryBudget: number): boolean {
	const matrices = matricesOf(views, (i) => config.blocks[i]!.feedForward.experts?.count ?? 0);
	const bytes = matrices.reduce((sum, { rows, columns }) => sum + rows * columns * 4, 0);
	return bytes <= Math.min(memoryBudget, MAX_BYTES) * ROOMY_SHARE;
}

interface Wanted {
	readonly variant?: KernelVariant;
	readonly optimise?: Optimise;
}

export async function chooseVariant({ variant, optimise }: Wanted, clock: Clock): Promise<KernelVariant> {
	return variant ?? (await chooseKernels({ now: clock.now, ...(optimise && { optimise }) })).variant;
}

/** A host that refuses a thread has none to give: the main thread works alone. */
export function startWorkers(count: number, start: (() => Worker) | undefined): readonly Worker[] {
	const workers: Worker[] = [];
	try {
		for (let i = 0; i < count; i++) workers.push(start!());
		return workers;
	} catch {
		for (const worker of workers) worker.terminate();
		return [];
	}
}

/** @throws TongsaError 'too-large' where the system gives no such memory. */
export function memoryOf(file: string, pages: number, shared: boolean): WebAssembly.Memory {
	try {
		return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
	} catch (cause) {
		const got = `${pages * 65536} bytes`;
		const hint = 'Use a smaller context, or a model with fewer bits per weight';
		throw new TongsaError('too-large', 'the system gives no memory of the size that is needed', { file, got, hint }, { cause });
	}
}

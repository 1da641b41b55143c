// Resources: what a machine gives to a model on the kernels. A build of them, threads, memory, and whether there is room for floats.

import { chooseKernels } from '../../compute/choose.ts';
import type { KernelVariant } from '../../compute/kernels.ts';
import type { Optimise } from '../../compute/wasm.ts';
import { TongsaError } from '../../errors.ts';
import type { Clock, Worker } from '../../program/thread-pool.ts';
import type { MatrixView } from '../../weights/views.ts';
import type { Transformer } from '../transformer.ts';

/** A 32-bit memory. */
export const MAX_BYTES = 2 ** 32 - 65536;

/** Of the budget, what a model may take in a layout that is larger than it need be: float weights as float32, or all of it with 4 bits in bytes. */
export const ROOMY_SHARE = 0.5;

/** Whether there is room for the file's floats as they are. */
export function keepsFloats({ config, views }: Transformer, memoryBudget: number): boolean {
	const experts = Math.max(...config.blocks.map(({ feedForward }) => feedForward.experts?.count ?? 0), 0);
	const bytes = (tree: unknown): number => {
		if (typeof tree !== 'object' || tree === null) return 0;
		if ('expert' in tree && typeof tree.expert === 'function') return experts * bytes(tree.expert(0));
		if ('tensor' in tree) return 'columns' in tree ? (tree as MatrixView).rows * (tree as MatrixView).columns * 4 : 0;
		return Object.values(tree).reduce<number>((sum, part) => sum + bytes(part), 0);
	};
	return bytes(views) <= Math.min(memoryBudget, MAX_BYTES) * ROOMY_SHARE;
}

interface Wanted {
	readonly variant?: KernelVariant;
	readonly optimise?: Optimise;
}

export async function chooseVariant({ variant, optimise }: Wanted, clock: Clock): Promise<KernelVariant> {
	return variant ?? (await chooseKernels({ now: clock.now, ...(optimise && { optimise }) })).variant;
}

/** A host that refuses a thread has none to give: the leader works alone. */
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

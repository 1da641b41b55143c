// The worker: runs the library beside the page. Calls come by name and number; a cancelled one stops at its next pause.

import { expose, transfer } from 'comlink';
import { type Outcome, type Progress, refusalOf } from './protocol.ts';
import type { Context } from './registry.ts';
import { type Work, work } from './work.ts';

const running = new Map<number, AbortController>();

/** Lets waiting messages in, so that a call that is already cancelled never starts. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

const desk = {
	async run(
		id: number,
		what: keyof Work,
		given: never,
		flag?: Int32Array,
		onProgress?: (progress: Progress) => void,
		onPart?: (part: unknown) => void,
	): Promise<Outcome<unknown>> {
		const controller = new AbortController();
		running.set(id, controller);
		try {
			await turn();
			controller.signal.throwIfAborted();
			const context: Context = {
				signal: controller.signal,
				onProgress: (p) => onProgress?.(p),
				onPart: (p) => onPart?.(p),
				turn,
				check() {
					if (flag && Atomics.load(flag, 0) !== 0) controller.abort();
					controller.signal.throwIfAborted();
				},
			};
			const value = await (work[what] as (context: Context, ...rest: unknown[]) => unknown)(context, ...(given as unknown[]));
			return transfer({ ok: true, value }, buffersOf(value));
		} catch (error) {
			if (controller.signal.aborted) return { ok: false, refusal: { code: 'cancelled', message: 'cancelled' } };
			return { ok: false, refusal: refusalOf(error) };
		} finally {
			running.delete(id);
		}
	},
	cancel(id: number): void {
		running.get(id)?.abort();
	},
};

/** Large arrays of an answer are handed over, not copied. Looks two levels deep, which is where answers keep them. */
function buffersOf(value: unknown, depth = 3): ArrayBuffer[] {
	if (ArrayBuffer.isView(value))
		return value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength ? [value.buffer] : [];
	if (depth === 0 || typeof value !== 'object' || value === null) return [];
	return [...new Set(Object.values(value).flatMap((inner) => buffersOf(inner, depth - 1)))];
}

export type Desk = typeof desk;
expose(desk);

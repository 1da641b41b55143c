// Activation buffers: where the rows of a pass lie. A buffer that nobody reads any more is taken again, behind the next barrier: earlier a thread
// that is late might still read it, and a barrier more would cost more than the memory.

import type { Arena } from '../../compute/arena.ts';
import { padded } from '../../compute/layouts.ts';
import type { Rows } from '../../program/steps.ts';

interface Free {
	readonly at: number;
	readonly bytes: number;
}

/**
 * Rows are as wide as the kernels' groups of columns, and what is beyond a row's own values must be zero. So rows of a whole number of groups
 * share their memory, and those of any other width only with their like.
 */
export class ActivationBuffers {
	readonly #arena: Arena;
	readonly #tokens: number;
	readonly #free = new Map<number, Free[]>();
	/** Given back since the last barrier. */
	#resting: { readonly shelf: number; readonly at: number; readonly bytes: number }[] = [];
	readonly #taken = new Map<number, { readonly shelf: number; readonly bytes: number }>();
	/** All of them as float32 places: what a pass that is put aside must save. */
	readonly all: { readonly at: number; readonly bytes: number }[] = [];

	/** `tokens`: rows of each. */
	constructor(arena: Arena, tokens: number) {
		this.#arena = arena;
		this.#tokens = tokens;
	}

	take(width: number): Rows {
		const stride = padded(width) * 4;
		const bytes = this.#tokens * stride;
		const shelf = width % 32 === 0 ? 0 : width;
		const free = this.#free.get(shelf) ?? [];
		const fitting = free.filter((one) => one.bytes >= bytes).sort((a, b) => a.bytes - b.bytes)[0];
		if (fitting)
			this.#free.set(
				shelf,
				free.filter((one) => one !== fitting),
			);
		const buffer = fitting ?? { at: this.#arena.take(bytes, 'activations'), bytes };
		if (!fitting) this.all.push(buffer);
		this.#taken.set(buffer.at, { shelf, bytes: buffer.bytes });
		return { at: buffer.at, stride };
	}

	/** Of a buffer that was taken here; of others it knows nothing. */
	give({ at }: Rows): void {
		const taken = this.#taken.get(at);
		if (!taken) return;
		this.#taken.delete(at);
		this.#resting.push({ at, ...taken });
	}

	/** All threads have met: what was given back is free. */
	settle(): void {
		for (const { shelf, at, bytes } of this.#resting) this.#free.set(shelf, [...(this.#free.get(shelf) ?? []), { at, bytes }]);
		this.#resting = [];
	}
}

/** `count` rows of their own. */
export function rowsOf(arena: Arena, count: number, width: number): Rows {
	const stride = padded(width) * 4;
	return { at: arena.take(count * stride, 'states'), stride };
}

// The reference's state: an array for each slot, grown behind what it holds.

import type { Slot, State } from '../state.ts';

export class ReferenceState implements State {
	length = 0;
	/** Tokens of the text that an encoder has read; 0 without one. */
	readonly sourceLength: number;
	readonly #slots = new Map<string, Float32Array>();

	constructor(sourceLength = 0) {
		this.sourceLength = sourceLength;
	}

	/** Rows written behind the ones that count. Room doubles, so that a token costs no copy on average. @returns all, from the first one on. */
	append(slot: Slot, rows: Float32Array): Float32Array {
		const old = this.#of(slot);
		const at = slot.of === 'text' ? this.length * slot.heads * slot.headWidth : 0;
		const end = at + rows.length;
		const out = end <= old.length ? old : new Float32Array(Math.max(end, Math.min(2 * old.length, old.length + 2 ** 24)));
		if (out !== old) out.set(old.subarray(0, at));
		out.set(rows, at);
		this.#slots.set(keyOf(slot), out);
		return out;
	}

	recall(slot: Slot): Float32Array {
		return this.#of(slot);
	}

	truncate(length: number): number {
		this.length = Math.min(this.length, length);
		return this.length;
	}

	fork(): ReferenceState {
		const copy = new ReferenceState(this.sourceLength);
		copy.length = this.length;
		for (const [key, data] of this.#slots) copy.#slots.set(key, data.slice());
		return copy;
	}

	#of(slot: Slot): Float32Array {
		return this.#slots.get(keyOf(slot)) ?? new Float32Array(0);
	}
}

function keyOf({ layer, name }: Slot): string {
	return `${layer}.${name}`;
}

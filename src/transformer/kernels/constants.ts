// Constants of a program: angles of rotation, and what position adds to scores. Written once, or when a pass needs new positions.

import type { Arena } from '../../compute/arena.ts';
import type { BiasTable } from '../../program/steps.ts';
import type { AttentionConfig, RopeConfig } from '../../spec/config.ts';
import { alibiBias, alibiSlopes, distanceBias } from '../position.ts';
import { ropeKey } from '../rope.ts';

/** Memory for angles of one kind of rotation, filled when a pass needs new positions. */
export interface RopePlace {
	readonly rope: RopeConfig;
	readonly cos: number;
	readonly sin: number;
	readonly pairs: number;
}

/** Values that come from no tensor, or from the table of buckets (buckets, H). */
export interface Constant {
	readonly at: number;
	values(buckets: Float32Array): Float32Array;
}

export class Constants {
	readonly #arena: Arena;
	readonly #capacity: number;
	readonly #ropes = new Map<string, RopePlace>();
	readonly #slopes = new Map<number, number>();
	#bias: BiasTable | undefined;
	/** To be written once. */
	readonly written: Constant[] = [];

	constructor(arena: Arena, capacity: number) {
		this.#arena = arena;
		this.#capacity = capacity;
	}

	get ropes(): readonly RopePlace[] {
		return [...this.#ropes.values()];
	}

	rope(rope: RopeConfig): RopePlace {
		const key = ropeKey(rope);
		const found = this.#ropes.get(key);
		if (found) return found;
		const pairs = rope.dimensions / 2;
		const bytes = this.#capacity * pairs * 4;
		const place = { rope, pairs, cos: this.#arena.take(bytes, 'angles'), sin: this.#arena.take(bytes, 'angles') };
		this.#ropes.set(key, place);
		return place;
	}

	/** A slope for each head, where the bias grows with the key's position; 0: there is none. */
	slopes({ alibi, heads }: AttentionConfig): number {
		if (alibi !== 'after-scale') return 0;
		const found = this.#slopes.get(heads);
		if (found) return found;
		const at = this.#arena.take(heads * 4, 'slopes');
		this.#slopes.set(heads, at);
		this.written.push({ at, values: () => alibiSlopes(heads) });
		return at;
	}

	/** A table of biases, where they are learned or rounded. One for all blocks: they choose alike. */
	bias(c: AttentionConfig): BiasTable | undefined {
		if (!(c.buckets || c.alibi === 'before-scale-bf16')) return undefined;
		if (this.#bias) return this.#bias;
		const width = c.buckets ? 2 * this.#capacity - 1 : this.#capacity;
		const at = this.#arena.take(c.heads * width * 4, 'position biases');
		this.#bias = { at, width, by: c.buckets ? 'distance' : 'position' };
		const values = (buckets: Float32Array) => (c.buckets ? distanceBias(c, buckets, this.#capacity) : alibiBias(c, this.#capacity));
		this.written.push({ at, values });
		return this.#bias;
	}
}

// The state in the kernels' memory: a place for each slot, K heads of `capacity` rows of halves.

import type { Arena } from '../../compute/arena.ts';
import { paddedHead } from '../../program/heads.ts';
import type { Slot } from '../state.ts';
import type { CachePlace } from './snapshot.ts';

export class KeyValueCache {
	readonly #arena: Arena;
	readonly #capacity: number;
	readonly #places = new Map<string, CachePlace>();
	/** Of the slots that hold the text's own tokens, in the order in which they were met. */
	readonly text: CachePlace[] = [];
	#source = 0;
	bytes = 0;

	constructor(arena: Arena, capacity: number) {
		this.#arena = arena;
		this.#capacity = capacity;
	}

	of({ layer, name, heads, headWidth, of }: Slot): CachePlace {
		const key = `${layer}.${name}`;
		const found = this.#places.get(key);
		if (found) return found;
		const rowBytes = paddedHead(headWidth) * 2;
		const bytes = heads * this.#capacity * rowBytes;
		const place = { at: this.#arena.take(bytes, 'the cache of keys and values'), heads, rowBytes };
		this.bytes += bytes;
		this.#places.set(key, place);
		if (of === 'text') this.text.push(place);
		return place;
	}

	/** Where the number of tokens of a source text stands, an int32. */
	sourceLength(): number {
		this.#source ||= this.#arena.take(4, 'the length of the source');
		return this.#source;
	}

	/** The same, or 0 where nothing attends to a source. */
	get source(): number {
		return this.#source;
	}
}

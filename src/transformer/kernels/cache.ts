// The cache of keys and values as several texts share it: whose beginning it holds, and what is kept of those that made room. The only owner.

import { commonPrefix } from '../common-prefix.ts';
import type { KernelModel } from './model.ts';
import { createPrefixes, type Prefixes, WORTH_KEEPING } from './prefixes.ts';

export class SharedCache {
	readonly #model: KernelModel;
	readonly #prefixes: Prefixes;
	/** The ids whose keys and values the cache holds. */
	#held: number[] = [];
	#owner: object | undefined;
	/** Ids of a text whose keys and values are of no use to others: a hook may have replaced something. */
	#private = 0;

	/** `maxBytes`: of keys and values that are kept beside the cache. */
	constructor(model: KernelModel, maxBytes: number) {
		this.#model = model;
		this.#prefixes = createPrefixes(maxBytes);
	}

	/** Whether the cache holds the `length` ids of `text` and nothing more, so that the text can go on. */
	owns(text: object, length: number): boolean {
		return this.#owner === text && (this.#held.length === length || (this.#private > 0 && this.#private === length));
	}

	/**
	 * Makes the cache hold as much of the beginning of `wanted` as is known. @returns how many ids that is: all but the last two at most. A
	 * single id goes through other kernels than several do, and the same question would then get another answer the second time.
	 */
	begin(wanted: readonly number[]): number {
		const most = Math.max(0, wanted.length - 2);
		const here = Math.min(most, commonPrefix(this.#held, wanted));
		const kept = this.#prefixes.find(wanted);
		const there = Math.min(most, kept?.shared ?? 0);
		this.#keepHeld(here);
		if (kept && there > here) this.#model.restore(kept.prefix.snapshot, kept.prefix.ids.length, there);
		this.#private = 0;
		this.#held = wanted.slice(0, Math.max(here, there));
		return this.#held.length;
	}

	/** `passed` went through behind what is held, and all of it is `text`'s. */
	hold(text: object, passed: readonly number[]): void {
		for (let i = 0; i < passed.length; i++) this.#held.push(passed[i]!);
		this.#owner = text;
	}

	/** It holds `length` ids of a text that no other may begin with. */
	holdPrivately(text: object, length: number): void {
		this.clear();
		this.#owner = text;
		this.#private = length;
	}

	/** It is nobody's until it is held again: a pass begins, which may be broken off. */
	release(): void {
		this.#owner = undefined;
	}

	/** Something that is no text's is about to overwrite it. */
	evict(): void {
		this.#keepHeld(0);
		this.clear();
	}

	/** What it holds is worth nothing any more. */
	clear(): void {
		this.#held = [];
		this.#private = 0;
		this.#owner = undefined;
	}

	close(): void {
		this.#prefixes.clear();
	}

	/** Before the cache is overwritten behind the first `length` ids. */
	#keepHeld(length: number): void {
		const held = this.#held;
		if (held.length - length < WORTH_KEEPING) return;
		this.#prefixes.keep(held, held.length * this.#model.tokenBytes, () => this.#model.save(held.length));
	}
}

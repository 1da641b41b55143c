// The kernels' cache of keys and values as several texts share it: whose beginning it holds, and what is kept of those that made room.

import { commonPrefix } from '../generation/common-prefix.ts';
import type { FastModel } from '../transformer/kernels/model.ts';
import { createPrefixes, WORTH_KEEPING } from './prefixes.ts';

export interface SharedCache {
	/** Whether the cache holds the `length` ids of `text` and nothing more, so that the text can go on. */
	holds(text: object, length: number): boolean;
	/**
	 * Makes the cache hold as much of the beginning of `wanted` as is known. @returns how many ids that is: all but the last two at most. A
	 * single id goes through other kernels than several do, and the same question would then get another answer the second time.
	 */
	begin(wanted: readonly number[]): number;
	/** `passed` went through behind what is held, and all of it is `text`'s. */
	hold(text: object, passed: readonly number[]): void;
	/** It is nobody's until it is held again: a pass begins, which may be broken off. */
	disown(): void;
	/** Something that is no text's is about to overwrite it. */
	giveUp(): void;
	/** What it holds is worth nothing any more. */
	forget(): void;
	close(): void;
}

/** `maxBytes`: of keys and values that are kept beside the cache. */
export function createSharedCache(fast: FastModel, maxBytes: number): SharedCache {
	const prefixes = createPrefixes(maxBytes);
	/** The ids whose keys and values the cache holds. */
	let held: number[] = [];
	let holder: object | undefined;

	/** Before the cache is overwritten behind the first `length` ids. */
	function keepHeld(length: number): void {
		if (held.length - length < WORTH_KEEPING) return;
		prefixes.keep(held, held.length * fast.tokenBytes, () => fast.save(held.length));
	}

	const cache: SharedCache = {
		holds: (text, length) => holder === text && held.length === length,
		begin(wanted) {
			const most = Math.max(0, wanted.length - 2);
			const here = Math.min(most, commonPrefix(held, wanted));
			const kept = prefixes.find(wanted);
			const there = Math.min(most, kept?.shared ?? 0);
			keepHeld(here);
			if (kept && there > here) fast.restore(kept.prefix.snapshot, kept.prefix.ids.length, there);
			held = wanted.slice(0, Math.max(here, there));
			return held.length;
		},
		hold(text, passed) {
			for (let i = 0; i < passed.length; i++) held.push(passed[i]!);
			holder = text;
		},
		disown() {
			holder = undefined;
		},
		giveUp() {
			keepHeld(0);
			cache.forget();
		},
		forget() {
			held = [];
			holder = undefined;
		},
		close: () => prefixes.clear(),
	};
	return cache;
}

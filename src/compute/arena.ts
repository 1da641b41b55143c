// Arena: places in a memory, handed out one after another and given back all at once.

import { TongsaError } from '../errors.ts';

export interface Arena {
	/** Bytes handed out so far, gaps included. */
	readonly used: number;
	/**
	 * Offset of `byteLength` bytes, on a boundary of 64 (a cache line).
	 * @throws TongsaError 'too-large' beyond the budget; `what` says for whom.
	 */
	take(byteLength: number, what: string): number;
	/** Gives back everything from `mark` on (a value that `used` had). */
	reset(mark: number): void;
}

/** `start`: what lies below it is not the arena's. `budget`: bytes up to which it may go, counted from 0. */
export function createArena(start: number, budget: number): Arena {
	let used = align(start);
	return {
		get used() {
			return used;
		},
		take(byteLength, what) {
			const end = used + align(byteLength);
			if (!(byteLength >= 0) || end > budget) {
				throw new TongsaError('too-large', `there is no room for ${what}`, {
					got: `${end} bytes`,
					allowed: `at most ${budget}, the memory budget`,
					hint: 'Use a smaller context, or a model with fewer bits per weight',
				});
			}
			const at = used;
			used = end;
			return at;
		},
		reset(mark) {
			used = mark;
		},
	};
}

function align(byteLength: number): number {
	return Math.ceil(byteLength / 64) * 64;
}

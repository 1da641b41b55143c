// Pace: whether passes go faster with all threads or with the leader alone, found by trying now and then.
// Threads meet several times a block. On a machine that is busy with other things the system may let each of them wait for a time slice at each
// meeting, and a pass of two threads then takes several times as long as one of a single thread.

/** Passes of a trial of the other way, and before the first one. */
const TRIAL = 4;
/** Passes between two trials: doubled each time that nothing was gained, so that a quiet machine loses nothing. */
const SOON = 16;
const LATE = 2048;
/** A pace this many times slower than the best lately calls for a trial at once. */
const SLOWER = 2;

export interface Pace {
	/** Whether all threads take part in the next pass. */
	readonly together: boolean;
	/** What a pass has cost, in any unit per token. */
	took(cost: number): void;
}

export function createPace(): Pace {
	let together = true;
	/** Mean of the last ones, and the least that it was since the last trial. */
	let recent = 0;
	let best = Number.POSITIVE_INFINITY;
	let left = TRIAL;
	let wait = SOON;
	let tried = 0;
	let spent = 0;
	let trying = false;
	return {
		get together() {
			return together !== trying;
		},
		took(cost) {
			if (trying) {
				spent += cost;
				// One that is plainly slower ends at once.
				if (++tried < TRIAL && spent < tried * recent * SLOWER) return;
				trying = false;
				best = recent;
				if (spent / tried < recent) {
					together = !together;
					recent = best = spent / tried;
					wait = SOON;
				} else wait = Math.min(wait * 2, LATE);
				left = wait;
				return;
			}
			recent = recent ? recent + (cost - recent) / 8 : cost;
			best = Math.min(best, recent);
			if (--left > 0 && recent < best * SLOWER) return;
			trying = true;
			tried = 0;
			spent = 0;
		},
	};
}

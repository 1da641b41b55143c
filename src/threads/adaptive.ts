// Adaptive threading: whether passes go faster with all threads or with the main one alone, found by trying now and then.
// Threads meet several times a block. On a machine that is busy with other things the system may let each of them wait for a time slice at each
// meeting, and a pass of two threads then takes several times as long as one of a single thread.

/** Passes of a trial of the other way, and before the first one. */
const TRIAL = 4;
/** Passes between two trials: doubled each time that nothing was gained, so that a quiet machine loses nothing. */
const SOON = 16;
const LATE = 2048;
/** A cost this many times slower than the best lately calls for a trial at once. */
const SLOWER = 2;

/** One kind of pass. */
export class Adaptive {
	#together = true;
	/** Mean of the last ones, and the least that it was since the last trial. */
	#recent = 0;
	#best = Number.POSITIVE_INFINITY;
	#left = TRIAL;
	#wait = SOON;
	#tried = 0;
	#spent = 0;
	#trying = false;

	/** Whether all threads take part in the next pass. */
	get together(): boolean {
		return this.#together !== this.#trying;
	}

	/** What a pass has cost, in any unit per token. */
	took(cost: number): void {
		if (this.#trying) {
			this.#spent += cost;
			// One that is plainly slower ends at once.
			if (++this.#tried >= TRIAL || this.#spent >= this.#tried * this.#recent * SLOWER) this.#decide();
			return;
		}
		this.#recent = this.#recent ? this.#recent + (cost - this.#recent) / 8 : cost;
		this.#best = Math.min(this.#best, this.#recent);
		if (--this.#left > 0 && this.#recent < this.#best * SLOWER) return;
		this.#trying = true;
		this.#tried = 0;
		this.#spent = 0;
	}

	/** The end of a trial. */
	#decide(): void {
		this.#trying = false;
		this.#best = this.#recent;
		if (this.#spent / this.#tried < this.#recent) {
			this.#together = !this.#together;
			this.#recent = this.#best = this.#spent / this.#tried;
			this.#wait = SOON;
		} else this.#wait = Math.min(this.#wait * 2, LATE);
		this.#left = this.#wait;
	}
}

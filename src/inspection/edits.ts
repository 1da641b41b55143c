// Edits of a text that goes on: the same values are replaced in every step of its generation.

import type { TransformerConfig } from '../spec/config.ts';
import { type Hooks, Observation, type TracedPoint } from '../transformer/hooks.ts';
import { type Selection, select } from '../transformer/select.ts';
import { type Edit, replacementsOf } from './trace.ts';

/** A selector's token is a position in the whole text; a negative one counts from the end of what a step computes. */
export class EditHooks implements Hooks {
	readonly #config: TransformerConfig;
	readonly #edits: readonly Edit[];
	#step: Observation;

	/** @throws TongsaError 'not-found', 'out-of-range' for what this model has not. */
	constructor(config: TransformerConfig, edits: readonly Edit[], source: number) {
		this.#config = config;
		this.#edits = edits;
		this.#source = source;
		this.#step = this.#observation(0, 1);
	}

	/** Tokens of the text that an encoder reads. */
	readonly #source: number;

	begin(start: number, tokens: number): void {
		this.#step = this.#observation(start, tokens);
	}

	wants(point: string): boolean {
		return this.replaces(point);
	}

	replaces(point: string): boolean {
		return this.#step.replaces(point);
	}

	selected(): undefined {
		return undefined;
	}

	offer(point: string, shape: readonly number[], data: Float32Array): Float32Array {
		return this.#step.offer(point, shape, data);
	}

	keep(_point: string, _values: TracedPoint): void {}

	#observation(start: number, tokens: number): Observation {
		const here = this.#edits.flatMap(({ at, with: replace }): Edit[] => {
			const token = typeof at === 'object' ? at.token : undefined;
			if (typeof at === 'string' || token === undefined || token < 0 || at.encoder) return [{ at, with: replace }];
			const own = token - start;
			return own >= 0 && own < tokens ? [{ at: { ...at, token: own }, with: replace }] : [];
		});
		const selected = (at: Edit['at']): ReadonlyMap<string, Selection> => select(this.#config, [at], tokens, this.#source || tokens);
		// One token's logits are made a step, the last one's.
		const logits = { first: tokens - 1, count: 1 };
		return new Observation({ selections: new Map(), replacements: replacementsOf(here, selected), tokens, logits });
	}
}

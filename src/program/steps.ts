// Steps: what a program is made of, as data. How each is carried out and shared among threads: program.ts

import type { ActivationName } from '../compute/activations.ts';
import type { Kernels } from '../compute/kernels.ts';
import type { WeightKind } from '../compute/layouts.ts';
import type { Routing } from '../compute/route.ts';
import type { Lockstep } from '../threads/barrier.ts';

/** Byte offset in the memory; 0: there is none. */
type Place = number;

/** A matrix of weight records: M rows (in eights), N columns. */
export interface PlacedMatrix {
	readonly kind: WeightKind;
	readonly at: Place;
	readonly rows: number;
	readonly columns: number;
}

/** Rows of float32, T of them, `stride` bytes apart. */
export interface Rows {
	readonly at: Place;
	readonly stride: number;
}

/** Keys and values of one block in halves: K heads × capacity × Dh. */
export interface Cache {
	readonly keys: Place;
	readonly values: Place;
}

export type Step =
	/** All threads wait for each other: always, or only in a pass of one token, or of many. transformer/kernels/barriers.ts places them. */
	| { readonly op: 'meet'; readonly when: 'always' | 'one' | 'many' }
	/** Rows by token; one token's by every thread, so `out` is never `x`. */
	| {
			readonly op: 'norm';
			readonly x: Rows;
			readonly width: number;
			readonly gain: Place;
			readonly bias: Place;
			readonly epsilon: number;
			readonly centre: boolean;
			readonly out: Rows;
	  }
	/** Heads in place, shared out by token, or by head when there is one token. `gains`: 1, or a gain per head. */
	| {
			readonly op: 'headNorm';
			readonly x: Rows;
			readonly heads: number;
			readonly width: number;
			readonly gain: Place;
			readonly gains: number;
			readonly epsilon: number;
			readonly centre: boolean;
	  }
	/** Heads in place. `cos`, `sin`: tables of angles, a row of `pairs` values for each position. */
	| {
			readonly op: 'rotate';
			readonly x: Rows;
			readonly heads: number;
			readonly headWidth: number;
			readonly cos: Place;
			readonly sin: Place;
			readonly pairs: number;
			readonly interleaved: boolean;
	  }
	/** Heads of `from` values → of `to` values, with zeros or cut: heads.ts. Never in place. */
	| {
			readonly op: 'padHeads';
			readonly x: Rows;
			readonly out: Rows;
			readonly heads: number;
			readonly from: number;
			readonly to: number;
	  }
	| { readonly op: 'multiply'; readonly x: Rows; readonly heads: number; readonly headWidth: number; readonly factor: number }
	/** Heads → rows of halves in a cache of `capacity` rows a head. */
	| {
			readonly op: 'store';
			readonly x: Rows;
			readonly heads: number;
			readonly headWidth: number;
			readonly capacity: number;
			readonly cache: Place;
	  }
	| AttendStep
	/** Router scores, in place → each expert's routing weight in each token. */
	| { readonly op: 'route'; readonly x: Rows; readonly routing: Routing }
	| ExpertsStep
	/** gate ← (clamped up + 1) · gate' · sigmoid(alpha · gate'), both held to `limit`: as activate. */
	| {
			readonly op: 'clampedActivate';
			readonly gate: Rows;
			readonly up: Rows;
			readonly width: number;
			readonly alpha: number;
			readonly limit: number;
	  }
	| { readonly op: 'quantise'; readonly x: Rows; readonly matrix: PlacedMatrix; readonly records: Place }
	/** y ← W x, or y ← y + W x; bias first, if there is one. */
	| {
			readonly op: 'matmul';
			readonly matrix: PlacedMatrix;
			/** Activations as they are, and in records. */
			readonly x: Rows;
			readonly records: Place;
			readonly y: Rows;
			readonly add: boolean;
			readonly bias: Place;
	  }
	/** gate ← activation(gate) · up, on the rows that matmul gave this thread. */
	| {
			readonly op: 'activate';
			readonly activation: ActivationName;
			readonly gate: Rows;
			readonly up: Rows | undefined;
			readonly width: number;
	  }
	/** x ← x + y. */
	| { readonly op: 'add'; readonly x: Rows; readonly y: Rows; readonly width: number }
	/** Goes on with the last token alone: copies its row. */
	| { readonly op: 'last'; readonly x: Rows; readonly width: number; readonly out: Rows }
	| { readonly op: 'scaleAndCap'; readonly x: Rows; readonly width: number; readonly scale: number; readonly cap: number };

/** out ← Σ over experts of routing weight · expert(x), token by token. Only experts that some token sees are run, on those tokens alone. */
export interface ExpertsStep {
	readonly op: 'experts';
	readonly x: Rows;
	readonly weights: Rows;
	readonly width: number;
	/** Steps of each expert, from `gathered` to `made`. */
	readonly experts: readonly (readonly Step[])[];
	readonly gathered: Rows;
	readonly made: Rows;
	readonly out: Rows;
}

/** H rows of `width` float32: by the key's position, or by key − query, whose 0 stands in the middle. */
export interface BiasTable {
	readonly at: Place;
	readonly width: number;
	readonly by: 'position' | 'distance';
}

export interface AttendStep {
	readonly op: 'attend';
	readonly query: Rows;
	readonly out: Rows;
	readonly cache: Cache;
	/** H, K, Dh. */
	readonly heads: number;
	readonly keyHeads: number;
	readonly headWidth: number;
	readonly capacity: number;
	readonly cap: number;
	readonly causal: boolean;
	/** 0: none. */
	readonly window: number;
	/** H float32 each. */
	readonly slopes: Place;
	readonly sinks: Place;
	/** What position adds to a score where it is no slope: attention by its definition, attention-rows.ts. */
	readonly bias?: BiasTable;
	/** Attention to a text of its own, which all tokens see whole: where its length stands, an int32. */
	readonly source?: Place;
	/** A thread's own memory (attend-many.ts). */
	readonly scratch: Place;
	readonly scratchStride: number;
}

export interface Program {
	readonly blocks: readonly Step[];
	/** States → all final states. */
	readonly states: readonly Step[];
	/** States → logits of the last token. */
	readonly logits: readonly Step[];
	/** Some final states → their logits. */
	readonly unembed: readonly Step[];
	/** An encoder's states → keys and values of them. */
	readonly source: readonly Step[];
	/** Steps for hooks: no pass runs them by itself. */
	readonly hooked: readonly Step[];
}

/** Some steps of one of a program's lists. */
export interface Range {
	readonly list: keyof Program;
	readonly from: number;
	readonly to: number;
}

/** What a run starts from. */
export interface Pass {
	/** T and the position of the first one. */
	readonly tokens: number;
	readonly first: number;
	/** A batch of texts, one behind the other from row 0 of the cache on: each token's position in its own text. One begins at every 0. */
	readonly positions?: Int32Array | undefined;
}

/** A thread that runs the steps of one memory: what the operations share. One object for all passes, as a pass allocates nothing. */
export interface Execution {
	readonly kernels: Kernels;
	readonly lockstep: Lockstep;
	readonly levels: number;
	readonly pass: Pass;
	/** Tokens that are still on the way: the pass's, the last one alone, or those of an expert. */
	tokens: number;
}

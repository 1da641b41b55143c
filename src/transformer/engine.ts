// Engine: an opened transformer that computes. Two of them, the reference and the kernels, and nobody who is handed one asks which it is.
// Dimensions: T tokens, D width, W width of the table, V vocabulary.

import type { Extent } from './forward.ts';
import type { Hooks } from './hooks.ts';
import type { Input, Transformer } from './transformer.ts';

/** What a result stands on: weights in float32 ('exact'), or integer products ('fast'). A label, for provenance. */
export type Precision = 'exact' | 'fast';

/** Tokens or vectors; for an encoder-decoder also the text that its encoder reads. */
export type EngineInput = Input & { readonly source?: Input | undefined };

interface Cancellable {
	/** Looked at between pieces of work of a few milliseconds. */
	readonly signal?: AbortSignal | undefined;
}

export interface RunOptions extends Cancellable {
	readonly hooks?: Hooks | undefined;
	/** How far the run goes; to the final states of all tokens when absent. */
	readonly extent?: Extent | undefined;
	/** Whether the decoder of an encoder-decoder is needed (default true). */
	readonly decodes?: boolean | undefined;
}

export interface SequenceOptions extends Cancellable {
	/** Of an encoder-decoder: the ids to translate. */
	readonly source?: readonly number[] | undefined;
	/** Hooks of every step of this text. What they replace is this text's alone. */
	readonly hooks?: Hooks | undefined;
}

export interface Engine {
	readonly model: Transformer;
	readonly precision: Precision;
	/** Tokens that it takes at once. */
	readonly capacity: number;
	/** Bytes that it holds; absent where weights come and go. */
	readonly memory?: EngineMemory | undefined;
	/**
	 * A run from the first token on. @returns final states (n, W) of the tokens that are asked for; where the extent ends before the last block, or
	 * the hooks have read all that they wanted, what is returned means nothing.
	 */
	run(input: EngineInput, options?: RunOptions): Promise<Float32Array>;
	/** Final states of texts, each by itself: `each` gets them in order, (T, W) for the i-th, overwritten after it returns. */
	states(texts: readonly (readonly number[])[], each: (i: number, states: Float32Array) => void, options?: Cancellable): Promise<void>;
	/** States (n, W) → logits (n, V). 'final': they have passed the final norm; 'any': any layer's (n, D), which pass it first. */
	logits(states: Float32Array, of: 'final' | 'any', options?: Cancellable & { readonly hooks?: Hooks | undefined }): Promise<Float32Array>;
	/** A text that goes on: generation and translation. @throws TongsaError 'unsupported' for a model that reads both ways. */
	sequence(options?: SequenceOptions): Promise<Sequence>;
	/** Keys and values as its state holds them. */
	stored(data: Float32Array): Float32Array;
	close(): void;
}

/** A text that goes on token by token. */
export interface Sequence {
	/** The ids consumed so far. */
	readonly ids: readonly number[];
	/** V. */
	readonly vocabulary: number;
	/** Most ids that it can hold. */
	readonly contextLength: number;
	/** How many ids the last `decode` had to compute, where a part of what came before was found. */
	readonly computed: number;
	/** Consumes ids; gives the V logits after the last one, which the next call overwrites. */
	decode(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array>;
	/** Forgets all but the first `length` ids. */
	truncate(length: number): void;
}

/** What an engine's memory is made of, in bytes. */
export interface EngineMemory {
	/** Weights as they are laid out for the kernels. */
	readonly weights: number;
	/** The same by their layout. */
	readonly layouts: Readonly<Partial<Record<string, number>>>;
	/** The state: keys and values in halves. */
	readonly cache: number;
	/** Everything: these, activations, angles, rows of the table met before. */
	readonly all: number;
}

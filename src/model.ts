// openModel: the only file that builds and joins the stages. A Model is one opened interpreter.

import type { Checkpoint } from './formats/checkpoint.ts';
import type { Host, ModelReference, Progress } from './host.ts';
import type { Tokenizer } from './tokenizer/types.ts';

/** Says where a result comes from, beside every result. */
export interface Provenance {
	readonly model: string;
	/** Base name, size in bytes, and hash or time of last change, of each weight file. */
	readonly files: readonly {
		readonly name: string;
		readonly byteLength: number;
		readonly sha256?: string;
		readonly modified?: string;
		readonly etag?: string;
	}[];
	/** Which table was read: 'token_embd.weight (Q8_0)', … */
	readonly table?: string;
	readonly layer?: string;
	readonly pooling?: string;
	readonly normalized?: boolean;
	readonly truncated?: boolean;
	readonly precision?: 'exact' | 'fast';
	/** The token ids that the result was computed from. */
	readonly tokens?: readonly number[];
	/** Bytes read from the files so far. */
	readonly bytesRead: number;
}

/** The embedding matrix of a text. */
export interface Embedding {
	/** [T, D]. */
	readonly shape: readonly [number, number];
	/** T·D values, row-major. */
	readonly data: Float32Array;
	readonly ids: readonly number[];
	/** Text of each token; empty when the model has no tokenizer. */
	readonly tokens: readonly string[];
	readonly provenance: Provenance;
}

export interface Match {
	readonly id: number;
	readonly text: string;
	/** Cosine in −1…1, or dot product. */
	readonly score: number;
}

export interface NearestOptions {
	readonly top?: number;
	readonly metric?: 'cosine' | 'dot';
	/** Which table: the one that text enters by, or the one that it leaves by. The same in a tied model. */
	readonly table?: 'input' | 'output';
	/** Ids to leave out (a word's own id, say). */
	readonly without?: readonly number[];
	readonly signal?: AbortSignal;
}

export interface OpenOptions {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
}

export interface Model {
	readonly name: string;
	readonly checkpoint: Checkpoint;
	/** general.architecture or model_type; undefined where the file names none. */
	readonly architecture: string | undefined;
	/** Absent when the file carries none; every verb then still takes ids. */
	readonly tokenizer: Tokenizer | undefined;
	/** Width D and rows V of the input table, and whether the output table is the same one. */
	readonly table: { readonly width: number; readonly rows: number; readonly dtype: string; readonly tied: boolean };
	/** The chat template's Jinja source, where the model has one. */
	chatTemplate(): Promise<string | undefined>;
	embed(
		input: string | readonly number[],
		options?: { readonly special?: 'add' | 'none' | 'parse'; readonly flags?: boolean; readonly signal?: AbortSignal },
	): Promise<Embedding>;
	/** A word (its row, or the mean of its tokens' rows) or a vector of D values → the nearest rows of the whole table, exact, best first. */
	nearest(
		query: string | ArrayLike<number>,
		options?: NearestOptions,
	): Promise<{ readonly matches: readonly Match[]; readonly provenance: Provenance }>;
	readonly bytesRead: number;
	close(): Promise<void>;
}

/** Opens a model by reference with the surroundings that the host gives. */
export declare function openModel(host: Host, reference: ModelReference, options?: OpenOptions): Promise<Model>;

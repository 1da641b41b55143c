// What the page and its worker say to each other: plain data, copied or transferred.

import { type ErrorCode, type ErrorDetail, TongsaError } from '../../../../src/errors.ts';
import type { Progress } from '../../../../src/host.ts';
import type { Provenance } from '../../../../src/model.ts';
import type { TokenKind } from '../../../../src/tokenizer/types.ts';

export interface TokenView {
	readonly id: number;
	readonly text: string;
	readonly kind: TokenKind;
	/** UTF-16 range in the input; empty for flags. */
	readonly start: number;
	readonly end: number;
	/** Bytes that the token stands for, where they are no whole character. */
	readonly bytes?: readonly number[];
}

export interface ModelCard {
	readonly name: string;
	readonly title: string;
	readonly architecture: string | undefined;
	readonly fileName: string;
	readonly byteLength: number;
	readonly tokenizer:
		| { readonly kind: string; readonly size: number; readonly before: readonly TokenView[]; readonly after: readonly TokenView[] }
		| undefined;
	/** Absent for a dictionary without vectors. */
	readonly table:
		| {
				readonly width: number;
				readonly rows: number;
				readonly dtype: string;
				readonly tied: boolean;
				/** Names of all tensors of the table's shape: two where entrance and exit are not tied. */
				readonly tensors: readonly string[];
		  }
		| undefined;
	/** Blocks whose weights are in the file, and how many the model has. */
	readonly blocks: { readonly have: number; readonly of: number };
	/** Tokens that the model was made for, where the file says. */
	readonly context?: number;
	/** Query heads of a block, where the file says. */
	readonly heads?: number;
	/** What a model can do is decided once, when it is opened (library.ts). Whether states can be read as tokens: every block is in the file, and
	 * a way from states back to tokens. */
	readonly reads: boolean;
	/** Whether it can also go on with a text: each token looks only at those before it. */
	readonly writes: boolean;
	/** Whether it writes, and its file has a chat template. */
	readonly talks: boolean;
	/** Whether tokens also look at those after them: a model that fills gaps or sums a sentence up. Known of whole models. */
	readonly bothWays: boolean;
	/** Bytes, roughly, that a whole model takes when it runs, and that this page may give it. Absent for a part of a model. */
	readonly memory?: { readonly needed: number; readonly allowed: number };
}

/** An error as data: what crosses the worker's border. */
export interface Refusal {
	readonly code: ErrorCode | 'cancelled';
	/** The library's own line, in English. */
	readonly message: string;
	/** What it is made of: the page says it in its own language. */
	readonly detail?: ErrorDetail;
}

/** A failed fetch, as browsers word it: of a part of the page too, which comes when it is needed. */
const FETCH_FAILED = /failed to fetch|importing a module script failed|error loading dynamically imported module|networkerror|load failed/i;

/** Any error as data. */
export function refusalOf(error: unknown): Refusal {
	if (error instanceof TongsaError) return { code: error.code, message: error.message, detail: error.detail };
	const message = error instanceof Error ? error.message : String(error);
	return { code: FETCH_FAILED.test(message) ? 'network' : 'internal', message };
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** What is to be opened: an address (the server's own models too), files of the person's own, or a packaged dictionary. */
export type Opening = { readonly kind: 'address'; readonly url: string } | { readonly kind: 'files'; readonly files: readonly File[] };

/** What a run's numbers stand on: see RunOptions of the library. */
export type Precision = NonNullable<Provenance['precision']>;

export interface Array2 {
	readonly shape: readonly number[];
	readonly data: Float32Array;
}

export type { Progress, Provenance };

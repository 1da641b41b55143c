// The models that are open in this worker, by the names that the page gave them.

import { TongsaError } from '../../../../src/errors.ts';
import type { Model } from '../../../../src/model.ts';
import type { Tokenizer } from '../../../../src/tokenizer/types.ts';
import type { Progress, TokenView } from './protocol.ts';

/** What every piece of work is given beside its arguments. */
export interface Context {
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
	readonly onPart: (part: unknown) => void;
	/** Lets other messages in. */
	readonly turn: () => Promise<void>;
	/** Throws once the call is cancelled, even where no message can come in. */
	readonly check: () => void;
}

export const models = new Map<string, Promise<Model>>();

export async function modelOf(name: string): Promise<Model> {
	const found = models.get(name);
	if (!found) throw new TongsaError('closed', 'this model is not open', { got: name });
	return found;
}

export async function tokenizerOf(name: string): Promise<Tokenizer> {
	const { tokenizer } = await modelOf(name);
	if (!tokenizer) throw new TongsaError('unsupported', 'this file has no tokenizer', { file: name });
	return tokenizer;
}

export function tokenView(tokenizer: Tokenizer, id: number, start = 0, end = 0): TokenView {
	// Tables are often a few rows longer than the vocabulary: such a row has a number and no text.
	if (id >= tokenizer.size) return { id, text: `#${id}`, kind: 'unused', start, end };
	const { text, kind, bytes } = tokenizer.token(id);
	return { id, text, kind, start, end, ...(text.includes('\uFFFD') || kind === 'byte' ? { bytes: [...bytes] } : {}) };
}

/** Tokens of a model that may have no tokenizer: their numbers stand for them. */
export const tokenViews = (tokenizer: Tokenizer | undefined, ids: readonly number[]): TokenView[] =>
	ids.map((id) => (tokenizer ? tokenView(tokenizer, id) : { id, text: String(id), kind: 'normal', start: 0, end: 0 }));

export const idsOf = async (name: string, text: string): Promise<number[]> => Array.from((await tokenizerOf(name)).encode(text).ids);

// A model's tokenizer, or why there is none: tables and weights of a model whose tokenizer is not known still answer ids.

import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { loadTokenizer } from '../tokenizer/sources/index.ts';
import type { Tokenizer } from '../tokenizer/types.ts';

export interface FoundTokenizer {
	readonly tokenizer: Tokenizer | undefined;
	/** The refusal to give when text is passed in. */
	readonly problem: TongsaError;
}

/** A tokenizer that is damaged is refused at once; one of an unknown kind, or none, only when text comes. */
export async function findTokenizer(checkpoint: Checkpoint, signal?: AbortSignal): Promise<FoundTokenizer> {
	const none = new TongsaError('unsupported', 'this file has no tokenizer, so that it takes token ids only', {
		file: checkpoint.name,
		hint: 'Give ids in place of text (--ids 1,2,3)',
	});
	try {
		return { tokenizer: await loadTokenizer(checkpoint, signal), problem: none };
	} catch (error) {
		if (error instanceof TongsaError && error.code === 'unsupported' && checkpoint.tensors.size > 0)
			return { tokenizer: undefined, problem: error };
		throw error;
	}
}

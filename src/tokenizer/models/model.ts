// The four kinds of model, compiled from what the sources read.

import { TongsaError } from '../../errors.ts';
import type { ModelSpec } from '../spec.ts';
import type { Model } from '../text/aligned.ts';
import { type BpeModel, createBpe } from './bpe.ts';
import { createUnigram } from './unigram.ts';
import { createWordLevel } from './wordlevel.ts';
import { createWordPiece } from './wordpiece.ts';

export function createModel(spec: ModelSpec): Model {
	switch (spec.type) {
		case 'BPE':
			return createBpe(spec);
		case 'Unigram':
			return createUnigram(spec);
		case 'WordPiece':
			return createWordPiece(spec);
		case 'WordLevel':
			return createWordLevel(spec);
		default:
			throw new TongsaError('unsupported', 'tokenizer model', {
				got: (spec satisfies never as { type: string }).type,
				allowed: 'BPE, Unigram, WordPiece, WordLevel',
			});
	}
}

/** The model, if it merges pairs. */
export function asBpe(model: Model): BpeModel | undefined {
	return 'tables' in model ? (model as BpeModel) : undefined;
}

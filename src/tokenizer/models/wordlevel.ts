// Word level: a piece is a token, or unknown.
// huggingface/tokenizers tokenizers/src/models/wordlevel/mod.rs

import { TongsaError } from '../../errors.ts';
import type { WordLevelSpec } from '../spec.ts';
import type { Model } from '../text/aligned.ts';
import { createIndex } from '../vocabulary.ts';

export function createWordLevel(spec: WordLevelSpec): Model {
	const index = createIndex(spec.vocabulary, (id) => !spec.vocabulary.outside?.has(id));
	return {
		encode(text, sink) {
			const known = index.text(text);
			const id = known >= 0 ? known : spec.unknown;
			if (id === undefined)
				throw new TongsaError('unsupported', 'word is not in the vocabulary, and the model has no unknown token', { got: text });
			sink(id, 0, text.length);
		},
	};
}

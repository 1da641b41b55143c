// WordPiece: a word is taken apart into the longest pieces that the vocabulary has, from the left; if that fails anywhere it is unknown.
// Devlin et al. 2018 (arXiv 1810.04805); huggingface/tokenizers tokenizers/src/models/wordpiece/mod.rs

import { TongsaError } from '../../errors.ts';
import { lazy } from '../lazy.ts';
import type { WordPieceSpec } from '../spec.ts';
import type { Model } from '../text/aligned.ts';
import { unitMap } from '../text/offsets.ts';
import { createIndex, tokenBytes } from '../vocabulary.ts';
import { createTrie } from './trie.ts';

const encoder = new TextEncoder();

/**
 *     'unaffable' → un ##aff ##able
 *
 * Linear: a word longer than max_input_chars_per_word is unknown unread, and a piece is looked for by walking a trie, not by cutting.
 */
export function createWordPiece(spec: WordPieceSpec): Model {
	const { vocabulary, unknown, max_input_chars_per_word } = spec;
	const prefix = encoder.encode(spec.continuing_subword_prefix);
	const tables = lazy(() => {
		const known = (id: number): boolean => !vocabulary.outside?.has(id);
		const trie = createTrie(
			(function* () {
				for (let id = 0; id < vocabulary.size; id++) {
					const bytes = tokenBytes(vocabulary, id);
					if (bytes.length > 0 && known(id)) yield { bytes, value: id };
				}
			})(),
		);
		// What begins a word is written as it is, what continues one after the prefix.
		return { whole: createIndex(vocabulary, known), trie, continued: trie.begin(prefix) };
	});
	const unknownId = (text: string): number => {
		if (unknown === undefined)
			throw new TongsaError('unsupported', 'word is not in the vocabulary, and the model has no unknown token', { got: text });
		return unknown;
	};

	return {
		encode(text, sink) {
			if (text === '') return;
			// A character has at most two units: only a text near the bound is counted.
			if (
				text.length > max_input_chars_per_word &&
				(text.length > 2 * max_input_chars_per_word || [...text].length > max_input_chars_per_word)
			) {
				return sink(unknownId(text), 0, text.length);
			}
			const bytes = encoder.encode(text);
			const units = unitMap(text, bytes.length);
			const { whole, trie, continued } = tables();
			const single = whole.find(bytes, 0, bytes.length);
			if (single >= 0) return sink(single, 0, text.length);
			const found: number[] = [];
			for (let at = 0; at < bytes.length; ) {
				let id = -1;
				let end = at;
				const longer = (value: number, to: number): void => {
					id = value;
					end = to;
				};
				trie.prefixes(bytes, at, bytes.length, longer, at === 0 ? 0 : continued);
				if (id < 0) return sink(unknownId(text), 0, text.length);
				found.push(id, at, end);
				at = end;
			}
			for (let i = 0; i < found.length; i += 3) sink(found[i]!, units.start(found[i + 1]!), units.end(found[i + 2]!));
		},
	};
}

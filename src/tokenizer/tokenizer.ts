// createTokenizer: joins the stages. Text → added tokens → normalizer → pre-tokenizer → model → flags; ids → bytes → text.

import { lazy } from './lazy.ts';
import { asBpe, createModel } from './models/model.ts';
import { createDecoder } from './pipeline/decoder.ts';
import { createEncoder } from './pipeline/encoder.ts';
import { searchTokens } from './search.ts';
import type { TokenizerSpec } from './spec.ts';
import { splitAt } from './split-text.ts';
import type { Tokenizer } from './types.ts';
import { createIndex } from './vocabulary.ts';

/** `kernel` false: everything in TypeScript, the definition that the kernel is tested against. */
export function createTokenizer(spec: TokenizerSpec, { kernel = true }: { readonly kernel?: boolean } = {}): Tokenizer {
	const { vocabulary } = spec.model;
	const model = createModel(spec.model);
	const { encode, flags, pieces } = createEncoder(spec, model, kernel);
	const { decode, decoder, token } = createDecoder(spec);
	const asInFile = lazy(() => createIndex(vocabulary));
	const asInText = lazy(() => {
		const ids = new Map<string, number>();
		for (let id = vocabulary.size - 1; id >= 0; id--) ids.set(token(id).text, id);
		return ids;
	});
	return {
		kind: spec.model.type.toLowerCase(),
		size: vocabulary.size,
		special: spec.special,
		flags,
		encode,
		decode,
		decoder,
		count: (text, options) => encode(text, options).ids.length,
		split: (text, n, options) => splitAt(encode, text, n, options),
		merges(word) {
			const piece = pieces(word).find(({ text }) => text !== '')?.text ?? '';
			const bpe = asBpe(model);
			if (bpe) return bpe.steps(piece);
			const parts: string[] = [];
			model.encode(piece, (_id, from, to) => parts.push(piece.slice(from, to)));
			return [{ pieces: parts, bytes: parts.map((text) => new TextEncoder().encode(text)) }];
		},
		token,
		id(text) {
			const own = spec.added_tokens.find((added) => added.content === text)?.id ?? asInText().get(text);
			if (own !== undefined) return own;
			const id = asInFile().text(text);
			return id < 0 ? undefined : id;
		},
		search: (query) => searchTokens(query, vocabulary.size, (id) => vocabulary.kinds[id]!, token),
	};
}

// JSON of `tokenize` and `detokenize`: text ⇄ ids, each token with its place in the text.

import { type Provenance, provenanceOf } from '../../src/model/provenance.ts';
import type { Model } from '../../src/model.ts';
import type { EncodeOptions, Encoding, SpecialMode, Tokenizer } from '../../src/tokenizer/types.ts';

export interface TokenJson {
	readonly id: number;
	readonly text: string;
	/** UTF-16 units of the input. */
	readonly start: number;
	readonly end: number;
}

export interface TokenizeJson {
	readonly ids: readonly number[];
	readonly tokens: readonly TokenJson[];
}

export interface DetokenizeJson {
	readonly text: string;
	readonly provenance: Provenance;
}

/** How the switches add, none and parse combine (tokenizer/types.ts). */
export interface SpecialSwitches {
	readonly none?: boolean;
	readonly parse?: boolean;
}

export function specialOptions({ none, parse }: SpecialSwitches): { special: SpecialMode; flags?: boolean } {
	if (parse) return { special: 'parse', ...(none && { flags: false }) };
	return none ? { special: 'none', flags: false } : { special: 'add' };
}

/** @throws TongsaError 'unsupported' that says why there is none: the file carries no tokenizer, or one with a part that is not known. */
export function tokenizerOf(model: Model): Tokenizer {
	if (model.tokenizer) return model.tokenizer;
	throw model.problems.tokenizer;
}

/**
 *     tokenized(lecture, 'I love')
 *     // { ids: [0, 1, 2, 7], tokens: [{ id: 0, text: '«시작»', start: 0, end: 0 }, { id: 1, text: 'I', start: 0, end: 1 }, …] }
 */
export function tokenized(model: Model, text: string, options: EncodeOptions): TokenizeJson {
	const tokenizer = tokenizerOf(model);
	return tokenizeWith(tokenizer, tokenizer.encode(text, { ...options, offsets: true }));
}

/** @param encoding with offsets */
export function tokenizeWith(tokenizer: Tokenizer, { ids, offsets }: Encoding): TokenizeJson {
	const tokens = Array.from(ids, (id, i) => ({ id, text: tokenizer.token(id).text, start: offsets![2 * i]!, end: offsets![2 * i + 1]! }));
	return { ids: Array.from(ids), tokens };
}

/** The same with its provenance: the one object of --json. */
export function tokenizeJson(model: Model, text: string, options: EncodeOptions): TokenizeJson & { readonly provenance: Provenance } {
	return { ...tokenized(model, text, options), provenance: provenanceOf(model.checkpoint) };
}

export function detokenizeJson(model: Model, ids: readonly number[], skipSpecial: boolean): DetokenizeJson {
	return { text: tokenizerOf(model).decode(ids, { skipSpecial }), provenance: provenanceOf(model.checkpoint, { tokens: ids }) };
}

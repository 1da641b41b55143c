// What is done with texts and numbers beside the transformer. Each is a function of plain data, so that it can be done on this thread or on
// another: text-pool.ts chooses by size. Tokenizing stops at the limit.

import { compileSchema } from '../../src/generation/schema/compile.ts';
import { provenanceOf } from '../../src/model/provenance.ts';
import type { ChatMessage, Model, NearestOptions, TemplateOptions } from '../../src/model.ts';
import { shortestFloat32s } from '../../src/tensor/print.ts';
import type { EncodeOptions, Tokenizer } from '../../src/tokenizer/types.ts';
import { type ComparedModel, compared } from '../protocol/compare.ts';
import type { Sentence } from '../protocol/sentences.ts';
import { detokenizeJson, tokenizerOf, tokenizeWith } from '../protocol/tokens.ts';
import { type NearestQuery, nearestJson } from '../protocol/vectors.ts';
import { tooManyTokens } from './limits.ts';

/** Of several texts together. */
interface Bounded {
	readonly most: number;
	/** What the request calls them. */
	readonly param: string;
}

/** Task → result, by name. A result of bytes is an answer's JSON. */
export const TEXT_WORK = {
	ids(model: Model, { texts, options, most, param }: Bounded & { readonly texts: readonly string[]; readonly options?: EncodeOptions }) {
		const encode = encodeWithin(tokenizerOf(model), most, param, options);
		return texts.map((text) => Array.from(encode(text).ids));
	},
	tokenize(
		model: Model,
		{ texts, options, most, param }: Bounded & { readonly texts: readonly string[]; readonly options: EncodeOptions },
	) {
		const tokenizer = tokenizerOf(model);
		const encode = encodeWithin(tokenizer, most, param, { ...options, offsets: true });
		const results = texts.map((text) => tokenizeWith(tokenizer, encode(text)));
		const total_tokens = results.reduce((sum, { ids }) => sum + ids.length, 0);
		return json({ results, usage: { total_tokens }, provenance: provenanceOf(model.checkpoint) });
	},
	detokenize(model: Model, { ids, skipSpecial }: { readonly ids: readonly number[]; readonly skipSpecial: boolean }) {
		return detokenizeJson(model, ids, skipSpecial);
	},
	async template(
		model: Model,
		{ messages, options, most, param }: Bounded & { readonly messages: readonly ChatMessage[]; readonly options: TemplateOptions },
	) {
		const { ids } = await model.template(messages, options);
		if (ids.length > most) throw tooManyTokens(param, ids.length, most);
		return ids;
	},
	/** @returns the tokens of all texts, and this model's part of the answer */
	async compare(
		model: Model,
		{ text, sentences, most }: { readonly text: string; readonly sentences: readonly Sentence[]; readonly most: number },
	) {
		const tokenizer = tokenizerOf(model);
		let tokens = encodeWithin(tokenizer, most, 'text')(text).ids.length;
		const count = encodeWithin(tokenizer, most - tokens, 'sentences', { special: 'none', flags: false });
		for (const sentence of sentences) tokens += ifReadable(() => count(sentence.text).ids.length);
		const part: ComparedModel = await compared(model, text, sentences);
		return { tokens, part: json(part) };
	},
	async nearest(model: Model, { query, options }: { readonly query: NearestQuery; readonly options: NearestOptions }) {
		return nearestJson(model, query, options);
	},
	/** Only whether it can be held. */
	schema(_: undefined, given: unknown): void {
		compileSchema(given);
	},
	/** An answer with vectors in it. */
	vectors: (_: undefined, answer: object) => json(withNumbers(answer)),
};

export type TextWork = typeof TEXT_WORK;

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Vectors as lists, each number the shortest decimal that reads back as the same float32. */
export function withNumbers(value: unknown): unknown {
	if (value instanceof Float32Array) return shortestFloat32s(value);
	if (Array.isArray(value)) return typeof value[0] === 'object' ? value.map(withNumbers) : value;
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withNumbers(member)]));
}

/** Units of the first beginning that is tried; the next is as long as its tokens let expect. */
const FIRST_UNITS = 16_384;
/** Tokens that a beginning may have more than the same part of the whole text. */
const SLACK = 64;

/**
 * `encode` for several texts that have `most` tokens together. Of a text that may have more, a beginning is encoded first: one of a million
 * rare characters takes seconds to encode, and is refused after a fraction of one.
 * @throws Refusal naming the parameter
 */
export function encodeWithin(tokenizer: Tokenizer, most: number, param: string, options?: EncodeOptions): Tokenizer['encode'] {
	let left = most;
	return (text) => {
		for (let tried = FIRST_UNITS; tried < text.length; ) {
			const count = tokenizer.encode(text.slice(0, tried), options).ids.length;
			if (count > left + SLACK) throw tooManyTokens(param, `more than ${most}`, most);
			tried = Math.max(2 * tried, Math.ceil((1.2 * left * tried) / Math.max(1, count)));
		}
		const encoding = tokenizer.encode(text, options);
		if (encoding.ids.length > left) throw tooManyTokens(param, most - left + encoding.ids.length, most);
		left -= encoding.ids.length;
		return encoding;
	};
}

/** 0 for a text that the model has no way to write. */
function ifReadable(count: () => number): number {
	try {
		return count();
	} catch (error) {
		if ((error as { code?: unknown }).code === 'unsupported') return 0;
		throw error;
	}
}

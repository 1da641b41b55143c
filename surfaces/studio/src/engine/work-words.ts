// Opening and text: what the worker does with a model's tokenizer.

import type { MergeStep, SpecialMode, VocabularyQuery } from '../../../../src/tokenizer/types.ts';
import { cardOf, openFiles } from './library.ts';
import type { ModelCard, Opening, TokenView } from './protocol.ts';
import { type Context, modelOf, models, tokenizerOf, tokenView } from './registry.ts';

export interface Split {
	/** T ids. */
	readonly ids: Uint32Array;
	/** 2T UTF-16 units of the text: token i covers offsets[2i] to offsets[2i + 1]. */
	readonly offsets: Uint32Array;
}

/** Characters that are counted before other messages are let in. */
const COUNTED_AT_ONCE = 10_000;

export const words = {
	async open(context: Context, name: string, title: string, opening: Opening): Promise<ModelCard> {
		const opened = models.get(name) ?? openFiles(opening, { signal: context.signal, onProgress: context.onProgress });
		models.set(name, opened);
		try {
			return await cardOf(name, title, await opened, tokenView);
		} catch (error) {
			models.delete(name);
			throw error;
		}
	},

	async close(_context: Context, name: string): Promise<void> {
		const opened = models.get(name);
		models.delete(name);
		await (await opened)?.close();
	},

	async encode(_context: Context, name: string, text: string, special: SpecialMode): Promise<TokenView[]> {
		const tokenizer = await tokenizerOf(name);
		const { ids, offsets } = tokenizer.encode(text, { special, offsets: true });
		return Array.from(ids, (id, i) => tokenView(tokenizer, id, offsets?.[2 * i], offsets?.[2 * i + 1]));
	},

	/** As `encode`, in two arrays that are handed over: a long text is split at every key, and few of its tokens are in sight. */
	async split(_context: Context, name: string, text: string): Promise<Split> {
		const { ids, offsets } = (await tokenizerOf(name)).encode(text, { offsets: true });
		return { ids: ids.slice(), offsets: offsets!.slice() };
	},

	/** How many tokens a text is, flags included. */
	async length(_context: Context, name: string, text: string): Promise<number> {
		return (await tokenizerOf(name)).count(text);
	},

	/** How many tokens each text is, flags left out. */
	async counts(context: Context, name: string, texts: readonly string[]): Promise<number[]> {
		const tokenizer = await tokenizerOf(name);
		const counts: number[] = [];
		for (const text of texts) {
			context.signal.throwIfAborted();
			counts.push(tokenizer.count(text, { special: 'none' }));
			await context.turn();
		}
		return counts;
	},

	async merges(_context: Context, name: string, word: string): Promise<readonly MergeStep[]> {
		return (await tokenizerOf(name)).merges(word);
	},

	async tokens(_context: Context, name: string, ids: readonly number[]): Promise<(TokenView | undefined)[]> {
		const tokenizer = await tokenizerOf(name);
		return ids.map((id) => (id < tokenizer.size ? tokenView(tokenizer, id) : undefined));
	},

	async vocabulary(_context: Context, name: string, query: VocabularyQuery): Promise<TokenView[]> {
		const tokenizer = await tokenizerOf(name);
		return tokenizer.search(query).map(({ id }) => tokenView(tokenizer, id));
	},

	/** Characters as people count them (grapheme clusters). */
	async characters(context: Context, text: string): Promise<number> {
		let count = 0;
		for (const _ of new Intl.Segmenter().segment(text)) {
			if (++count % COUNTED_AT_ONCE !== 0) continue;
			await context.turn();
			context.signal.throwIfAborted();
		}
		return count;
	},

	/** The chat template's Jinja source; empty where the model has none. */
	async template(_context: Context, name: string): Promise<string> {
		return (await (await modelOf(name)).chatTemplate()) ?? '';
	},
};

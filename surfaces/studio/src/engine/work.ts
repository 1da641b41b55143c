// What the worker can do, by name: thin words over the library's own. No model logic lives here.

import { TongsaError } from '../../../../src/errors.ts';
import type { Model } from '../../../../src/model.ts';
import type { MergeStep, SpecialMode, Tokenizer, VocabularyQuery } from '../../../../src/tokenizer/types.ts';
import { cardOf, combine, cosine, distances, openFiles } from './library.ts';
import type { Array2, ModelCard, Opening, Progress, Provenance, TokenView } from './protocol.ts';

export interface Context {
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
	readonly onPart: (part: unknown) => void;
	/** Lets other messages in. */
	readonly turn: () => Promise<void>;
}

const models = new Map<string, Promise<Model>>();

async function model(name: string): Promise<Model> {
	const found = models.get(name);
	if (!found) throw new TongsaError('closed', 'this model is not open', { got: name });
	return found;
}

async function speaking(name: string): Promise<Tokenizer> {
	const { tokenizer } = await model(name);
	if (!tokenizer) throw new TongsaError('unsupported', 'this file has no tokenizer', { file: name });
	return tokenizer;
}

function tokenView(tokenizer: Tokenizer, id: number, start = 0, end = 0): TokenView {
	const { text, kind, bytes } = tokenizer.token(id);
	return { id, text, kind, start, end, ...(text.includes('\uFFFD') || kind === 'byte' ? { bytes: [...bytes] } : {}) };
}

/** Most rows of a matrix that go to the page at once: 4,096 rows of 4,096 numbers are 64 MB. */
const MAX_VALUES = 1 << 24;

/** Most tokens that are compared each with each: a million cosines take about a second. */
const MAX_ALIKE = 1024;

export const work = {
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
		const tokenizer = await speaking(name);
		const { ids, offsets } = tokenizer.encode(text, { special, offsets: true });
		return Array.from(ids, (id, i) => tokenView(tokenizer, id, offsets?.[2 * i], offsets?.[2 * i + 1]));
	},

	/** How many tokens each text is, flags left out. */
	async counts(context: Context, name: string, texts: readonly string[]): Promise<number[]> {
		const tokenizer = await speaking(name);
		const counts: number[] = [];
		for (const text of texts) {
			context.signal.throwIfAborted();
			counts.push(tokenizer.count(text, { special: 'none' }));
			await context.turn();
		}
		return counts;
	},

	async merges(_context: Context, name: string, word: string): Promise<readonly MergeStep[]> {
		return (await speaking(name)).merges(word);
	},

	async tokens(_context: Context, name: string, ids: readonly number[]): Promise<(TokenView | undefined)[]> {
		const tokenizer = await speaking(name);
		return ids.map((id) => (id < tokenizer.size ? tokenView(tokenizer, id) : undefined));
	},

	async vocabulary(_context: Context, name: string, query: VocabularyQuery): Promise<TokenView[]> {
		const tokenizer = await speaking(name);
		return tokenizer.search(query).map(({ id }) => tokenView(tokenizer, id));
	},

	async embed(
		context: Context,
		name: string,
		input: string | readonly number[],
	): Promise<Array2 & { tokens: TokenView[]; provenance: Provenance }> {
		const opened = await model(name);
		const { shape, data, ids, provenance } = await opened.embed(input, { signal: context.signal });
		if (data.length > MAX_VALUES) {
			throw new TongsaError('too-large', 'the matrix is too large for one picture', {
				got: data.length,
				allowed: `at most ${MAX_VALUES} numbers (64 MB)`,
			});
		}
		const tokenizer = opened.tokenizer;
		const views = ids.map((id) =>
			tokenizer ? tokenView(tokenizer, id) : { id, text: String(id), kind: 'normal' as const, start: 0, end: 0 },
		);
		return { shape, data: data.slice(), tokens: views, provenance };
	},

	/** The nearest rows of a word, a vector, or the mean of some ids' rows. */
	async nearest(
		context: Context,
		name: string,
		query: string | Float32Array,
		top: number,
		without: readonly number[] = [],
	): Promise<(TokenView & { score: number })[]> {
		const opened = await model(name);
		const tokenizer = await speaking(name);
		const { matches } = await opened.nearest(query, { top, without, signal: context.signal });
		return matches.map(({ id, score }) => ({ ...tokenView(tokenizer, id), score }));
	},

	/** Words with a share each → their rows added up, and what that reads as. A word of several tokens counts as the mean of its rows. */
	async reading(
		context: Context,
		name: string,
		terms: readonly { readonly word: string; readonly share: number }[],
		top: number,
		without: readonly number[] = [],
	): Promise<{ matches: (TokenView & { score: number })[]; vector: Float32Array; words: { word: string; ids: number[]; tokens: TokenView[] }[] }> {
		const opened = await model(name);
		const tokenizer = await speaking(name);
		const words = await Promise.all(
			terms.map(async ({ word, share }) => {
				const ids = Array.from(tokenizer.encode(word, { special: 'none' }).ids);
				if (ids.length === 0) throw new TongsaError('usage', 'an empty word has no row');
				const { data, shape } = await opened.embed(ids, { signal: context.signal });
				const rows = ids.map((_, i) => data.subarray(i * shape[1], (i + 1) * shape[1]));
				return { word, ids, vector: combine(rows).map((x) => (share * x) / ids.length) };
			}),
		);
		const vector = combine(words.map((term) => term.vector));
		const { matches } = await opened.nearest(vector, { top, without, signal: context.signal });
		return {
			matches: matches.map(({ id, score }) => ({ ...tokenView(tokenizer, id), score })),
			vector,
			words: words.map(({ word, ids }) => ({ word, ids, tokens: ids.map((id) => tokenView(tokenizer, id)) })),
		};
	},

	/** How alike some ids' rows are, in the table's own numbers. */
	async similarity(context: Context, name: string, a: number, b: number): Promise<number> {
		const { data, shape } = await (await model(name)).embed([a, b], { signal: context.signal });
		return cosine(data.subarray(0, shape[1]), data.subarray(shape[1]));
	},

	/** Every token's row against every other's: cosines (T, T). */
	async alike(context: Context, name: string, text: string): Promise<Array2> {
		const { data, shape } = await (await model(name)).embed(text, { signal: context.signal });
		if (shape[0] > MAX_ALIKE) {
			throw new TongsaError('too-large', 'too many tokens to compare each with each', { got: shape[0], allowed: `at most ${MAX_ALIKE} (a million cosines)` });
		}
		return { shape: [shape[0], shape[0]], data: distances(data, data, shape[1], 'cosine') };
	},
};

export type Work = typeof work;

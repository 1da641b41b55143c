// Rows of the table: what the worker does with vectors.

import { TongsaError } from '../../../../src/errors.ts';
import { combine, cosine, distances } from './library.ts';
import type { Array2, Provenance, TokenView } from './protocol.ts';
import { type Context, modelOf, tokenizerOf, tokenView, tokenViews } from './registry.ts';

/** Most values that go to the page at once: 4,096 rows of 4,096 numbers are 64 MB. */
const MAX_VALUES = 1 << 24;
/** Most tokens that are compared each with each: a million cosines take about a second. */
const MAX_ALIKE = 1024;

export const rows = {
	async embed(
		context: Context,
		name: string,
		input: string | readonly number[],
	): Promise<Array2 & { tokens: TokenView[]; provenance: Provenance }> {
		const opened = await modelOf(name);
		const { shape, data, ids, provenance } = await opened.embed(input, { signal: context.signal });
		if (data.length > MAX_VALUES) {
			throw new TongsaError('too-large', 'the matrix is too large for one picture', {
				got: data.length,
				allowed: `at most ${MAX_VALUES} numbers (64 MB)`,
			});
		}
		return { shape, data: data.slice(), tokens: tokenViews(opened.tokenizer, ids), provenance };
	},

	/** Words with a share each → their rows added up, and what that reads as. A word of several tokens counts as the mean of its rows.
	 * `withoutOwn`: the words' own rows are left out of the answer. */
	async reading(
		context: Context,
		name: string,
		terms: readonly { readonly word: string; readonly share: number }[],
		top: number,
		withoutOwn = false,
	): Promise<{
		matches: (TokenView & { score: number })[];
		vector: Float32Array;
		words: { word: string; ids: number[]; tokens: TokenView[] }[];
	}> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
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
		const without = withoutOwn ? words.flatMap(({ ids }) => ids) : [];
		const { matches } = await opened.nearest(vector, { top, without, signal: context.signal });
		return {
			matches: matches.map(({ id, score }) => ({ ...tokenView(tokenizer, id), score })),
			vector,
			words: words.map(({ word, ids }) => ({ word, ids, tokens: ids.map((id) => tokenView(tokenizer, id)) })),
		};
	},

	/** How alike some ids' rows are, in the table's own numbers. */
	async similarity(context: Context, name: string, a: number, b: number): Promise<number> {
		const { data, shape } = await (await modelOf(name)).embed([a, b], { signal: context.signal });
		return cosine(data.subarray(0, shape[1]), data.subarray(shape[1]));
	},

	/** Every token's row against every other's: (T, T). */
	async alike(context: Context, name: string, text: string, metric: 'cosine' | 'euclidean' | 'dot'): Promise<Array2> {
		const { data, shape } = await (await modelOf(name)).embed(text, { signal: context.signal });
		if (shape[0] > MAX_ALIKE) {
			throw new TongsaError('too-large', 'too many tokens to compare each with each', {
				got: shape[0],
				allowed: `at most ${MAX_ALIKE} (a million cosines)`,
			});
		}
		return { shape: [shape[0], shape[0]], data: distances(data, data, shape[1], metric) };
	},

	/** The same ids in two models' tables: cosine and largest difference for each. For two precisions of one model. */
	async apart(context: Context, a: string, b: string, ids: readonly number[]): Promise<{ cosine: number; difference: number }[]> {
		const [first, second] = [await modelOf(a), await modelOf(b)];
		const [x, y] = [await first.embed(ids, { signal: context.signal }), await second.embed(ids, { signal: context.signal })];
		const D = x.shape[1];
		return ids.map((_, i) => {
			const [p, q] = [x.data.subarray(i * D, (i + 1) * D), y.data.subarray(i * D, (i + 1) * D)];
			return { cosine: cosine(p, q), difference: p.reduce((max, value, d) => Math.max(max, Math.abs(value - q[d]!)), 0) };
		});
	},
};

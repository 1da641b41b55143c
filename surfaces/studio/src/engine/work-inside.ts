// Inside the model: what the worker reads of a run, by the names of its points.

import { TongsaError } from '../../../../src/errors.ts';
import type { Selector } from '../../../../src/transformer/select.ts';
import { miniature, summary } from './heads.ts';
import { cosine } from './library.ts';
import type { Array2, Precision, TokenView } from './protocol.ts';
import { type Context, idsOf, modelOf, tokenViews } from './registry.ts';

/** Most tokens whose attention goes to the page: 512² weights of 64 heads are 64 MB. */
const MAX_ATTENTION = 512;

/** One block's attention for a text: H heads, K key heads, T tokens, Dh numbers a head. */
export interface Attention {
	readonly tokens: readonly TokenView[];
	/** (H, T, Dh); key and value (K, T, Dh). */
	readonly query: Array2;
	readonly key: Array2;
	readonly value: Array2;
	/** (H, T, T). */
	readonly scores: Array2;
	readonly weights: Array2;
	/** (H, T, Dh). */
	readonly context: Array2;
	readonly precision: Precision;
}

/** One block of the overview. */
export interface BlockOfHeads {
	readonly layer: number;
	/** (H, S, S): each head's weights, S ≤ T and MINIATURE; of what falls into one cell the largest. */
	readonly small: Array2;
	/** (H, 4): see `summary`. */
	readonly averages: Array2;
}

/** Cells along a head's small picture. */
const MINIATURE = 48;

const ATTENTION_POINTS = ['query', 'key', 'value', 'scores', 'weights', 'context'] as const;

const copy = ({ shape, data }: Array2): Array2 => ({ shape: [...shape], data: data.slice() });

export const inside = {
	async attention(context: Context, name: string, text: string, layer: number): Promise<Attention> {
		const opened = await modelOf(name);
		const ids = await idsOf(name, text);
		if (ids.length > MAX_ATTENTION) throw tooLong(ids.length);
		const names = ATTENTION_POINTS.map((point) => `blocks.${layer}.attention.${point}`);
		const { points, provenance } = await opened.trace(ids, { at: names, signal: context.signal });
		const [query, key, value, scores, weights, mixed] = names.map((point) => copy(points[point]!));
		return {
			tokens: tokenViews(opened.tokenizer, ids),
			query: query!,
			key: key!,
			value: value!,
			scores: scores!,
			weights: weights!,
			context: mixed!,
			precision: provenance.precision!,
		};
	},

	/** Every head of the first `layers` blocks, small; a block goes out as soon as the run has passed it. On the kernels: pictures and averages
	 * of hundreds of heads need not add up to the last digit, and an exact run takes several times as long. */
	async overview(context: Context, name: string, text: string, layers: number): Promise<{ precision: Precision }> {
		const opened = await modelOf(name);
		const ids = await idsOf(name, text);
		if (ids.length > MAX_ATTENTION) throw tooLong(ids.length);
		for (let i = 0; i < 3; i++) await context.turn(); // the head that is shown large goes first
		context.check();
		const { provenance } = await opened.trace(ids, {
			precision: 'fast',
			at: [{ point: 'attention.weights', layer: layers - 1, head: 0, token: 0 }],
			replace: [
				{
					at: 'blocks.*.attention.weights',
					with(data, [H = 0, T = 0], point) {
						context.check();
						const layer = Number(point.split('.')[1]);
						context.onPart({ layer, small: miniature(data, H, T, MINIATURE), averages: summary(data, H, T) } satisfies BlockOfHeads);
						return undefined;
					},
				},
			],
			signal: context.signal,
		});
		return { precision: provenance.precision! };
	},

	/** How alike one token of a text and one of another are: in the table, and after each of the first `layers` blocks. */
	async parting(
		context: Context,
		name: string,
		a: { readonly text: string; readonly token: number },
		b: { readonly text: string; readonly token: number },
		layers: number,
	): Promise<number[]> {
		const opened = await modelOf(name);
		const at = (token: number): readonly Selector[] => [
			{ point: 'embedding.rows', token },
			...Array.from({ length: layers }, (_, layer): Selector => ({ point: 'output', layer, token })),
		];
		const names = ['embedding.rows', ...Array.from({ length: layers }, (_, layer) => `blocks.${layer}.output`)];
		const states: Float32Array[][] = [];
		for (const { text, token } of [a, b]) {
			const { points } = await opened.trace(await idsOf(name, text), { at: at(token), signal: context.signal });
			states.push(names.map((point) => points[point]!.data));
			await context.turn();
		}
		return names.map((_, i) => cosine(states[0]![i]!, states[1]![i]!));
	},
};

const tooLong = (got: number) =>
	new TongsaError('too-large', 'too many tokens to show who looks at whom', { got, allowed: `at most ${MAX_ATTENTION}` });

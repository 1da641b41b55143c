// Inside the model: what the worker reads of a run, by the names of its points.

import { TongsaError } from '../../../../src/errors.ts';
import type { Replace } from '../../../../src/transformer/listen.ts';
import type { Selector } from '../../../../src/transformer/select.ts';
import { bestOf, cosine } from './library.ts';
import type { Array2, TokenView } from './protocol.ts';
import { type Context, idsOf, modelOf, tokenizerOf, tokenView, tokenViews } from './registry.ts';
import type { Guess } from './work-out.ts';

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
}

const ATTENTION_POINTS = ['query', 'key', 'value', 'scores', 'weights', 'context'] as const;

const copy = ({ shape, data }: Array2): Array2 => ({ shape: [...shape], data: data.slice() });

export const inside = {
	async attention(context: Context, name: string, text: string, layer: number): Promise<Attention> {
		const opened = await modelOf(name);
		const ids = await idsOf(name, text);
		if (ids.length > MAX_ATTENTION) {
			throw new TongsaError('too-large', 'too many tokens to show who looks at whom', {
				got: ids.length,
				allowed: `at most ${MAX_ATTENTION}`,
			});
		}
		const names = ATTENTION_POINTS.map((point) => `blocks.${layer}.attention.${point}`);
		const { points } = await opened.trace(ids, { at: names, signal: context.signal });
		const [query, key, value, scores, weights, mixed] = names.map((point) => copy(points[point]!));
		return {
			tokens: tokenViews(opened.tokenizer, ids),
			query: query!,
			key: key!,
			value: value!,
			scores: scores!,
			weights: weights!,
			context: mixed!,
		};
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

	/** A run as it is beside the run with changes: how alike each token's last state stays, and on a whole model what comes next. */
	async edited(
		context: Context,
		name: string,
		text: string,
		edits: Edits,
		last: number,
		whole: boolean,
	): Promise<{ tokens: TokenView[]; alike: number[]; before: Guess[]; after: Guess[] }> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const ids = await idsOf(name, text);
		const output = `blocks.${last}.output`;
		const at: readonly Selector[] = whole ? [output, { point: 'logits', token: -1 }] : [output];
		const replace: { at: Selector; with: Replace }[] = [];
		if (edits.heads.length > 0) {
			replace.push({ at: { point: 'attention.context', layer: edits.layer }, with: (data, shape) => without(data, shape, edits.heads) });
		}
		if (edits.swap) {
			const row = await rowOf(name, edits.swap.word, context.signal);
			const { token } = edits.swap;
			replace.push({ at: 'embedding.output', with: (data, [, D = 0]) => withRow(data, token * D, row) });
		}
		if (edits.add) {
			const row = await rowOf(name, edits.add.word, context.signal);
			const { strength } = edits.add;
			replace.push({
				at: { point: 'output', layer: edits.layer },
				with: (data) => data.map((x, i) => x + strength * row[i % row.length]!),
			});
		}
		const plain = await opened.trace(ids, { at, signal: context.signal });
		await context.turn();
		const changed = await opened.trace(ids, { at, replace, signal: context.signal });
		const [a, b] = [plain.points[output]!, changed.points[output]!];
		const D = a.shape[1]!;
		const rows = ({ data }: Array2, i: number) => data.subarray(i * D, (i + 1) * D);
		const guesses = ({ points }: typeof plain): Guess[] =>
			whole ? bestOf(points['logits']!.data, 10).map(({ id, probability }) => ({ ...tokenView(tokenizer, id), probability })) : [];
		return {
			tokens: tokenViews(tokenizer, ids),
			alike: ids.map((_, i) => cosine(rows(a, i), rows(b, i))),
			before: guesses(plain),
			after: guesses(changed),
		};
	},
};

/** What is changed in a run. */
export interface Edits {
	/** The block that `heads` and `add` mean. */
	readonly layer: number;
	/** Heads whose contribution is set to zero. */
	readonly heads: readonly number[];
	/** A token that enters with another word's row. */
	readonly swap?: { readonly token: number; readonly word: string } | undefined;
	/** A word's row, times `strength`, added to every token's state after the block. */
	readonly add?: { readonly word: string; readonly strength: number } | undefined;
}

/** (H, T, Dh) with some heads at zero. */
function without(data: Float32Array, [, T = 0, Dh = 0]: readonly number[], heads: readonly number[]): Float32Array {
	const changed = data.slice();
	for (const head of heads) changed.fill(0, head * T * Dh, (head + 1) * T * Dh);
	return changed;
}

function withRow(data: Float32Array, offset: number, row: Float32Array): Float32Array {
	const changed = data.slice();
	changed.set(row, offset);
	return changed;
}

/** What enters the first block for a word of one token; the last of its tokens where it has more. */
async function rowOf(name: string, word: string, signal: AbortSignal): Promise<Float32Array> {
	const ids = Array.from((await tokenizerOf(name)).encode(word, { special: 'none' }).ids);
	if (ids.length === 0) throw new TongsaError('usage', 'an empty word has no row');
	const { points } = await (await modelOf(name)).trace(ids, { at: [{ point: 'embedding.output', token: -1 }], signal });
	return points['embedding.output']!.data;
}

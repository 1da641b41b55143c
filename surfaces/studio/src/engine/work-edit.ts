// Edits: a run with something changed inside, beside the run as it is.

import { TongsaError } from '../../../../src/errors.ts';
import type { Replace } from '../../../../src/transformer/hooks.ts';
import type { Selector } from '../../../../src/transformer/select.ts';
import { bestOf, moved } from './library.ts';
import type { Precision } from './protocol.ts';
import { type Context, idsOf, modelOf, tokenizerOf, tokenView, tokenViews } from './registry.ts';
import type { Guess } from './work-out.ts';

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

export interface Both<T> {
	readonly before: T;
	readonly after: T;
}

interface Edit {
	readonly at: Selector;
	readonly with: Replace;
}

export const edit = {
	/** How far each token's state after each of the first `layers` blocks moves, compared with its length: (layers, T). */
	async edited(context: Context, name: string, text: string, edits: Edits, layers: number) {
		const opened = await modelOf(name);
		const ids = await idsOf(name, text);
		const at = Array.from({ length: layers }, (_, layer): Selector => ({ point: 'output', layer }));
		const { before, after, precision } = await bothOf(context, name, ids, edits, at);
		const T = ids.length;
		const data = Float32Array.from({ length: layers * T }, (_, i) => {
			const point = `blocks.${Math.floor(i / T)}.output`;
			const row = ({ shape: [, D = 0], data }: { shape: readonly number[]; data: Float32Array }) =>
				data.subarray((i % T) * D, ((i % T) + 1) * D);
			return moved(row(before[point]!), row(after[point]!));
		});
		return { tokens: tokenViews(opened.tokenizer, ids), moved: { shape: [layers, T], data }, precision };
	},

	/** What every layer's state at one token reads as, in both runs: first what block 0 receives, then each block's output. Whole models only. */
	async editedLens(
		context: Context,
		name: string,
		text: string,
		edits: Edits,
		token: number,
		layers: number,
	): Promise<Both<Guess[][]> & { precision: Precision }> {
		const ids = await idsOf(name, text);
		const at: Selector[] = [
			{ point: 'embedding.output', token },
			...Array.from({ length: layers }, (_, layer) => ({ point: 'output', layer, token }) as const),
		];
		const names = ['embedding.output', ...Array.from({ length: layers }, (_, layer) => `blocks.${layer}.output`)];
		const { before, after, precision } = await bothOf(context, name, ids, edits, at);
		const read = async (points: typeof before) =>
			readStates(
				context,
				name,
				names.map((point) => points[point]!.data),
			);
		return { before: await read(before), after: await read(after), precision };
	},

	/** Both runs go on with the text, always by the most probable token; each pair goes out as it is made. */
	async editedText(context: Context, name: string, text: string, edits: Edits, most: number): Promise<void> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const start = await idsOf(name, text);
		const runs = [
			{ ids: [...start], decoder: tokenizer.decoder(), replace: [] as Edit[] },
			{ ids: [...start], decoder: tokenizer.decoder(), replace: await replacements(context, name, edits) },
		];
		for (let i = 0; i < most; i++) {
			const pieces: string[] = [];
			for (const { ids, decoder, replace } of runs) {
				const { logits } = await opened.logits(ids, { replace, signal: context.signal });
				const { id } = bestOf(logits, 1)[0]!;
				ids.push(id);
				pieces.push(decoder.push(id));
			}
			context.onPart({ before: pieces[0]!, after: pieces[1]! } satisfies Both<string>);
			await context.turn();
			context.check();
		}
	},
};

async function bothOf(context: Context, name: string, ids: readonly number[], edits: Edits, at: readonly Selector[]) {
	const opened = await modelOf(name);
	const replace = await replacements(context, name, edits);
	const { points, before, provenance } = await opened.trace(ids, { at, replace, both: true, precision: 'fast', signal: context.signal });
	return { before: before!, after: points, precision: provenance.precision! };
}

async function replacements({ signal }: Context, name: string, { layer, heads, swap, add }: Edits): Promise<Edit[]> {
	const edits: Edit[] = [];
	if (heads.length > 0) edits.push({ at: { point: 'attention.context', layer }, with: (data, shape) => without(data, shape, heads) });
	if (swap) {
		const row = await rowOf(name, swap.word, signal);
		edits.push({ at: 'embedding.output', with: (data, [, D = 0]) => withRow(data, swap.token * D, row) });
	}
	if (add) {
		const row = await rowOf(name, add.word, signal);
		edits.push({ at: { point: 'output', layer }, with: (data) => data.map((x, i) => x + add.strength * row[i % row.length]!) });
	}
	return edits;
}

/** States of D values → the best guesses for each. */
async function readStates(context: Context, name: string, states: readonly Float32Array[]): Promise<Guess[][]> {
	const opened = await modelOf(name);
	const tokenizer = await tokenizerOf(name);
	const joined = new Float32Array(states.length * states[0]!.length);
	for (const [i, state] of states.entries()) joined.set(state, i * state.length);
	const { top } = await opened.unembed(joined, { top: 5, signal: context.signal });
	return top.map((guesses) => guesses.map(({ id, probability }) => ({ ...tokenView(tokenizer, id), probability })));
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

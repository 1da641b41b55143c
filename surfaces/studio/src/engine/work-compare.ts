// Two models on one sentence: states against each other, next-token distributions against each other.

import { TongsaError } from '../../../../src/errors.ts';
import { bestOf, cosine, moved, probabilities } from './library.ts';
import type { Array2, Precision, TokenView } from './protocol.ts';
import { type Context, idsOf, modelOf, tokenizerOf, tokenView, tokenViews } from './registry.ts';

export interface Likeness {
	readonly tokens: readonly TokenView[];
	/** (layers, T): cosines, or how far apart compared with the length. */
	readonly alike: Array2;
	readonly precision: Precision;
}

type Points = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;

export const compare = {
	/** After each of the first blocks: how far each token's state in one model lies from the same in the other. */
	async statesApart(context: Context, a: string, b: string, text: string, layers: number): Promise<Likeness> {
		const ids = await sameIds(a, b, text);
		const first = await statesOf(context, a, ids, layers);
		const second = await statesOf(context, b, ids, layers);
		return likeness(a, ids, layers, first.precision, (layer, row) => moved(row(first.points, layer), row(second.points, layer)));
	},

	/** After each of the first blocks: each token's state against what entered block 0. */
	async statesMoved(context: Context, name: string, text: string, layers: number): Promise<Likeness> {
		const ids = await idsOf(name, text);
		const { points, precision } = await statesOf(context, name, ids, layers);
		return likeness(name, ids, layers, precision, (layer, row) => cosine(row(points, layer), row(points, -1)));
	},

	/** Half the sum of all differences between two distributions (total variation), and the likely tokens of either. */
	async nextApart(
		context: Context,
		a: string,
		b: string,
		text: string,
		top: number,
	): Promise<{ apart: number; precision: Precision; tokens: { token: TokenView; first: number; second: number }[] }> {
		const ids = await sameIds(a, b, text);
		const logits = async (name: string) => {
			const { logits: data, provenance } = await (await modelOf(name)).logits(ids, { precision: 'exact', signal: context.signal });
			return { data, precision: provenance.precision! };
		};
		const [{ data: x, precision }, { data: y }] = [await logits(a), await logits(b)];
		const [p, q] = [probabilities(x), probabilities(y)];
		const apart = p.reduce((sum, value, id) => sum + Math.abs(value - (q[id] ?? 0)), 0) / 2;
		const tokenizer = await tokenizerOf(a);
		const likely = [...new Set([...bestOf(x, top), ...bestOf(y, top)].map(({ id }) => id))];
		const tokens = likely.map((id) => ({ token: tokenView(tokenizer, id), first: p[id]!, second: q[id] ?? 0 }));
		return { apart, precision, tokens: tokens.sort((one, two) => two.first + two.second - one.first - one.second) };
	},
};

async function sameIds(a: string, b: string, text: string): Promise<number[]> {
	const [ids, others] = [await idsOf(a, text), await idsOf(b, text)];
	if (ids.length !== others.length || ids.some((id, i) => id !== others[i])) {
		throw new TongsaError('wrong-shape', 'the two models cut this text differently', {
			got: others.length,
			allowed: `${ids.length} tokens`,
		});
	}
	return ids;
}

async function statesOf(context: Context, name: string, ids: readonly number[], layers: number) {
	const at = ['embedding.output', ...Array.from({ length: layers }, (_, layer) => `blocks.${layer}.output`)];
	const { points, provenance } = await (await modelOf(name)).trace(ids, { at, signal: context.signal });
	await context.turn();
	context.check();
	return { points, precision: provenance.precision! };
}

/** (layers, T): `measure` is given a way to a token's row of a layer; layer −1 is what enters block 0. */
async function likeness(
	name: string,
	ids: readonly number[],
	layers: number,
	precision: Precision,
	measure: (layer: number, row: (points: Points, layer: number) => Float32Array) => number,
): Promise<Likeness> {
	const T = ids.length;
	const data = Float32Array.from({ length: layers * T }, (_, i) =>
		measure(Math.floor(i / T), (points, layer) => {
			const { shape, data } = points[layer < 0 ? 'embedding.output' : `blocks.${layer}.output`]!;
			return data.subarray((i % T) * shape[1]!, ((i % T) + 1) * shape[1]!);
		}),
	);
	return { tokens: tokenViews((await modelOf(name)).tokenizer, ids), alike: { shape: [layers, T], data }, precision };
}

// One block: attention and feed-forward around the residual stream, arranged as the family chose.

import { attention, remember } from './attention.ts';
import type { BlockConfig, NormPlaces } from './config.ts';
import { feedForward } from './feed-forward.ts';
import type { Run } from './run.ts';
import { tap } from './taps.ts';
import type { LoadedBlock } from './weights.ts';

/** The tokens of x that are asked for beyond this block; all of them but in the last one. */
export interface Rows {
	readonly first: number;
	readonly count: number;
	/** The heads that are asked for, when nothing after them is; all of them when absent. */
	readonly heads?: readonly number[] | undefined;
}

/** x (T, D) → (rows.count, D). Keys and values of all T tokens are remembered. */
export async function runBlock(run: Run, i: number, x: Float32Array, rows: Rows): Promise<Float32Array> {
	const { taps, prefix, config } = run;
	const D = config.width;
	const at = `${prefix}blocks.${i}`;
	const input = tap(taps, `${at}.input`, x, D);
	const weights = await run.weights.block(i, run.signal);
	const output = await ARRANGEMENTS[config.blocks[i]!.arrangement](run, at, i, input, rows, config.blocks[i]!, weights);
	return tap(taps, `${at}.output`, output, D);
}

type Arrangement = (
	run: Run,
	at: string,
	i: number,
	x: Float32Array,
	rows: Rows,
	block: BlockConfig,
	w: LoadedBlock,
) => Promise<Float32Array>;

const ARRANGEMENTS: Readonly<Record<BlockConfig['arrangement'], Arrangement>> = {
	async serial(run, at, i, x, rows, block, w) {
		const attended = attend(run, at, i, normed(run, 'attentionInput', x, block, w), rows, block, w);
		let y = added(run, cut(run, x, rows), attended, 'attention', block, w);
		if (block.cross) y = normed(run, 'crossResidual', run.backend.add(y, attendEncoder(run, at, i, y, block, w)), block, w);
		return added(run, y, await fed(run, at, normed(run, 'feedForwardInput', y, block, w), block, w), 'feedForward', block, w);
	},
	async parallel(run, at, i, x, rows, block, w) {
		const shared = normed(run, 'attentionInput', x, block, w);
		const attended = attend(run, at, i, shared, rows, block, w);
		const own = block.norms.feedForwardInput ? normed(run, 'feedForwardInput', cut(run, x, rows), block, w) : cut(run, shared, rows);
		const made = await fed(run, at, own, block, w);
		return run.backend.add(run.backend.add(cut(run, x, rows), attended), made);
	},
	async 'normed-residual'(run, at, i, x, rows, block, w) {
		const a = normed(run, 'attentionInput', x, block, w);
		const y = run.backend.add(cut(run, a, rows), attend(run, at, i, a, rows, block, w));
		const f = normed(run, 'feedForwardInput', y, block, w);
		return run.backend.add(f, await fed(run, at, f, block, w));
	},
};

/** Self-attention of the normed tokens x (T, D) → (rows.count, D). */
function attend(
	run: Run,
	at: string,
	i: number,
	x: Float32Array,
	rows: Rows,
	{ attention: config }: BlockConfig,
	w: LoadedBlock,
): Float32Array {
	const normedX = tap(run.taps, `${at}.attention.input`, x, run.config.width);
	const cache = run.state.blocks[i]!;
	const start = run.state.length;
	remember(run, `${at}.attention`, normedX, config, w.attention, cache, start);
	const S = start + normedX.length / run.config.width;
	return attention(run, `${at}.attention`, cut(run, normedX, rows), config, w.attention, {
		cache,
		S,
		first: start + rows.first,
		only: rows.heads,
	});
}

/** Attention from the decoder's tokens y (n, D) to the encoder's states, whose keys and values are made once. */
function attendEncoder(run: Run, at: string, i: number, y: Float32Array, { cross }: BlockConfig, w: LoadedBlock): Float32Array {
	const { states, length, blocks } = run.state.encoded!;
	const name = `${at}.crossAttention`;
	let cache = blocks[i];
	if (!cache) {
		cache = blocks[i] = { key: new Float32Array(0), value: new Float32Array(0) };
		remember(run, name, states, cross!, w.cross!, cache, 0);
	}
	const x = tap(run.taps, `${name}.input`, y, run.config.width);
	return attention(run, name, x, cross!, w.cross!, { cache, S: length, first: 0 });
}

function fed(run: Run, at: string, x: Float32Array, block: BlockConfig, w: LoadedBlock): Promise<Float32Array> {
	const input = tap(run.taps, `${at}.feedForward.input`, x, run.config.width);
	return feedForward(run, `${at}.feedForward`, input, block.feedForward, w.feedForward);
}

/** x + part, with the norms that stand before and after the sum. */
function added(
	run: Run,
	x: Float32Array,
	part: Float32Array,
	of: 'attention' | 'feedForward',
	block: BlockConfig,
	w: LoadedBlock,
): Float32Array {
	const sum = run.backend.add(x, normed(run, `${of}Output`, part, block, w));
	return normed(run, `${of}Residual`, sum, block, w);
}

function normed(run: Run, place: keyof NormPlaces, x: Float32Array, { norms }: BlockConfig, w: LoadedBlock): Float32Array {
	const config = norms[place];
	const parts = w.norms[place];
	return config && parts ? run.backend.norm(x, run.config.width, config, parts.gain, parts.bias) : x;
}

function cut(run: Run, x: Float32Array, { first, count }: Rows): Float32Array {
	const D = run.config.width;
	return x.subarray(first * D, (first + count) * D);
}

// One block: attention and feed-forward around the residual stream, arranged as the family chose.

import type { BlockConfig, NormPlaces } from '../spec/config.ts';
import type { LoadedBlock } from '../weights/weights.ts';
import { attention, remember } from './attention.ts';
import { feedForward } from './feed-forward.ts';
import type { Run } from './run.ts';
import { tap } from './taps.ts';

/** The tokens of x that are asked for beyond this block; all of them but in the last one. */
export interface Rows {
	readonly first: number;
	readonly count: number;
	/** The heads that are asked for, when nothing after them is; all of them when absent. */
	readonly heads?: readonly number[] | undefined;
}

/** x (T, D) → (rows.count, D). Keys and values of all T tokens are remembered. */
export async function runBlock(run: Run, i: number, x: Float32Array, rows: Rows): Promise<Float32Array> {
	const { taps, prefix } = run;
	const D = run.config.width;
	const config = run.config.blocks[i]!;
	const at = `${prefix}blocks.${i}`;
	const input = tap(taps, `${at}.input`, x, D);
	const weights = await run.weights.block(i, run.signal);
	const output = await ARRANGEMENTS[config.arrangement]({ run, at, i, rows, config, weights }, input);
	return tap(taps, `${at}.output`, output, D);
}

/** A block in one run: what all of its parts need. */
interface BlockRun {
	readonly run: Run;
	/** 'blocks.3': stands before its points' names. */
	readonly at: string;
	readonly i: number;
	readonly rows: Rows;
	readonly config: BlockConfig;
	readonly weights: LoadedBlock;
}

const ARRANGEMENTS: Readonly<Record<BlockConfig['arrangement'], (block: BlockRun, x: Float32Array) => Promise<Float32Array>>> = {
	async serial(block, x) {
		const { add } = block.run.backend;
		let y = added(block, cut(block, x), attend(block, normed(block, 'attentionInput', x)), 'attention');
		if (block.config.cross) y = normed(block, 'crossResidual', add(y, attendEncoder(block, y)));
		return added(block, y, await fed(block, normed(block, 'feedForwardInput', y)), 'feedForward');
	},
	async parallel(block, x) {
		const { add } = block.run.backend;
		const shared = normed(block, 'attentionInput', x);
		const attended = attend(block, shared);
		const own = block.config.norms.feedForwardInput ? normed(block, 'feedForwardInput', cut(block, x)) : cut(block, shared);
		const made = await fed(block, own);
		return add(add(cut(block, x), attended), made);
	},
	async 'normed-residual'(block, x) {
		const { add } = block.run.backend;
		const a = normed(block, 'attentionInput', x);
		const f = normed(block, 'feedForwardInput', add(cut(block, a), attend(block, a)));
		return add(f, await fed(block, f));
	},
};

/** Self-attention of the normed tokens x (T, D) → (rows.count, D). */
function attend(block: BlockRun, x: Float32Array): Float32Array {
	const { run, i, rows } = block;
	const { attention: config } = block.config;
	const name = `${block.at}.attention`;
	const input = tap(run.taps, `${name}.input`, x, run.config.width);
	const cache = run.state.blocks[i]!;
	const start = run.state.length;
	remember(run, name, input, config, block.weights.attention, cache, start);
	const S = start + input.length / run.config.width;
	const source = { cache, S, first: start + rows.first, only: rows.heads };
	return attention(run, name, cut(block, input), config, block.weights.attention, source);
}

/** Attention from the decoder's tokens y (n, D) to the encoder's states, whose keys and values are made once. */
function attendEncoder({ run, at, i, config, weights }: BlockRun, y: Float32Array): Float32Array {
	const { states, length, blocks } = run.state.encoded!;
	const name = `${at}.crossAttention`;
	let cache = blocks[i];
	if (!cache) {
		cache = blocks[i] = { key: new Float32Array(0), value: new Float32Array(0) };
		remember(run, name, states, config.cross!, weights.cross!, cache, 0);
	}
	const input = tap(run.taps, `${name}.input`, y, run.config.width);
	return attention(run, name, input, config.cross!, weights.cross!, { cache, S: length, first: 0 });
}

function fed({ run, at, config, weights }: BlockRun, x: Float32Array): Promise<Float32Array> {
	const input = tap(run.taps, `${at}.feedForward.input`, x, run.config.width);
	return feedForward(run, `${at}.feedForward`, input, config.feedForward, weights.feedForward);
}

/** x + part, with the norms that stand before and after the sum. */
function added(block: BlockRun, x: Float32Array, part: Float32Array, of: 'attention' | 'feedForward'): Float32Array {
	const sum = block.run.backend.add(x, normed(block, `${of}Output`, part));
	return normed(block, `${of}Residual`, sum);
}

/** x as it is where the block has no norm in this place. */
function normed({ run, config, weights }: BlockRun, place: keyof NormPlaces, x: Float32Array): Float32Array {
	const norm = config.norms[place];
	const parts = weights.norms[place];
	return norm && parts ? run.backend.norm(x, run.config.width, norm, parts.gain, parts.bias) : x;
}

/** The rows of x (T, D) that are asked for. */
function cut({ run, rows: { first, count } }: BlockRun, x: Float32Array): Float32Array {
	const D = run.config.width;
	return x.subarray(first * D, (first + count) * D);
}

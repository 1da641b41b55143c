// One block: attention and feed-forward around the residual stream, arranged as the family chose.

import type { BlockConfig, NormPlaces } from '../spec/config.ts';
import type { BlockPoint } from '../spec/points.ts';
import { attention, remember } from './attention.ts';
import { feedForward } from './feed-forward.ts';
import type { Asked, BlockRun, Run } from './ops.ts';

/** x (T, D) → (T, D), or those of its rows that are asked for. The state remembers all T tokens. */
export async function block<V, M, W>(run: Run<V, M, W>, layer: number, x: V, asked?: Asked): Promise<V> {
	const own = await blockRun(run, layer, asked);
	return own.tap('output', await ARRANGEMENTS[own.config.arrangement](own, own.tap('input', x)));
}

async function blockRun<V, M, W>(run: Run<V, M, W>, layer: number, asked?: Asked): Promise<BlockRun<V, M, W>> {
	const { ops, weights } = run;
	const tap = (point: BlockPoint, x: V): V => ops.tap(layer, point, x);
	return { run, ops, layer, config: run.config.blocks[layer]!, weights: await weights.block(layer), asked, tap };
}

const ARRANGEMENTS: Readonly<Record<BlockConfig['arrangement'], <V, M, W>(block: BlockRun<V, M, W>, x: V) => Promise<V>>> = {
	async serial(block, x) {
		let y = added(block, 'attention', cut(block, x), attend(block, normed(block, 'attentionInput', x)));
		if (block.config.cross) y = normed(block, 'crossResidual', block.ops.add(y, attendEncoder(block, y)));
		return added(block, 'feedForward', y, await feedForward(block, normed(block, 'feedForwardInput', y)));
	},
	async parallel(block, x) {
		const { ops, config } = block;
		const shared = normed(block, 'attentionInput', x);
		const own = config.norms.feedForwardInput ? normed(block, 'feedForwardInput', cut(block, x)) : cut(block, shared);
		const attended = attend(block, shared);
		return ops.add(ops.add(cut(block, x), attended), await feedForward(block, own));
	},
	async 'normed-residual'(block, x) {
		const { ops } = block;
		const a = normed(block, 'attentionInput', x);
		const f = normed(block, 'feedForwardInput', ops.add(cut(block, a), attend(block, a)));
		return ops.add(f, await feedForward(block, f));
	},
};

function attend<V, M, W>(block: BlockRun<V, M, W>, x: V): V {
	const { config, weights, asked } = block;
	return attention(block, { part: 'attention', config: config.attention, weights: weights.attention, asked, heads: asked?.heads }, x);
}

function attendEncoder<V, M, W>(block: BlockRun<V, M, W>, x: V): V {
	return attention(block, { part: 'crossAttention', config: block.config.cross!, weights: block.weights.cross! }, x);
}

/** What a decoder's block remembers of an encoder's last states (S, D): keys and values, once for a source text. */
export async function readEncoder<V, M, W>(run: Run<V, M, W>, layer: number, states: V): Promise<void> {
	const own = await blockRun(run, layer);
	if (own.config.cross) remember(own, { part: 'crossAttention', config: own.config.cross, weights: own.weights.cross! }, states);
}

/** x + part, with the norms that stand before and after the sum. */
function added<V, M, W>(block: BlockRun<V, M, W>, of: 'attention' | 'feedForward', x: V, part: V): V {
	return normed(block, `${of}Residual`, block.ops.add(x, normed(block, `${of}Output`, part)));
}

/** x as it is where the block has no norm in this place. */
function normed<V, M, W>({ ops, config, weights }: BlockRun<V, M, W>, place: keyof NormPlaces, x: V): V {
	const [norm, parts] = [config.norms[place], weights.norms[place]];
	return norm && parts ? ops.norm(x, norm, parts) : x;
}

/** The rows of x (T, D) that are asked for. */
function cut<V, M, W>({ ops, asked }: BlockRun<V, M, W>, x: V): V {
	return ops.rows(x, asked);
}

// The forward pass: rows → blocks → norm → hidden. Written once, in operations; what computes them is a backend.

import { block, readEncoder } from './block.ts';
import type { Asked, Run } from './ops.ts';

export interface Extent {
	/** The last block that is needed; −1: the embedding alone. */
	readonly lastBlock: number;
	/** Of the new tokens, those that are asked for beyond it; all when absent. */
	readonly asked?: Asked | undefined;
}

/** New tokens → their last states (n, W): the table's width, D in nearly every family; (n, D) where it ends before the last block. */
export async function forward<V, M, W>(run: Run<V, M, W>, { lastBlock, asked }: Extent): Promise<V> {
	const x = await blocks(run, await embed(run, await enter(run)), 0, lastBlock + 1, asked);
	return lastBlock < run.config.blocks.length - 1 ? x : finish(run, x);
}

/** x through the blocks `from` up to `to`; of the last one's output the rows that are asked for. */
export async function blocks<V, M, W>(run: Run<V, M, W>, x: V, from: number, to: number, asked?: Asked): Promise<V> {
	let y = x;
	for (let i = from; i < to; i++) {
		await run.ops.pause();
		y = await block(run, i, y, i === to - 1 ? asked : undefined);
	}
	return y;
}

/** The tokens' rows (T, D): scaled, projected, with token types and positions where the family has them. */
export async function enter<V, M, W>({ config, ops, weights: { globals } }: Run<V, M, W>): Promise<V> {
	const { embedding, width: D } = config;
	let x = ops.tap(undefined, 'embedding.rows', await ops.gather('table', 'id'));
	if (embedding.scale !== 1) x = ops.scale(x, embedding.scale);
	if (globals.embeddingProjection) x = ops.linear(x, { matrix: globals.embeddingProjection });
	if (embedding.types > 0) x = ops.add(x, await ops.gather('types', 'first'));
	if (embedding.positions?.kind === 'learned') x = ops.add(x, await ops.gather('positions', 'position'));
	if (embedding.positions?.kind === 'sinusoidal') x = ops.add(x, ops.sinusoids('positions', D));
	return x;
}

/** What block 0 receives (T, D): those rows, normed where the family does. */
export async function embed<V, M, W>({ config, ops, weights: { globals } }: Run<V, M, W>, rows: V): Promise<V> {
	const x = globals.embeddingNorm ? ops.norm(rows, config.embedding.norm!, globals.embeddingNorm) : rows;
	return ops.tap(undefined, 'embedding.output', x);
}

/** The last block's output (n, D), or any layer's → final states (n, W). */
export function finish<V, M, W>({ config, ops, weights: { globals } }: Run<V, M, W>, x: V): V {
	const { finalNorm, finalProjection } = globals;
	const normed = finalNorm ? ops.norm(x, config.finalNorm!, finalNorm) : x;
	return ops.tap(undefined, 'final.output', finalProjection ? ops.linear(normed, { matrix: finalProjection }) : normed);
}

/** An encoder's last states (S, D) → what the decoder's blocks `from` up to `to` remember of them. */
export async function readSource<V, M, W>(run: Run<V, M, W>, states: V, from = 0, to = run.config.blocks.length): Promise<void> {
	for (let i = from; i < to; i++) {
		await run.ops.pause();
		await readEncoder(run, i, states);
	}
}

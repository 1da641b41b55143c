// The feed-forward part: one pair (or trio) of matrices, or a router and experts of which each token sees a few.
// Experts: Shazeer et al. 2017 (arXiv 1701.06538); Fedus et al. 2021 (arXiv 2101.03961).

import type { Awaitable, BlockRun } from './ops.ts';

/** x (n, D) → (n, D). */
export async function feedForward<V, M, W>(block: BlockRun<V, M, W>, x: V): Promise<V> {
	const { tap, config } = block;
	const input = tap('feedForward.input', x);
	return tap('feedForward.output', config.feedForward.experts ? await mixture(block, input) : dense(block, input));
}

/** down · (activation(gate · x) · (up · x)), or down · activation(up · x) without a gate. */
function dense<V, M, W>({ ops, tap, config, weights: { feedForward: w } }: BlockRun<V, M, W>, x: V): V {
	const gate = w.gate && tap('feedForward.gate', ops.linear(x, w.gate));
	const up = tap('feedForward.up', ops.linear(x, w.up!));
	const hidden = tap('feedForward.hidden', ops.activate(config.feedForward.activation, up, gate));
	return ops.linear(hidden, w.down!);
}

/** Σ over the chosen experts of routing weight · expert(x). */
function mixture<V, M, W>({ ops, tap, config, weights: { feedForward: w } }: BlockRun<V, M, W>, x: V): Awaitable<V> {
	const { activation, experts } = config.feedForward;
	const weights = tap('feedForward.experts', ops.route(ops.linear(x, w.router!), experts!));
	return ops.mixture(x, weights, experts!.count, async (e, rows) => {
		const { gate, up, down } = await w.expert!(e);
		const gated = ops.linear(rows, gate);
		return ops.linear(ops.activate(activation, ops.linear(rows, up), gated), down);
	});
}

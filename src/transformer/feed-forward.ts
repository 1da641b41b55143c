// The feed-forward part: one pair (or trio) of matrices, or a router and experts of which each token sees a few.
// Experts: Shazeer et al. 2017 (arXiv 1701.06538); Fedus et al. 2021 (arXiv 2101.03961).

import { route } from '../compute/route.ts';
import type { ExpertsConfig, FeedForwardConfig } from '../spec/config.ts';
import type { ExpertParts, FeedForwardParts, Matrix } from '../weights/parts.ts';
import type { Run } from './run.ts';
import { tap } from './taps.ts';

type Parts = FeedForwardParts<Matrix, Float32Array>;

/** x (n, D) → (n, D). */
export async function feedForward(run: Run, at: string, x: Float32Array, config: FeedForwardConfig, w: Parts): Promise<Float32Array> {
	const D = run.config.width;
	const output = config.experts ? await throughExperts(run, at, x, config, config.experts, w) : dense(run, at, x, config, w);
	return tap(run.taps, `${at}.output`, output, D);
}

function dense(
	{ backend, taps, config: { width: D } }: Run,
	at: string,
	x: Float32Array,
	config: FeedForwardConfig,
	w: Parts,
): Float32Array {
	const n = x.length / D;
	const F = config.width;
	const gate = w.gate && tap(taps, `${at}.gate`, backend.linear(x, n, w.gate.matrix, w.gate.bias), F);
	const up = tap(taps, `${at}.up`, backend.linear(x, n, w.up!.matrix, w.up!.bias), F);
	const hidden = tap(taps, `${at}.hidden`, backend.activate(config.activation, up, gate), F);
	return backend.linear(hidden, n, w.down!.matrix, w.down!.bias);
}

async function throughExperts(
	run: Run,
	at: string,
	x: Float32Array,
	config: FeedForwardConfig,
	experts: ExpertsConfig,
	w: Parts,
): Promise<Float32Array> {
	const { backend, taps } = run;
	const D = run.config.width;
	const E = experts.count;
	const n = x.length / D;
	const shares = tap(taps, `${at}.experts`, route(backend.linear(x, n, w.router!.matrix, w.router!.bias), experts), E);
	const output = new Float32Array(x.length);
	for (let e = 0; e < E; e++) {
		const tokens = Array.from({ length: n }, (_, t) => t).filter((t) => shares[t * E + e] !== 0);
		if (tokens.length === 0) continue;
		const rows = new Float32Array(tokens.length * D);
		for (const [i, t] of tokens.entries()) rows.set(x.subarray(t * D, (t + 1) * D), i * D);
		const made = expert(run, rows, tokens.length, config, await w.expert!(e));
		for (const [i, t] of tokens.entries()) {
			for (let d = 0; d < D; d++) output[t * D + d]! += made[i * D + d]! * shares[t * E + e]!;
		}
	}
	return output;
}

function expert(
	{ backend }: Run,
	x: Float32Array,
	n: number,
	config: FeedForwardConfig,
	w: ExpertParts<Matrix, Float32Array>,
): Float32Array {
	const gate = backend.linear(x, n, w.gate.matrix, w.gate.bias);
	const up = backend.linear(x, n, w.up.matrix, w.up.bias);
	return backend.linear(backend.activate(config.activation, up, gate), n, w.down.matrix, w.down.bias);
}

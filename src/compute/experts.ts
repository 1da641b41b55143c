// Experts: a mixture's steps. Tokens are gathered per expert, so that an expert's weights are read once for all of its tokens and those of
// experts that nobody sees are not read at all. Shazeer et al. 2017 (arXiv 1701.06538)

import type { Lockstep } from './barrier.ts';
import type { Kernels } from './kernels.ts';
import { route } from './route.ts';
import { firstOf, lastOf } from './share.ts';
import type { ExpertsStep, Rows, Step } from './steps.ts';

type StepOf<Op> = Extract<Step, { op: Op }>;

/** The leader's work: E numbers a token. */
export function routeRows({ x, routing }: StepOf<'route'>, { floats }: Kernels, T: number, lockstep: Lockstep): void {
	if (lockstep.thread !== 0) return;
	for (let t = 0; t < T; t++) {
		const row = rowAt(floats, x, t, routing.count);
		row.set(route(row, routing));
	}
}

export function runExperts(
	{ x, shares, width, experts, gathered, made, out }: ExpertsStep,
	{ floats }: Kernels,
	T: number,
	lockstep: Lockstep,
	run: (steps: readonly Step[], tokens: number) => void,
): void {
	const from = firstOf(width, lockstep);
	const to = lastOf(width, lockstep);
	const meet = (): void => {
		if (lockstep.threads > 1) lockstep.barrier();
	};
	/** This thread's columns of a row. */
	const part = (rows: Rows, t: number): Float32Array =>
		floats.subarray((rows.at + t * rows.stride) / 4 + from, (rows.at + t * rows.stride) / 4 + to);
	for (let t = 0; t < T; t++) part(out, t).fill(0);
	for (const [e, steps] of experts.entries()) {
		const shareOf = (t: number): number => floats[(shares.at + t * shares.stride) / 4 + e]!;
		let count = 0;
		for (let t = 0; t < T; t++) if (shareOf(t) !== 0) part(gathered, count++).set(part(x, t));
		if (count === 0) continue;
		meet();
		run(steps, count);
		let i = 0;
		for (let t = 0; t < T; t++) {
			const factor = shareOf(t);
			if (factor === 0) continue;
			const sum = part(out, t);
			const row = part(made, i++);
			for (let d = 0; d < row.length; d++) sum[d]! += factor * row[d]!;
		}
		// The next expert's tokens come where these lie.
		meet();
	}
}

export function clampedActivate(
	{ gate, up, width, alpha, limit }: StepOf<'clampedActivate'>,
	{ floats }: Kernels,
	T: number,
	lockstep: Lockstep,
): void {
	// The rows that matmul gave this thread.
	const from = firstOf(Math.ceil(width / 8), lockstep);
	const to = lastOf(Math.ceil(width / 8), lockstep);
	for (let t = 0; t < T; t++) {
		const g = rowAt(floats, gate, t, gate.stride / 4);
		const u = rowAt(floats, up, t, up.stride / 4);
		for (let i = from * 8; i < to * 8; i++) {
			const x = Math.min(g[i]!, limit);
			g[i] = (Math.min(Math.max(u[i]!, -limit), limit) + 1) * (x / (1 + Math.exp(-alpha * x)));
		}
	}
}

function rowAt(floats: Float32Array, { at, stride }: Rows, t: number, width: number): Float32Array {
	return floats.subarray((at + t * stride) / 4, (at + t * stride) / 4 + width);
}

// Experts: a mixture's steps. Tokens are gathered per expert, so that an expert's weights are read once for all of its tokens and those of
// experts that nobody sees are not read at all. Shazeer et al. 2017 (arXiv 1701.06538)

import type { Kernels } from '../compute/kernels.ts';
import { routeRow } from '../compute/route.ts';
import type { Lockstep } from '../threads/barrier.ts';
import { firstOf, lastOf } from '../threads/share.ts';
import type { Execution, ExpertsStep, Rows, Step } from './steps.ts';

type StepOf<Op> = Extract<Step, { op: Op }>;

/** The main thread's work: E numbers a token. */
export function routeRows({ x, routing }: StepOf<'route'>, { floats }: Kernels, T: number, lockstep: Lockstep): void {
	if (lockstep.thread !== 0) return;
	for (let t = 0; t < T; t++) routeRow(floats, rowOf(x, t), routing);
}

/** `run`: runSteps, which this is a part of. */
export function runExperts(
	{ x, weights, width, experts, gathered, made, out }: ExpertsStep,
	execution: Execution,
	run: (steps: readonly Step[], execution: Execution, tokens: number) => void,
): void {
	const { kernels, lockstep, tokens: T } = execution;
	const { floats } = kernels;
	// This thread's columns of each row.
	const from = firstOf(width, lockstep);
	const to = lastOf(width, lockstep);
	for (let t = 0; t < T; t++) floats.fill(0, rowOf(out, t) + from, rowOf(out, t) + to);
	for (let e = 0; e < experts.length; e++) {
		let count = 0;
		for (let t = 0; t < T; t++) {
			if (floats[rowOf(weights, t) + e] === 0) continue;
			floats.copyWithin(rowOf(gathered, count++) + from, rowOf(x, t) + from, rowOf(x, t) + to);
		}
		if (count === 0) continue;
		if (lockstep.threads > 1) lockstep.barrier();
		run(experts[e]!, execution, count);
		let row = 0;
		for (let t = 0; t < T; t++) {
			const factor = floats[rowOf(weights, t) + e]!;
			if (factor === 0) continue;
			const sum = rowOf(out, t);
			const one = rowOf(made, row++);
			for (let d = from; d < to; d++) floats[sum + d]! += factor * floats[one + d]!;
		}
		// The next expert's tokens come where these lie.
		if (lockstep.threads > 1) lockstep.barrier();
	}
}

export function clampedActivate(
	{ gate, up, width, alpha, limit }: StepOf<'clampedActivate'>,
	{ floats }: Kernels,
	T: number,
	lockstep: Lockstep,
): void {
	// The rows that matmul gave this thread.
	const from = firstOf(Math.ceil(width / 8), lockstep) * 8;
	const to = lastOf(Math.ceil(width / 8), lockstep) * 8;
	for (let t = 0; t < T; t++) {
		const g = rowOf(gate, t);
		const u = rowOf(up, t);
		for (let i = from; i < to; i++) {
			const x = Math.min(floats[g + i]!, limit);
			floats[g + i] = (Math.min(Math.max(floats[u + i]!, -limit), limit) + 1) * (x / (1 + Math.exp(-alpha * x)));
		}
	}
}

/** Where a token's row begins among the floats. */
function rowOf({ at, stride }: Rows, t: number): number {
	return (at + t * stride) / 4;
}

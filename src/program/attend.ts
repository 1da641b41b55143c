// Attend: each text of a pass sees itself alone; one token and many go different ways through the kernels.

import type { Kernels } from '../compute/kernels.ts';
import type { Lockstep } from '../threads/barrier.ts';
import { firstOf, lastOf } from '../threads/share.ts';
import { attendMany } from './attend-many.ts';
import { attendByRows } from './attention-rows.ts';
import { firstSeen } from './seen.ts';
import type { AttendStep, Pass } from './steps.ts';

export function attend(step: AttendStep, kernels: Kernels, { tokens, first, positions }: Pass, lockstep: Lockstep): void {
	if (!positions) {
		attendText(step, kernels, 0, tokens, first, lockstep);
		return;
	}
	for (let start = 0, end = 0; start < tokens; start = end) {
		for (end = start + 1; end < tokens && positions[end] !== 0; end++);
		attendText(step, kernels, start, end - start, 0, lockstep);
	}
}

/** T tokens from the pass's token `start` on, the first of them at position `first` of a text that begins at row `start` of the cache. */
function attendText(step: AttendStep, kernels: Kernels, start: number, T: number, first: number, lockstep: Lockstep): void {
	if (step.bias) attendByRows(step, kernels, start, T, first, lockstep);
	else if (T === 1) attendOne(step, kernels, start, first, lockstep);
	else attendMany(step, kernels, start, T, first, lockstep);
}

// Each thread has its own: this module is loaded once a thread.
const query = [0, 0, 0, 0];
const out = [0, 0, 0, 0];

/** One token: four heads at a time that share a key head. */
function attendOne(step: AttendStep, kernels: Kernels, start: number, first: number, lockstep: Lockstep): void {
	const { heads: H, keyHeads: K, headWidth: Dh, capacity } = step;
	const { words, floats } = kernels;
	const group = H / K;
	const quads = Math.ceil(group / 4);
	const scratch = step.scratch + lockstep.thread * step.scratchStride;
	const numbers = scratch / 4;
	const from = firstSeen(step, first);
	const to = step.source ? words[step.source / 4]! : first + 1;
	const unitFrom = firstOf(K * quads, lockstep);
	const unitTo = lastOf(K * quads, lockstep);
	for (let unit = unitFrom; unit < unitTo; unit++) {
		const keyHead = Math.floor(unit / quads);
		for (let lane = 0; lane < 4; lane++) {
			// Missing lanes repeat the last one: the same work, the same result in the same place.
			const head = keyHead * group + Math.min((unit % quads) * 4 + lane, group - 1);
			words[numbers + lane] = from;
			words[numbers + 4 + lane] = to;
			floats[numbers + 8 + lane] = step.slopes ? floats[step.slopes / 4 + head]! : 0;
			floats[numbers + 12 + lane] = step.sinks ? floats[step.sinks / 4 + head]! : Number.NEGATIVE_INFINITY;
			query[lane] = step.query.at + start * step.query.stride + head * Dh * 4;
			out[lane] = step.out.at + start * step.out.stride + head * Dh * 4;
		}
		const cache = (keyHead * capacity + start) * Dh * 2;
		kernels.attend(
			query[0]!,
			query[1]!,
			query[2]!,
			query[3]!,
			out[0]!,
			out[1]!,
			out[2]!,
			out[3]!,
			step.cache.keys + cache,
			step.cache.values + cache,
			Dh,
			Dh * 2,
			from,
			to,
			step.cap,
			scratch,
			scratch + 16,
			scratch + 32,
			scratch + 48,
			scratch + 64,
		);
	}
}

// A program: the whole step for a token as one list of operations over one memory, that all threads walk in lockstep.
// Each operation says how its work is shared out; `meet` stands where one thread needs what another has made.

import { ACTIVATIONS } from './activations.ts';
import { attendMany } from './attend-many.ts';
import { attendByRows } from './attention-rows.ts';
import type { Lockstep } from './barrier.ts';
import { clampedActivate, routeRows, runExperts } from './experts.ts';
import { spaceHeads, vectorsFor } from './heads.ts';
import type { Kernels } from './kernels.ts';
import { firstOf, lastOf } from './share.ts';
import type { AttendStep, Pass, Step } from './steps.ts';

export type { AttendStep, BiasTable, Cache, Pass, PlacedMatrix, Program, Range, Rows, Step } from './steps.ts';

/** Walks the steps. Every thread calls this with the same program and pass. */
export function runSteps(steps: readonly Step[], kernels: Kernels, pass: Pass, lockstep: Lockstep, levels: number): void {
	let T = pass.tokens;
	for (const step of steps) {
		switch (step.op) {
			case 'meet':
				if (lockstep.threads > 1 && (step.when === 'always' || T > 1)) lockstep.barrier();
				break;
			case 'norm': {
				const { x, width, gain, bias, epsilon, centre, out } = step;
				// By fours, as quantise: what follows needs no meeting. x and out have the same stride.
				const from = T === 1 ? 0 : Math.min(firstOf(Math.ceil(T / 4), lockstep) * 4, T);
				const to = T === 1 ? 1 : Math.min(lastOf(Math.ceil(T / 4), lockstep) * 4, T);
				kernels.normalise(
					x.at + from * x.stride,
					to - from,
					width,
					x.stride,
					gain,
					bias,
					1,
					epsilon,
					centre ? 1 : 0,
					out.at + from * out.stride,
				);
				break;
			}
			case 'headNorm': {
				const { x, heads, width, gain, gains, epsilon, centre } = step;
				const { from, to, head, count } = headsOf(T, heads, lockstep);
				const own = gains === 1 ? gain : gain + head * width * 4;
				const vectors = vectorsFor(kernels, width);
				for (let token = from; token < to; token++) {
					const at = x.at + token * x.stride + head * width * 4;
					vectors.normalise(at, count, width, width * 4, own, 0, gains === 1 ? 1 : count, epsilon, centre ? 1 : 0, at);
				}
				break;
			}
			case 'rotate': {
				const { x, heads, headWidth, cos, sin, pairs, interleaved } = step;
				const { from, to, head, count } = headsOf(T, heads, lockstep);
				const vectors = vectorsFor(kernels, pairs);
				for (let token = from; token < to; token++) {
					const row = (pass.positions ? pass.positions[token]! : pass.first + token) * pairs * 4;
					const at = x.at + token * x.stride + head * headWidth * 4;
					vectors.rotate(at, 1, count, x.stride, headWidth * 4, cos + row, sin + row, pairs, interleaved ? 1 : 0);
				}
				break;
			}
			case 'spaceHeads': {
				const from = T === 1 ? 0 : firstOf(T, lockstep);
				const to = T === 1 ? Number(lockstep.thread === 0) : lastOf(T, lockstep);
				for (let token = from; token < to; token++) spaceHeads(kernels, step, token);
				break;
			}
			case 'multiply': {
				const { x, heads, headWidth, factor } = step;
				const { from, to, head, count } = headsOf(T, heads, lockstep);
				for (let token = from; token < to; token++)
					kernels.multiply(x.at + token * x.stride + head * headWidth * 4, factor, count * headWidth);
				break;
			}
			case 'keep': {
				const { x, heads, headWidth, capacity, cache } = step;
				const { from, to, head, count } = headsOf(T, heads, lockstep);
				for (let token = from; token < to; token++) {
					const at = x.at + token * x.stride + head * headWidth * 4;
					const row = cache + (head * capacity + pass.first + token) * headWidth * 2;
					kernels.keep(at, count, headWidth, headWidth * 4, row, capacity * headWidth * 2);
				}
				break;
			}
			case 'attend':
				attend(step, kernels, pass, lockstep);
				break;
			case 'route':
				routeRows(step, kernels, T, lockstep);
				break;
			case 'experts':
				runExperts(step, kernels, T, lockstep, (steps, tokens) => runSteps(steps, kernels, { tokens, first: 0 }, lockstep, levels));
				break;
			case 'clampedActivate':
				clampedActivate(step, kernels, T, lockstep);
				break;
			case 'quantise': {
				const { x, matrix, records } = step;
				const { columns, activations } = matrix.kind;
				const lanes = T === 1 ? 1 : 4;
				const from = T === 1 ? 0 : firstOf(Math.ceil(T / 4), lockstep);
				const to = T === 1 ? 1 : lastOf(Math.ceil(T / 4), lockstep);
				if (activations === 'float') {
					// One token is multiplied as it is.
					if (T > 1)
						kernels.interleave(
							x.at + from * 4 * x.stride,
							Math.min(to * 4, T) - from * 4,
							matrix.columns,
							records + from * 16 * matrix.columns,
						);
					break;
				}
				const groups = matrix.columns / columns;
				kernels.quantise(
					x.at + from * lanes * x.stride,
					Math.min(to * lanes, T) - from * lanes,
					groups,
					columns / 4,
					lanes,
					activations === 'signed' ? 0 : levels,
					records + from * lanes * groups * (8 + columns),
				);
				break;
			}
			case 'matmul': {
				const { matrix, x, records, y, add, bias } = step;
				const from = firstOf(Math.ceil(matrix.rows / 8), lockstep);
				const to = lastOf(Math.ceil(matrix.rows / 8), lockstep);
				if (bias && !add) kernels.spread(bias + from * 32, T, (to - from) * 8, y.stride, y.at + from * 32);
				if (bias && add) for (let t = 0; t < T; t++) kernels.add(y.at + t * y.stride + from * 32, bias + from * 32, (to - from) * 8);
				const { matmul, columns, activations } = matrix.kind;
				// One token's floats are multiplied as they are.
				const operand = activations === 'float' && T === 1 ? x.at : records;
				kernels[matmul](matrix.at, from, to, matrix.columns / columns, operand, T, y.at, y.stride, add || bias ? 1 : 0);
				break;
			}
			case 'activate': {
				const { activation, gate, up, width } = step;
				const from = firstOf(Math.ceil(width / 8), lockstep);
				const to = lastOf(Math.ceil(width / 8), lockstep);
				const number = ACTIVATIONS.indexOf(activation);
				for (let t = 0; t < T; t++) {
					const offset = from * 32;
					kernels.activate(number, gate.at + t * gate.stride + offset, up ? up.at + t * up.stride + offset : 0, (to - from) * 8);
				}
				break;
			}
			case 'add': {
				const { x, y, width } = step;
				const from = firstOf(width / 4, lockstep);
				const to = lastOf(width / 4, lockstep);
				for (let t = 0; t < T; t++) kernels.add(x.at + t * x.stride + from * 16, y.at + t * y.stride + from * 16, (to - from) * 4);
				break;
			}
			case 'last': {
				const { x, width, out } = step;
				kernels.spread(x.at + (T - 1) * x.stride, 1, width, 0, out.at);
				T = 1;
				break;
			}
			case 'scaleAndCap': {
				const { x, width, scale, cap } = step;
				const from = firstOf(Math.ceil(width / 8), lockstep);
				const to = lastOf(Math.ceil(width / 8), lockstep);
				for (let t = 0; t < T; t++) {
					const at = x.at + t * x.stride + from * 32;
					if (scale !== 1) kernels.multiply(at, scale, (to - from) * 8);
					if (cap > 0) kernels.cap(at, cap, (to - from) * 8);
				}
				break;
			}
			default:
				step satisfies never;
		}
	}
}

const part = { from: 0, to: 0, head: 0, count: 0 };

/** The tokens, and the heads of each, that are this thread's: whole tokens when there are many, some heads when there is one. One object for all. */
function headsOf(T: number, heads: number, lockstep: Lockstep): Readonly<typeof part> {
	const one = T === 1;
	part.head = one ? firstOf(heads, lockstep) : 0;
	part.count = one ? lastOf(heads, lockstep) - part.head : heads;
	part.from = one ? 0 : firstOf(T, lockstep);
	part.to = one ? Math.min(part.count, 1) : lastOf(T, lockstep);
	return part;
}

/** Each text sees itself alone. */
function attend(step: AttendStep, kernels: Kernels, { tokens, first, positions }: Pass, lockstep: Lockstep): void {
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
	const { heads: H, keyHeads: K, headWidth: Dh, capacity, causal, window } = step;
	const { words, floats } = kernels;
	const group = H / K;
	const quads = Math.ceil(group / 4);
	const scratch = step.scratch + lockstep.thread * step.scratchStride;
	const numbers = scratch / 4;
	const from = window ? Math.max(0, causal ? first - window + 1 : first - window) : 0;
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

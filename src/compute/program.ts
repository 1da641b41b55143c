// A program: the whole step for a token as one list of operations over one memory, that all threads walk in lockstep.
// Each operation says how its work is shared out; `meet` stands where one thread needs what another has made.

import { ACTIVATIONS } from './activations.ts';
import type { Lockstep } from './barrier.ts';
import { clampedActivate, routeRows, runExperts } from './experts.ts';
import type { Kernels } from './kernels.ts';
import { share } from './share.ts';
import type { AttendStep, Pass, Step } from './steps.ts';

export type { AttendStep, Cache, Pass, PlacedMatrix, Program, Range, Rows, Step } from './steps.ts';

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
				const [from, to] = T === 1 ? [0, 1] : share(Math.ceil(T / 4), lockstep).map((four) => Math.min(four * 4, T));
				kernels.normalise(
					x.at + from! * x.stride,
					to! - from!,
					width,
					x.stride,
					gain,
					bias,
					1,
					epsilon,
					centre ? 1 : 0,
					out.at + from! * out.stride,
				);
				break;
			}
			case 'headNorm': {
				const { x, heads, width, gain, gains, epsilon, centre } = step;
				eachHeads(T, heads, lockstep, (token, head, count) => {
					const at = x.at + token * x.stride + head * width * 4;
					const own = gains === 1 ? gain : gain + head * width * 4;
					kernels.normalise(at, count, width, width * 4, own, 0, gains === 1 ? 1 : count, epsilon, centre ? 1 : 0, at);
				});
				break;
			}
			case 'rotate': {
				const { x, heads, headWidth, cos, sin, pairs, interleaved } = step;
				eachHeads(T, heads, lockstep, (token, head, count) => {
					const row = (pass.positions ? pass.positions[token]! : pass.first + token) * pairs * 4;
					const at = x.at + token * x.stride + head * headWidth * 4;
					kernels.rotate(at, 1, count, x.stride, headWidth * 4, cos + row, sin + row, pairs, interleaved ? 1 : 0);
				});
				break;
			}
			case 'multiply': {
				const { x, heads, headWidth, factor } = step;
				eachHeads(T, heads, lockstep, (token, head, count) =>
					kernels.multiply(x.at + token * x.stride + head * headWidth * 4, factor, count * headWidth),
				);
				break;
			}
			case 'keep': {
				const { x, heads, headWidth, capacity, cache } = step;
				eachHeads(T, heads, lockstep, (token, head, count) => {
					const at = x.at + token * x.stride + head * headWidth * 4;
					const row = cache + (head * capacity + pass.first + token) * headWidth * 2;
					kernels.keep(at, count, headWidth, headWidth * 4, row, capacity * headWidth * 2);
				});
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
				const [from, to] = T === 1 ? [0, 1] : share(Math.ceil(T / 4), lockstep);
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
				const [from, to] = share(Math.ceil(matrix.rows / 8), lockstep);
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
				const [from, to] = share(Math.ceil(width / 8), lockstep);
				const number = ACTIVATIONS.indexOf(activation);
				for (let t = 0; t < T; t++) {
					const offset = from * 32;
					kernels.activate(number, gate.at + t * gate.stride + offset, up ? up.at + t * up.stride + offset : 0, (to - from) * 8);
				}
				break;
			}
			case 'add': {
				const { x, y, width } = step;
				const [from, to] = share(width / 4, lockstep);
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
				const [from, to] = share(Math.ceil(width / 8), lockstep);
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

/** Runs of heads that are this thread's: whole tokens when there are many, some heads when there is one. */
function eachHeads(T: number, heads: number, lockstep: Lockstep, work: (token: number, head: number, count: number) => void): void {
	if (T === 1) {
		const [from, to] = share(heads, lockstep);
		if (to > from) work(0, from, to - from);
		return;
	}
	const [from, to] = share(T, lockstep);
	for (let t = from; t < to; t++) work(t, 0, heads);
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

// Each thread has its own: this module is loaded once a thread.
const query = [0, 0, 0, 0];
const out = [0, 0, 0, 0];

/**
 * T tokens from the pass's token `start` on, whose text has position 0 at row `start` of the cache. Four query rows at a time: heads that
 * share a key head when there is one token, else four tokens of one head.
 */
function attendText(step: AttendStep, kernels: Kernels, start: number, T: number, first: number, lockstep: Lockstep): void {
	const { heads: H, keyHeads: K, headWidth: Dh, capacity, causal, window } = step;
	const { words, floats } = kernels;
	const group = H / K;
	const perHead = T === 1 ? 0 : Math.ceil(T / 4);
	const units = T === 1 ? K * Math.ceil(group / 4) : H * perHead;
	const scratch = step.scratch + lockstep.thread * step.scratchStride;
	const numbers = scratch / 4;
	const S = first + T;
	const [unitFrom, unitTo] = share(units, lockstep);
	for (let unit = unitFrom; unit < unitTo; unit++) {
		let from = S;
		let to = 0;
		let keyHead = 0;
		for (let lane = 0; lane < 4; lane++) {
			// Missing lanes repeat the last one: the same work, the same result in the same place.
			let head: number;
			let token: number;
			if (T === 1) {
				const quads = Math.ceil(group / 4);
				keyHead = Math.floor(unit / quads);
				head = keyHead * group + Math.min((unit % quads) * 4 + lane, group - 1);
				token = 0;
			} else {
				head = Math.floor(unit / perHead);
				keyHead = Math.floor(head / group);
				token = Math.min((unit % perHead) * 4 + lane, T - 1);
			}
			const position = first + token;
			const low = window ? Math.max(0, causal ? position - window + 1 : position - window) : 0;
			const high = causal ? position + 1 : window ? Math.min(S, position + window + 1) : S;
			words[numbers + lane] = low;
			words[numbers + 4 + lane] = high;
			floats[numbers + 8 + lane] = step.slopes ? floats[step.slopes / 4 + head]! : 0;
			floats[numbers + 12 + lane] = step.sinks ? floats[step.sinks / 4 + head]! : Number.NEGATIVE_INFINITY;
			from = Math.min(from, low);
			to = Math.max(to, high);
			query[lane] = step.query.at + (start + token) * step.query.stride + head * Dh * 4;
			out[lane] = step.out.at + (start + token) * step.out.stride + head * Dh * 4;
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

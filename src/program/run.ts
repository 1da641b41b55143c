// A program: a whole pass as one list of steps over one memory, which all threads walk together. Each operation says how its work is shared
// out; `meet` stands where one thread needs what another has made (transformer/kernels/barriers.ts knows both).

import { ACTIVATIONS } from '../compute/activations.ts';
import type { Lockstep } from '../threads/barrier.ts';
import { firstOf, lastOf } from '../threads/share.ts';
import { attend } from './attend.ts';
import { clampedActivate, routeRows, runExperts } from './experts.ts';
import { padHeads, vectorsFor } from './heads.ts';
import type { Execution, Step } from './steps.ts';

/** Walks the steps `from` up to `to`. Every thread calls this with the same program and pass. */
export function runSteps(steps: readonly Step[], execution: Execution, tokens: number, from = 0, to = steps.length): void {
	execution.tokens = tokens;
	for (let i = from; i < to; i++) (OPERATIONS[steps[i]!.op] as (step: Step, execution: Execution) => void)(steps[i]!, execution);
}

const OPERATIONS: { readonly [Op in Step['op']]: (step: Extract<Step, { op: Op }>, execution: Execution) => void } = {
	meet({ when }, { lockstep, tokens }) {
		if (lockstep.threads > 1 && (when === 'always' || (when === 'many') === tokens > 1)) lockstep.barrier();
	},
	/** By fours, as quantise: what follows needs no meeting. x and out have the same stride. */
	norm({ x, width, gain, bias, epsilon, centre, out }, { kernels, lockstep, tokens: T }) {
		const from = T === 1 ? 0 : Math.min(firstOf(Math.ceil(T / 4), lockstep) * 4, T);
		const to = T === 1 ? 1 : Math.min(lastOf(Math.ceil(T / 4), lockstep) * 4, T);
		const at = out.at + from * out.stride;
		kernels.normalise(x.at + from * x.stride, to - from, width, x.stride, gain, bias, 1, epsilon, centre ? 1 : 0, at);
	},
	headNorm({ x, heads, width, gain, gains, epsilon, centre }, { kernels, lockstep, tokens: T }) {
		const { from, to, head, count } = headsOf(T, heads, lockstep);
		const own = gains === 1 ? gain : gain + head * width * 4;
		const vectors = vectorsFor(kernels, width);
		for (let token = from; token < to; token++) {
			const at = x.at + token * x.stride + head * width * 4;
			vectors.normalise(at, count, width, width * 4, own, 0, gains === 1 ? 1 : count, epsilon, centre ? 1 : 0, at);
		}
	},
	rotate({ x, heads, headWidth, cos, sin, pairs, interleaved }, { kernels, pass, lockstep, tokens: T }) {
		const { from, to, head, count } = headsOf(T, heads, lockstep);
		const vectors = vectorsFor(kernels, pairs);
		for (let token = from; token < to; token++) {
			const row = (pass.positions ? pass.positions[token]! : pass.first + token) * pairs * 4;
			const at = x.at + token * x.stride + head * headWidth * 4;
			vectors.rotate(at, 1, count, x.stride, headWidth * 4, cos + row, sin + row, pairs, interleaved ? 1 : 0);
		}
	},
	padHeads(step, { kernels, lockstep, tokens: T }) {
		const { from, to, head, count } = headsOf(T, step.heads, lockstep);
		for (let token = from; token < to; token++) padHeads(kernels, step, token, head, count);
	},
	multiply({ x, heads, headWidth, factor }, { kernels, lockstep, tokens: T }) {
		const { from, to, head, count } = headsOf(T, heads, lockstep);
		for (let token = from; token < to; token++) kernels.multiply(x.at + token * x.stride + head * headWidth * 4, factor, count * headWidth);
	},
	store({ x, heads, headWidth, capacity, cache }, { kernels, pass, lockstep, tokens: T }) {
		const { from, to, head, count } = headsOf(T, heads, lockstep);
		for (let token = from; token < to; token++) {
			const at = x.at + token * x.stride + head * headWidth * 4;
			const row = cache + (head * capacity + pass.first + token) * headWidth * 2;
			kernels.keep(at, count, headWidth, headWidth * 4, row, capacity * headWidth * 2);
		}
	},
	attend: (step, { kernels, pass, lockstep }) => attend(step, kernels, pass, lockstep),
	route: (step, { kernels, lockstep, tokens }) => routeRows(step, kernels, tokens, lockstep),
	experts(step, execution) {
		const { tokens } = execution;
		runExperts(step, execution, runSteps);
		execution.tokens = tokens;
	},
	clampedActivate: (step, { kernels, lockstep, tokens }) => clampedActivate(step, kernels, tokens, lockstep),
	quantise({ x, matrix, records }, { kernels, lockstep, levels, tokens: T }) {
		const { columns, activations } = matrix.kind;
		const lanes = T === 1 ? 1 : 4;
		const from = T === 1 ? 0 : firstOf(Math.ceil(T / 4), lockstep);
		const to = T === 1 ? 1 : lastOf(Math.ceil(T / 4), lockstep);
		const at = x.at + from * lanes * x.stride;
		const count = Math.min(to * lanes, T) - from * lanes;
		if (activations === 'float') {
			// One token is multiplied as it is.
			if (T > 1) kernels.interleave(at, count, matrix.columns, records + from * 16 * matrix.columns);
			return;
		}
		const groups = matrix.columns / columns;
		const most = activations === 'signed' ? 0 : levels;
		kernels.quantise(at, count, groups, columns / 4, lanes, most, records + from * lanes * groups * (8 + columns));
	},
	matmul({ matrix, x, records, y, add, bias }, { kernels, lockstep, tokens: T }) {
		const from = firstOf(Math.ceil(matrix.rows / 8), lockstep);
		const to = lastOf(Math.ceil(matrix.rows / 8), lockstep);
		if (bias && !add) kernels.spread(bias + from * 32, T, (to - from) * 8, y.stride, y.at + from * 32);
		if (bias && add) for (let t = 0; t < T; t++) kernels.add(y.at + t * y.stride + from * 32, bias + from * 32, (to - from) * 8);
		const { matmul, columns, activations } = matrix.kind;
		// One token's floats are multiplied as they are.
		const operand = activations === 'float' && T === 1 ? x.at : records;
		kernels[matmul](matrix.at, from, to, matrix.columns / columns, operand, T, y.at, y.stride, add || bias ? 1 : 0);
	},
	activate({ activation, gate, up, width }, { kernels, lockstep, tokens: T }) {
		const from = firstOf(Math.ceil(width / 8), lockstep);
		const to = lastOf(Math.ceil(width / 8), lockstep);
		const number = ACTIVATIONS.indexOf(activation);
		for (let t = 0; t < T; t++) {
			const offset = from * 32;
			kernels.activate(number, gate.at + t * gate.stride + offset, up ? up.at + t * up.stride + offset : 0, (to - from) * 8);
		}
	},
	add({ x, y, width }, { kernels, lockstep, tokens: T }) {
		const from = firstOf(width / 4, lockstep);
		const to = lastOf(width / 4, lockstep);
		for (let t = 0; t < T; t++) kernels.add(x.at + t * x.stride + from * 16, y.at + t * y.stride + from * 16, (to - from) * 4);
	},
	last({ x, width, out }, execution) {
		execution.kernels.spread(x.at + (execution.tokens - 1) * x.stride, 1, width, 0, out.at);
		execution.tokens = 1;
	},
	scaleAndCap({ x, width, scale, cap }, { kernels, lockstep, tokens: T }) {
		const from = firstOf(Math.ceil(width / 8), lockstep);
		const to = lastOf(Math.ceil(width / 8), lockstep);
		for (let t = 0; t < T; t++) {
			const at = x.at + t * x.stride + from * 32;
			if (scale !== 1) kernels.multiply(at, scale, (to - from) * 8);
			if (cap > 0) kernels.cap(at, cap, (to - from) * 8);
		}
	},
};

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

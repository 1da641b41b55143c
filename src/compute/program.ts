// A program: the whole step for a token as one list of operations over one memory, that all threads walk in lockstep.
// Each operation says how its work is shared out; `meet` stands where one thread needs what another has made.

import { ACTIVATIONS, type ActivationName } from './activations.ts';
import { attendMany } from './attend-many.ts';
import type { Lockstep } from './barrier.ts';
import type { Kernels } from './kernels.ts';
import type { WeightKind } from './layouts.ts';

/** Byte offset in the memory; 0: there is none. */
type Place = number;

/** A matrix of weight records: M rows (in eights), N columns. */
export interface PlacedMatrix {
	readonly kind: WeightKind;
	readonly at: Place;
	readonly rows: number;
	readonly columns: number;
}

/** Rows of float32, T of them, `stride` bytes apart. */
export interface Rows {
	readonly at: Place;
	readonly stride: number;
}

/** Keys and values of one block in halves: K heads × capacity × Dh. */
export interface Cache {
	readonly keys: Place;
	readonly values: Place;
}

export type Step =
	/** All threads wait for each other: always, or only when there is more than one token (one token's small work is done by each thread). */
	| { readonly op: 'meet'; readonly when: 'always' | 'many' }
	/** Rows by token; one token's by every thread, so `out` is never `x`. */
	| {
			readonly op: 'norm';
			readonly x: Rows;
			readonly width: number;
			readonly gain: Place;
			readonly bias: Place;
			readonly epsilon: number;
			readonly centre: boolean;
			readonly out: Rows;
	  }
	/** Heads in place, shared out by token, or by head when there is one token. `gains`: 1, or a gain per head. */
	| {
			readonly op: 'headNorm';
			readonly x: Rows;
			readonly heads: number;
			readonly width: number;
			readonly gain: Place;
			readonly gains: number;
			readonly epsilon: number;
			readonly centre: boolean;
	  }
	/** Heads in place; angles in table `table` of the run. */
	| {
			readonly op: 'rotate';
			readonly x: Rows;
			readonly heads: number;
			readonly headWidth: number;
			readonly cos: Place;
			readonly sin: Place;
			readonly pairs: number;
			readonly interleaved: boolean;
	  }
	| { readonly op: 'multiply'; readonly x: Rows; readonly heads: number; readonly headWidth: number; readonly factor: number }
	/** Heads → rows of halves in a cache of `capacity` rows a head. */
	| {
			readonly op: 'keep';
			readonly x: Rows;
			readonly heads: number;
			readonly headWidth: number;
			readonly capacity: number;
			readonly cache: Place;
	  }
	| AttendStep
	| { readonly op: 'quantise'; readonly x: Rows; readonly matrix: PlacedMatrix; readonly records: Place }
	/** y ← W x, or y ← y + W x; bias first, if there is one. */
	| {
			readonly op: 'matmul';
			readonly matrix: PlacedMatrix;
			/** Activations as they are, and in records. */
			readonly x: Rows;
			readonly records: Place;
			readonly y: Rows;
			readonly add: boolean;
			readonly bias: Place;
	  }
	/** gate ← activation(gate) · up, on the rows that matmul gave this thread. */
	| {
			readonly op: 'activate';
			readonly activation: ActivationName;
			readonly gate: Rows;
			readonly up: Rows | undefined;
			readonly width: number;
	  }
	/** x ← x + y. */
	| { readonly op: 'add'; readonly x: Rows; readonly y: Rows; readonly width: number }
	/** Goes on with the last token alone: copies its row. */
	| { readonly op: 'last'; readonly x: Rows; readonly width: number; readonly out: Rows }
	| { readonly op: 'scaleAndCap'; readonly x: Rows; readonly width: number; readonly scale: number; readonly cap: number };

export interface AttendStep {
	readonly op: 'attend';
	readonly query: Rows;
	readonly out: Rows;
	readonly cache: Cache;
	/** H, K, Dh. */
	readonly heads: number;
	readonly keyHeads: number;
	readonly headWidth: number;
	readonly capacity: number;
	readonly cap: number;
	readonly causal: boolean;
	/** 0: none. */
	readonly window: number;
	/** H float32 each. */
	readonly slopes: Place;
	readonly sinks: Place;
	/** A thread's room (attend-many.ts). */
	readonly scratch: Place;
	readonly scratchStride: number;
}

export interface Program {
	readonly blocks: readonly Step[];
	/** States → all final states. */
	readonly states: readonly Step[];
	/** States → logits of the last token. */
	readonly logits: readonly Step[];
}

/** What a run starts from. */
export interface Pass {
	/** T and the position of the first one. */
	readonly tokens: number;
	readonly first: number;
	/** Several texts side by side, from row 0 of the cache on: each token's position in its own text. One begins at every 0. */
	readonly positions?: Int32Array | undefined;
}

/** This thread's part of `count` things: from the first one up to the last. Two functions, since a pair would be an object at every step. */
function firstOf(count: number, { thread, threads }: Lockstep): number {
	return Math.floor((count * thread) / threads);
}

function lastOf(count: number, { thread, threads }: Lockstep): number {
	return Math.floor((count * (thread + 1)) / threads);
}

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
				for (let token = from; token < to; token++) {
					const at = x.at + token * x.stride + head * width * 4;
					kernels.normalise(at, count, width, width * 4, own, 0, gains === 1 ? 1 : count, epsilon, centre ? 1 : 0, at);
				}
				break;
			}
			case 'rotate': {
				const { x, heads, headWidth, cos, sin, pairs, interleaved } = step;
				const { from, to, head, count } = headsOf(T, heads, lockstep);
				for (let token = from; token < to; token++) {
					const row = (pass.positions ? pass.positions[token]! : pass.first + token) * pairs * 4;
					const at = x.at + token * x.stride + head * headWidth * 4;
					kernels.rotate(at, 1, count, x.stride, headWidth * 4, cos + row, sin + row, pairs, interleaved ? 1 : 0);
				}
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
				if (scale !== 1) kernels.multiply(x.at + from * 32, scale, (to - from) * 8);
				if (cap > 0) kernels.cap(x.at + from * 32, cap, (to - from) * 8);
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
	if (T === 1) attendOne(step, kernels, start, first, lockstep);
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
	const to = first + 1;
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

// Observe: a pass of the kernels with hooks. It runs up to each point that is wanted, reads or replaces its values, and goes on; behind the last
// one it ends. A text of several chunks is joined: where values are replaced, all chunks come that far before one goes on.

import { type AttentionRows, attentionRows } from '../../program/attention-rows.ts';
import type { Hooks } from '../hooks.ts';
import type { TokenRange } from '../ops.ts';
import { type Chunk, type Machine, rowOf, Walk } from './chunks.ts';
import type { Tap } from './taps.ts';

export interface Observed {
	readonly hooks: Hooks;
	/** Position of the first new token: the cache holds those before it. */
	readonly start: number;
	/** Tokens of the text that an encoder has read; 0 without one. */
	readonly sourceLength: number;
	/** Of the new tokens, those whose final states are wanted; none when absent. */
	readonly final?: TokenRange | undefined;
	/** Stands before every chunk: other work goes on, and the run may be called off. */
	ready(): Promise<void>;
}

type Placed = Tap & { readonly shard: number };

/** Values of some heads and tokens of a point, as the chunks bring them: (heads, tokens, width). */
interface Gathered {
	readonly heads: readonly number[];
	readonly tokens: readonly number[];
	readonly width: number;
	readonly data: Float32Array;
}

/** rows (T, D): what enters the program. @returns final states (final.count, D), where they are wanted. */
export async function observe(machine: Machine, rows: Float32Array, T: number, observed: Observed): Promise<Float32Array | undefined> {
	const { hooks, final, ready } = observed;
	const isFinal = ({ point }: Tap): boolean => point.id === 'final.output' && final !== undefined;
	const wanted = (tap: Tap): boolean => hooks.wants(tap.point.name) || isFinal(tap);
	const taps = machine.shards.flatMap((part, shard) => part.taps.filter(wanted).map((tap): Placed => ({ ...tap, shard })));
	const walk = new Walk(machine, rows, T, observed.start);
	const values = new TapValues(machine, walk, T, observed);
	const { chunks } = walk;

	let finals: Gathered | undefined;
	/** What stands in place of the last group's end, and is still to be written. */
	let pending: { readonly tap: Placed; readonly values: Float32Array } | undefined;
	for (let start = 0, end = 0; start < taps.length; start = end) {
		// Points up to the next whose values are replaced.
		while (end < taps.length && !hooks.replaces(taps[end++]!.point.name));
		const group = taps.slice(start, end).map((tap) => {
			const { name } = tap.point;
			const replaced = hooks.replaces(name);
			const selected = hooks.selected(name);
			return {
				tap,
				whole: replaced ? values.gather(tap) : undefined,
				read: selected && !replaced ? values.gather(tap, selected) : undefined,
				final: isFinal(tap) && !replaced ? values.gather(tap, { tokens: upTo(final!.count).map((t) => final!.first + t) }) : undefined,
			};
		});
		for (const chunk of chunks) {
			await ready();
			if (chunks.length > 1 || start === 0) walk.enter(chunk);
			if (pending) values.put(pending.tap, chunk, pending.values);
			for (const { tap, whole, read, final } of group) {
				walk.advance(chunk, tap.shard, tap.at);
				if (tap.made) walk.run(chunk, tap.made);
				for (const gathered of [whole, read, final]) if (gathered) values.take(gathered, tap, chunk);
			}
			if (chunks.length > 1) walk.leave(chunk);
		}
		pending = undefined;
		for (const { tap, whole, read, final: own } of group) {
			const { name } = tap.point;
			if (own) finals = own;
			if (read) hooks.keep(name, { shape: shapeOf(tap, read), data: read.data });
			if (!whole) continue;
			const now = hooks.offer(name, shapeOf(tap, whole), whole.data);
			if (isFinal(tap)) finals = { ...whole, data: now.slice(final!.first * tap.width, (final!.first + final!.count) * tap.width) };
			else if (now !== whole.data) pending = { tap, values: now };
		}
	}
	return finals?.data;
}

function shapeOf({ point }: Tap, { heads, tokens, width }: Gathered): number[] {
	return point.shape.length === 3 ? [heads.length, tokens.length, width] : [tokens.length, width];
}

/** The values of points while a chunk stands at them: read, or replaced. */
class TapValues {
	readonly #machine: Machine;
	readonly #walk: Walk;
	readonly #T: number;
	readonly #observed: Observed;

	constructor(machine: Machine, walk: Walk, T: number, observed: Observed) {
		this.#machine = machine;
		this.#walk = walk;
		this.#T = T;
		this.#observed = observed;
	}

	/** An empty place for the values of some heads and tokens. */
	gather(tap: Placed, selected: { readonly heads?: readonly number[]; readonly tokens?: readonly number[] } = {}): Gathered {
		const [heads, tokens, width] = [selected.heads ?? upTo(tap.heads), selected.tokens ?? upTo(this.#T), this.#widthOf(tap)];
		return { heads, tokens, width, data: new Float32Array(heads.length * tokens.length * width) };
	}

	/** Takes what a chunk has of the heads and tokens that are gathered. */
	take({ heads, tokens, width, data }: Gathered, tap: Placed, chunk: Chunk): void {
		const read = this.#reader(tap, chunk);
		const { first, count } = chunk;
		for (const [i, h] of heads.entries()) {
			for (const [j, token] of tokens.entries()) {
				if (token >= first && token < first + count) data.set(read(h, token - first), (i * tokens.length + j) * width);
			}
		}
	}

	/** Puts other values in the place of a chunk's, where they differ. */
	put(tap: Placed, chunk: Chunk, values: Float32Array): void {
		const read = this.#reader(tap, chunk);
		const width = this.#widthOf(tap);
		const changed: { h: number; t: number; row: Float32Array }[] = [];
		for (let h = 0; h < tap.heads; h++) {
			for (let t = 0; t < chunk.count; t++) {
				const row = rowOf(values, h * this.#T + chunk.first + t, width);
				const old = read(h, t);
				if (row.some((value, i) => !Object.is(value, old[i]))) changed.push({ h, t, row });
			}
		}
		if (changed.length === 0) return;
		if (tap.attend) {
			const rows = attentionRows(this.#machine.kernels[tap.shard]!, tap.attend);
			const isScores = tap.point.kind === 'scores';
			for (const { h, t, row } of changed) chunk.weights.set(h * chunk.count + t, isScores ? rows.weights(h, row) : row.slice());
			if (!chunk.due.some(({ at }) => at === tap.at + 1)) chunk.due.push({ at: tap.at + 1, act: () => this.#mix(tap, chunk, rows) });
			return;
		}
		const olds = tap.restoreAt === undefined ? [] : changed.map(({ h, t }) => read(h, t).slice());
		for (const { h, t, row } of changed) read(h, t).set(row);
		if (tap.restoreAt !== undefined) {
			chunk.due.push({ at: tap.restoreAt, act: () => void changed.forEach(({ h, t }, i) => void read(h, t).set(olds[i]!)) });
		}
		if (tap.replacement) {
			this.#walk.run(chunk, tap.replacement.steps);
			chunk.at = tap.at + tap.replacement.skip;
		}
	}

	/** Contexts of the replaced weights, once attend has made all others. */
	#mix({ attend }: Placed, chunk: Chunk, rows: AttentionRows): void {
		const { out, headWidth } = attend!;
		const { floats } = this.#machine.kernels[chunk.shard]!;
		for (const [key, weights] of chunk.weights) {
			const [h, t] = [Math.floor(key / chunk.count), key % chunk.count];
			floats.set(rows.context(h, weights), (out.at + t * out.stride) / 4 + h * headWidth);
		}
		chunk.weights.clear();
	}

	/** Values of a row: of scores and weights one for each key. */
	#widthOf({ attend, width }: Tap): number {
		const { start, sourceLength } = this.#observed;
		return attend ? (attend.source ? sourceLength : start + this.#T) : width;
	}

	/** The values of one head and token of a chunk. */
	#reader(tap: Placed, chunk: Chunk): (h: number, t: number) => Float32Array {
		const kernels = this.#machine.kernels[tap.shard]!;
		const { x, width, attend } = tap;
		if (!attend) {
			return (h, t) => kernels.floats.subarray((x.at + t * x.stride) / 4 + h * width, (x.at + t * x.stride) / 4 + (h + 1) * width);
		}
		const rows = attentionRows(kernels, attend);
		const keys = this.#widthOf(tap);
		const scores = (h: number, t: number) => rows.scores(h, t, this.#observed.start + chunk.first + t, keys);
		if (tap.point.kind === 'scores') return scores;
		return (h, t) => chunk.weights.get(h * chunk.count + t) ?? rows.weights(h, scores(h, t));
	}
}

function upTo(n: number): number[] {
	return Array.from({ length: n }, (_, i) => i);
}

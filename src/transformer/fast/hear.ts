// Hear: a pass of the kernels with listeners. It runs up to each point that is listened to, reads or replaces its values, and goes on; behind
// the last one it ends. A text of several passes is joined: where values are replaced, all passes come that far before one goes on.

import { type AttentionRows, attentionRows } from '../../compute/attention-rows.ts';
import type { Crew } from '../../compute/crew.ts';
import type { Kernels } from '../../compute/kernels.ts';
import type { Range } from '../../compute/steps.ts';
import type { Listening } from '../listen.ts';
import type { Pick } from '../select.ts';
import type { Tap } from './builder.ts';
import type { Compiled } from './compile.ts';

export interface Hearing {
	readonly picks: ReadonlyMap<string, Pick>;
	readonly listening: Listening;
	/** Whether values are replaced at a point. */
	replaces(point: string): boolean;
	/** Of the tokens, those whose final states are wanted; none when absent. */
	readonly rows?: { readonly first: number; readonly count: number } | undefined;
}

export interface Ears {
	readonly crew: Crew;
	readonly kernels: readonly Kernels[];
	readonly parts: readonly Compiled[];
	readonly tokensAtOnce: number;
	/** What stands before every step: other work has its turn, and the run may be called off. */
	ready(): Promise<void>;
}

/** Tokens first … first + count of the text, and how far they have come. */
interface Chunk {
	readonly first: number;
	readonly count: number;
	part: number;
	at: number;
	/** What is to be done before step `at` of a part is run. */
	due: { readonly at: number; readonly act: () => void }[];
	/** Rows of weights that others put in place, by head · count + token. */
	weights: Map<number, Float32Array>;
	/** The rooms, while another chunk is in them. */
	saved: Float32Array[] | undefined;
}

type Placed = Tap & { readonly part: number };

/** Values of some heads and tokens of a point, as the passes bring them: (heads, tokens, width). */
interface Gathered {
	readonly heads: readonly number[];
	readonly tokens: readonly number[];
	readonly width: number;
	readonly data: Float32Array;
}

/** x (T, D): what enters the program. @returns final states (rows.count, D), where they are wanted. */
export async function hear(ears: Ears, x: Float32Array, T: number, hearing: Hearing): Promise<Float32Array | undefined> {
	const { kernels, parts, tokensAtOnce, crew } = ears;
	const { picks, listening, rows } = hearing;
	const wanted = (tap: Tap): boolean => listening.taps.wants(tap.point) || (tap.point === 'final.output' && rows !== undefined);
	const taps = parts.flatMap(({ taps }, part) => taps.filter(wanted).map((tap): Placed => ({ ...tap, part })));
	const chunks: Chunk[] = [];
	for (let first = 0; first < T; first += tokensAtOnce) {
		const count = Math.min(tokensAtOnce, T - first);
		chunks.push({ first, count, part: 0, at: 0, due: [], weights: new Map(), saved: undefined });
	}
	const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
	const gather = ({ heads, width, attend }: Tap, pick?: { heads?: readonly number[]; tokens?: readonly number[] }): Gathered => {
		const [h, t, w] = [pick?.heads ?? all(heads), pick?.tokens ?? all(T), attend ? T : width];
		return { heads: h, tokens: t, width: w, data: new Float32Array(h.length * t.length * w) };
	};

	const run = (chunk: Chunk, range: Range): void => crew.some(chunk.count, chunk.first, chunk.part, range);
	/** Runs a chunk up to a step, with what is due on the way. */
	const advance = (chunk: Chunk, part: number, at: number): void => {
		const upTo = (to: number): void => {
			if (to > chunk.at || (chunk.at === 0 && chunk.part > 0)) run(chunk, { list: 'blocks', from: chunk.at, to });
			chunk.at = to;
		};
		const through = (to: number): void => {
			for (const due of chunk.due.filter((one) => one.at <= to)) {
				upTo(due.at);
				due.act();
				chunk.due = chunk.due.filter((one) => one !== due);
			}
			upTo(to);
		};
		while (chunk.part < part) {
			through(parts[chunk.part]!.program.blocks.length);
			chunk.part++;
			chunk.at = 0;
		}
		through(at);
	};

	const enter = (chunk: Chunk): void => {
		const { rooms, input } = parts[chunk.part]!;
		const { floats } = kernels[chunk.part]!;
		if (chunk.saved) for (const [i, room] of rooms.all.entries()) floats.set(chunk.saved[i]!, room.at / 4);
		else for (let t = 0; t < chunk.count; t++) floats.set(rowOf(x, chunk.first + t, x.length / T), (input.at + t * input.stride) / 4);
	};
	const leave = (chunk: Chunk): void => {
		const { floats } = kernels[chunk.part]!;
		chunk.saved = parts[chunk.part]!.rooms.all.map(({ at, stride }) => floats.slice(at / 4, (at + chunk.count * stride) / 4));
	};

	/** The values of one head and token at a tap. */
	const reader = (tap: Placed, chunk: Chunk): ((h: number, t: number) => Float32Array) => {
		const { floats } = kernels[tap.part]!;
		if (!tap.attend) {
			return (h, t) =>
				floats.subarray((tap.x.at + t * tap.x.stride) / 4 + h * tap.width, (tap.x.at + t * tap.x.stride) / 4 + (h + 1) * tap.width);
		}
		const rows = attentionRows(kernels[tap.part]!, tap.attend);
		const scores = (h: number, t: number): Float32Array => rows.scores(h, t, chunk.first + t, T);
		if (tap.point.endsWith('.scores')) return scores;
		return (h, t) => chunk.weights.get(h * chunk.count + t) ?? rows.weights(h, scores(h, t));
	};
	const take = ({ heads, tokens, width, data }: Gathered, read: (h: number, t: number) => Float32Array, { first, count }: Chunk): void => {
		for (const [i, h] of heads.entries()) {
			for (const [j, token] of tokens.entries()) {
				if (token >= first && token < first + count) data.set(read(h, token - first), (i * tokens.length + j) * width);
			}
		}
	};

	/** Puts other values in the place of a chunk's, where they differ. */
	const put = (tap: Placed, chunk: Chunk, values: Float32Array): void => {
		const read = reader(tap, chunk);
		const width = tap.attend ? T : tap.width;
		const changed: { h: number; t: number; row: Float32Array }[] = [];
		for (let h = 0; h < tap.heads; h++) {
			for (let t = 0; t < chunk.count; t++) {
				const row = rowOf(values, h * T + chunk.first + t, width);
				const old = read(h, t);
				if (row.some((value, i) => !Object.is(value, old[i]))) changed.push({ h, t, row });
			}
		}
		if (changed.length === 0) return;
		if (tap.attend) {
			const rows = attentionRows(kernels[tap.part]!, tap.attend);
			const isScores = tap.point.endsWith('.scores');
			for (const { h, t, row } of changed) chunk.weights.set(h * chunk.count + t, isScores ? rows.weights(h, row) : row.slice());
			if (!chunk.due.some(({ at }) => at === tap.at + 1)) chunk.due.push({ at: tap.at + 1, act: () => mixed(tap, chunk, rows) });
			return;
		}
		const olds = tap.until === undefined ? [] : changed.map(({ h, t }) => read(h, t).slice());
		for (const { h, t, row } of changed) read(h, t).set(row);
		if (tap.until !== undefined) {
			chunk.due.push({ at: tap.until, act: () => void changed.forEach(({ h, t }, i) => void read(h, t).set(olds[i]!)) });
		}
		if (tap.instead) {
			run(chunk, tap.instead.steps);
			chunk.at = tap.at + tap.instead.skip;
		}
	};
	/** Contexts of the replaced weights, once attend has made all others. */
	const mixed = ({ attend }: Placed, chunk: Chunk, rows: AttentionRows): void => {
		const { out, headWidth } = attend!;
		const { floats } = kernels[chunk.part]!;
		for (const [key, weights] of chunk.weights) {
			const [h, t] = [Math.floor(key / chunk.count), key % chunk.count];
			floats.set(rows.context(h, weights), (out.at + t * out.stride) / 4 + h * headWidth);
		}
		chunk.weights.clear();
	};

	let finals: Gathered | undefined;
	let start = 0;
	/** What the last group's end put in place, and is still to be written. */
	let pending: { readonly tap: Placed; readonly values: Float32Array } | undefined;
	while (start < taps.length || pending) {
		// Points up to the next whose values are replaced.
		let end = start;
		while (end < taps.length && !hearing.replaces(taps[end++]!.point));
		const group = taps.slice(start, end).map((tap) => {
			const pick = picks.get(tap.point);
			const final = tap.point === 'final.output' && rows ? { tokens: all(rows.count).map((t) => rows.first + t) } : undefined;
			const replaced = hearing.replaces(tap.point);
			return {
				tap,
				replaced,
				whole: replaced ? gather(tap) : undefined,
				picked: pick && !replaced ? gather(tap, pick) : undefined,
				final: final && !replaced ? gather(tap, final) : undefined,
			};
		});
		if (group.length === 0) break;
		for (const chunk of chunks) {
			await ears.ready();
			if (chunks.length > 1 || start === 0) enter(chunk);
			if (pending) put(pending.tap, chunk, pending.values);
			for (const { tap, whole, picked, final } of group) {
				advance(chunk, tap.part, tap.at);
				if (tap.made) run(chunk, tap.made);
				const read = reader(tap, chunk);
				for (const gathered of [whole, picked, final]) if (gathered) take(gathered, read, chunk);
			}
			if (chunks.length > 1) leave(chunk);
		}
		pending = undefined;
		for (const { tap, whole, picked, final } of group) {
			if (final) finals = final;
			const { shape } = picks.get(tap.point)?.point ?? { shape: tap.heads > 1 || tap.attend ? ['H', 'T', 'Dh'] : ['T', 'D'] };
			const shaped = ({ heads, tokens, width }: Gathered): number[] =>
				shape.length === 3 ? [heads.length, tokens.length, width] : [tokens.length, width];
			if (picked) listening.points.set(tap.point, { shape: shaped(picked), data: picked.data });
			if (!whole) continue;
			const values = listening.taps.offer(tap.point, shaped(whole), whole.data);
			if (tap.point === 'final.output' && rows) {
				const width = tap.width;
				finals = { ...whole, data: values.slice(rows.first * width, (rows.first + rows.count) * width) };
			} else if (values !== whole.data) pending = { tap, values };
		}
		start = end;
		if (start >= taps.length) break;
	}
	return finals?.data;
}

function rowOf(data: Float32Array, row: number, width: number): Float32Array {
	return data.subarray(row * width, (row + 1) * width);
}

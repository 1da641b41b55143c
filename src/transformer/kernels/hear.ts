// Hear: a pass of the kernels with listeners. It runs up to each point that is listened to, reads or replaces its values, and goes on; behind
// the last one it ends. A text of several passes is joined: where values are replaced, all passes come that far before one goes on.

import type { Listening } from '../listen.ts';
import type { Pick } from '../select.ts';
import type { Tap } from './builder.ts';
import { type Chunk, createWalk, type Ears } from './chunks.ts';
import { hearSource } from './hear-source.ts';
import { createValues, type Placed, type Read } from './values.ts';

export interface Hearing {
	readonly picks: ReadonlyMap<string, Pick>;
	readonly listening: Listening;
	/** Whether values are replaced at a point. */
	replaces(point: string): boolean;
	/** Of the tokens, those whose final states are wanted; none when absent. */
	readonly rows?: { readonly first: number; readonly count: number } | undefined;
	/** An encoder's last states (S, D), which a decoder attends to. */
	readonly source?: Float32Array | undefined;
}

/** Values of some heads and tokens of a point, as the passes bring them: (heads, tokens, width). */
interface Gathered {
	readonly heads: readonly number[];
	readonly tokens: readonly number[];
	readonly width: number;
	readonly data: Float32Array;
}

/** x (T, D): what enters the program. @returns final states (rows.count, D), where they are wanted. */
export async function hear(ears: Ears, x: Float32Array, T: number, hearing: Hearing): Promise<Float32Array | undefined> {
	const { picks, listening, rows, source } = hearing;
	const S = source ? source.length / (x.length / T) : 0;
	if (source) await hearSource(ears, source, S, listening);
	const isFinal = (tap: Tap): boolean => tap.point.endsWith('final.output') && rows !== undefined;
	const wanted = (tap: Tap): boolean => listening.taps.wants(tap.point) || isFinal(tap);
	const taps = ears.parts.flatMap(({ taps }, part) => taps.filter(wanted).map((tap): Placed => ({ ...tap, part })));
	const walk = createWalk(ears, x, T);
	const { chunks } = walk;
	const { widthOf, reader, put } = createValues(ears, walk, T, S);
	const gather = (tap: Tap, pick?: { heads?: readonly number[]; tokens?: readonly number[] }): Gathered => {
		const [h, t, w] = [pick?.heads ?? all(tap.heads), pick?.tokens ?? all(T), widthOf(tap)];
		return { heads: h, tokens: t, width: w, data: new Float32Array(h.length * t.length * w) };
	};

	let finals: Gathered | undefined;
	let start = 0;
	/** What the last group's end put in place, and is still to be written. */
	let pending: { readonly tap: Placed; readonly values: Float32Array } | undefined;
	while (start < taps.length) {
		// Points up to the next whose values are replaced.
		let end = start;
		while (end < taps.length && !hearing.replaces(taps[end++]!.point));
		const group = taps.slice(start, end).map((tap) => {
			const pick = picks.get(tap.point);
			const final = rows && isFinal(tap) ? { tokens: all(rows.count).map((t) => rows.first + t) } : undefined;
			const replaced = hearing.replaces(tap.point);
			return {
				tap,
				replaced,
				whole: replaced ? gather(tap) : undefined,
				picked: pick && !replaced ? gather(tap, pick) : undefined,
				final: final && !replaced ? gather(tap, final) : undefined,
			};
		});
		for (const chunk of chunks) {
			await ears.ready();
			if (chunks.length > 1 || start === 0) walk.enter(chunk);
			if (pending) put(pending.tap, chunk, pending.values);
			for (const { tap, whole, picked, final } of group) {
				walk.advance(chunk, tap.part, tap.at);
				if (tap.made) walk.run(chunk, tap.made);
				const read = reader(tap, chunk);
				for (const gathered of [whole, picked, final]) if (gathered) take(gathered, read, chunk);
			}
			if (chunks.length > 1) walk.leave(chunk);
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
			if (rows && isFinal(tap)) {
				const width = tap.width;
				finals = { ...whole, data: values.slice(rows.first * width, (rows.first + rows.count) * width) };
			} else if (values !== whole.data) pending = { tap, values };
		}
		start = end;
	}
	return finals?.data;
}

const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Takes what a chunk has of the heads and tokens that are gathered. */
function take({ heads, tokens, width, data }: Gathered, read: Read, { first, count }: Chunk): void {
	for (const [i, h] of heads.entries()) {
		for (const [j, token] of tokens.entries()) {
			if (token >= first && token < first + count) data.set(read(h, token - first), (i * tokens.length + j) * width);
		}
	}
}

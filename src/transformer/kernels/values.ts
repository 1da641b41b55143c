// The values of a point while a chunk stands at it: read, or replaced by others.

import { type AttentionRows, attentionRows } from '../../program/attention-rows.ts';
import type { Tap } from './builder.ts';
import { type Chunk, type Ears, rowOf, type Walk } from './chunks.ts';

export type Placed = Tap & { readonly part: number };

/** The values of one head and token of a chunk. */
export type Read = (h: number, t: number) => Float32Array;

/** T: tokens of the whole text; S: those of its source, 0 without one. */
export function createValues({ kernels }: Ears, { run }: Walk, T: number, S: number) {
	/** Values of a row. */
	const widthOf = ({ attend, width }: Tap): number => (attend ? (attend.source ? S : T) : width);
	const reader = (tap: Placed, chunk: Chunk): Read => {
		const { floats } = kernels[tap.part]!;
		if (!tap.attend) {
			return (h, t) =>
				floats.subarray((tap.x.at + t * tap.x.stride) / 4 + h * tap.width, (tap.x.at + t * tap.x.stride) / 4 + (h + 1) * tap.width);
		}
		const rows = attentionRows(kernels[tap.part]!, tap.attend);
		const scores = (h: number, t: number): Float32Array => rows.scores(h, t, chunk.first + t, widthOf(tap));
		if (tap.point.endsWith('.scores')) return scores;
		return (h, t) => chunk.weights.get(h * chunk.count + t) ?? rows.weights(h, scores(h, t));
	};
	/** Puts other values in the place of a chunk's, where they differ. */
	const put = (tap: Placed, chunk: Chunk, values: Float32Array): void => {
		const read = reader(tap, chunk);
		const width = widthOf(tap);
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

	return { widthOf, reader, put };
}

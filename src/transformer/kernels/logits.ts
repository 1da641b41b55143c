// Logits of some states, a few at a time: through the final norm where they are any layer's, and the output table.

import type { Kernels } from '../../compute/kernels.ts';
import { TongsaError } from '../../errors.ts';
import type { Rows } from '../../program/steps.ts';
import type { Crew } from '../../program/thread-pool.ts';
import { type Compiled, LOGITS_AT_ONCE } from './compile.ts';

interface End {
	/** The last part: its number, D and V. */
	readonly part: number;
	readonly width: number;
	readonly vocabulary: number;
	readonly tokensAtOnce: number;
	ready(signal: AbortSignal | undefined): Promise<void>;
}

export function createLogits(
	file: string,
	crew: Crew,
	{ final, logits, states, output, program }: Compiled,
	{ floats }: Kernels,
	{ part, width: D, vocabulary: V, tokensAtOnce, ready }: End,
): (states: Float32Array, of: 'final' | 'any', signal?: AbortSignal) => Promise<Float32Array> {
	return async (made, of, signal) => {
		if (!final) throw noLogits(file);
		const n = made.length / D;
		const out = new Float32Array(n * V);
		const atOnce = Math.min(LOGITS_AT_ONCE, tokensAtOnce);
		for (let from = 0; from < n; from += atOnce) {
			await ready(signal);
			const count = Math.min(atOnce, n - from);
			const place = (room: Rows, rows: Float32Array): void => {
				for (let t = 0; t < count; t++) floats.set(rows.subarray(t * D, (t + 1) * D), (room.at + t * room.stride) / 4);
			};
			const rows = made.subarray(from * D, (from + count) * D);
			if (of === 'any') {
				place(output, rows);
				crew.some(count, 0, part, { list: 'states', from: 0, to: program.states.length });
			}
			place(final, of === 'any' ? unpadded(floats, states, count, D) : rows);
			crew.some(count, 0, part, { list: 'unembed', from: 0, to: program.unembed.length });
			out.set(unpadded(floats, logits!, count, V), from * V);
		}
		return out;
	};
}

/** Rows (T, width) without what they are filled up with; a view where that is nothing. */
export function unpadded(floats: Float32Array, { at, stride }: Rows, T: number, width: number): Float32Array {
	if (stride === width * 4) return floats.subarray(at / 4, at / 4 + T * width);
	const out = new Float32Array(T * width);
	for (let t = 0; t < T; t++) out.set(floats.subarray((at + t * stride) / 4, (at + t * stride) / 4 + width), t * width);
	return out;
}

export function noLogits(file: string): TongsaError {
	return new TongsaError('unsupported', 'the kernels make no logits of this model', { file, hint: 'Use precision exact' });
}

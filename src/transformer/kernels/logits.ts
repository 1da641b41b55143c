// Logits of some states, a few at a time: through the final norm where they are any layer's, and the output table.

import { TongsaError } from '../../errors.ts';
import type { Rows } from '../../program/steps.ts';
import { type Machine, rowOf } from './chunks.ts';
import { LOGITS_AT_ONCE } from './lower.ts';

/** n states (n, D) → logits (n, V). 'final': they have passed the final norm; 'any': any layer's, which pass it here. */
export async function logitsOf(
	file: string,
	{ pool, kernels, shards, batch }: Machine,
	{ states: given, of, vocabulary: V }: { readonly states: Float32Array; readonly of: 'final' | 'any'; readonly vocabulary: number },
	ready: () => Promise<void>,
): Promise<Float32Array> {
	const shard = shards.length - 1;
	const { final, logits, states, output, program, width: D } = shards[shard]!;
	if (!final || !logits) throw noLogits(file);
	const { floats } = kernels[shard]!;
	const n = given.length / D;
	const out = new Float32Array(n * V);
	const atOnce = Math.min(LOGITS_AT_ONCE, batch);
	for (let from = 0; from < n; from += atOnce) {
		await ready();
		const count = Math.min(atOnce, n - from);
		const place = (at: Rows, rows: Float32Array): void => {
			for (let t = 0; t < count; t++) floats.set(rowOf(rows, t, D), (at.at + t * at.stride) / 4);
		};
		const run = (list: 'states' | 'unembed'): void => pool.runSteps(count, 0, shard, { list, from: 0, to: program[list].length });
		const rows = given.subarray(from * D, (from + count) * D);
		if (of === 'any') {
			place(output, rows);
			run('states');
		}
		place(final, of === 'any' ? unpadded(floats, states, count, D) : rows);
		run('unembed');
		out.set(unpadded(floats, logits, count, V), from * V);
	}
	return out;
}

/** Rows (T, width) without their padding; a view where that is nothing. */
export function unpadded(floats: Float32Array, { at, stride }: Rows, T: number, width: number): Float32Array {
	if (stride === width * 4) return floats.subarray(at / 4, at / 4 + T * width);
	const out = new Float32Array(T * width);
	for (let t = 0; t < T; t++) out.set(floats.subarray((at + t * stride) / 4, (at + t * stride) / 4 + width), t * width);
	return out;
}

export function noLogits(file: string): TongsaError {
	return new TongsaError('unsupported', 'the kernels make no logits of this model', { file, hint: 'Use precision exact' });
}

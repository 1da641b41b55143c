// Hearing what the blocks of a decoder make of an encoder's states: keys and values, before the decoder's first token.

import type { Listening } from '../listen.ts';
import { type Ears, rowOf } from './chunks.ts';
import { keepSource } from './read-source.ts';
import type { Placed } from './values.ts';

/** S states (S, D). They alone make all keys and values: where some are replaced, everything is made once more with those in place. */
export async function hearSource(ears: Ears, states: Float32Array, S: number, { taps: heard }: Listening): Promise<void> {
	const taps = ears.parts.flatMap(({ sourceTaps }, part) =>
		sourceTaps.filter(({ point }) => heard.wants(point)).map((tap): Placed => ({ ...tap, part })),
	);
	/** Each head's row of a token in the rooms, and in the point's values (heads, S, width). */
	const eachRow = (
		tap: Placed,
		data: Float32Array,
		first: number,
		count: number,
		take: (room: Float32Array, row: Float32Array) => void,
	) => {
		const { x, width, heads, part } = tap;
		const { floats } = ears.kernels[part]!;
		for (let h = 0; h < heads; h++) {
			for (let t = 0; t < count; t++)
				take(rowOf(floats.subarray((x.at + t * x.stride) / 4), h, width), rowOf(data, h * S + first + t, width));
		}
	};

	const made = new Map(taps.map((tap) => [tap.point, new Float32Array(tap.heads * S * tap.width)]));
	await keepSource(ears, states, S, taps, (tap, first, count) =>
		eachRow(tap, made.get(tap.point)!, first, count, (room, row) => row.set(room)),
	);
	const others = new Map<string, Float32Array>();
	for (const { point, heads, width } of taps) {
		const data = made.get(point)!;
		const values = heard.offer(point, [heads, S, width], data);
		if (values !== data) others.set(point, values);
	}
	const replaced = taps.filter(({ point }) => others.has(point));
	if (replaced.length === 0) return;
	await keepSource(ears, states, S, replaced, (tap, first, count) =>
		eachRow(tap, others.get(tap.point)!, first, count, (room, row) => room.set(row)),
	);
}

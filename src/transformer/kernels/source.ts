// Source: an encoder's states → what each block of the decoder remembers of them, once for a text; with hooks or without.

import type { Hooks } from '../hooks.ts';
import { type Machine, rowOf } from './chunks.ts';
import type { Tap } from './taps.ts';

type Placed = Tap & { readonly shard: number };

/** Keys and values of S states (S, D). `visit` stands at each of `taps` with some of the tokens. */
export async function storeSource(
	{ pool, kernels, shards, batch }: Machine,
	states: Float32Array,
	S: number,
	ready: () => Promise<void>,
	taps: readonly Placed[] = [],
	visit: (tap: Placed, first: number, count: number) => void = () => {},
): Promise<void> {
	const D = states.length / S;
	for (const [shard, { program, input, source }] of shards.entries()) {
		const { floats, words } = kernels[shard]!;
		words[source / 4] = S;
		for (let first = 0; first < S; first += batch) {
			await ready();
			const count = Math.min(batch, S - first);
			for (let t = 0; t < count; t++) floats.set(rowOf(states, first + t, D), (input.at + t * input.stride) / 4);
			let from = 0;
			const runTo = (to: number): void => {
				if (to > from) pool.runSteps(count, first, shard, { list: 'source', from, to });
				from = to;
			};
			for (const tap of taps.filter((one) => one.shard === shard)) {
				runTo(tap.at);
				visit(tap, first, count);
			}
			runTo(program.source.length);
		}
	}
}

/** The same with hooks. The states alone make all keys and values: where some are replaced, everything is made once more with those in place. */
export async function observeSource(
	machine: Machine,
	states: Float32Array,
	S: number,
	ready: () => Promise<void>,
	hooks: Hooks,
): Promise<void> {
	const taps = machine.shards.flatMap(({ sourceTaps }, shard) =>
		sourceTaps.filter(({ point }) => hooks.wants(point.name)).map((tap): Placed => ({ ...tap, shard })),
	);
	/** Each head's row of a token in its buffer, and in the point's values (heads, S, width). */
	const eachRow = (tap: Placed, data: Float32Array, first: number, count: number, take: (own: Float32Array, row: Float32Array) => void) => {
		const { x, width, heads, shard } = tap;
		const { floats } = machine.kernels[shard]!;
		for (let h = 0; h < heads; h++) {
			for (let t = 0; t < count; t++)
				take(rowOf(floats.subarray((x.at + t * x.stride) / 4), h, width), rowOf(data, h * S + first + t, width));
		}
	};

	const made = new Map(taps.map((tap) => [tap.point.name, new Float32Array(tap.heads * S * tap.width)]));
	await storeSource(machine, states, S, ready, taps, (tap, first, count) =>
		eachRow(tap, made.get(tap.point.name)!, first, count, (own, row) => row.set(own)),
	);
	const others = new Map<string, Float32Array>();
	for (const { point, heads, width } of taps) {
		const data = made.get(point.name)!;
		const values = hooks.offer(point.name, [heads, S, width], data);
		if (values !== data) others.set(point.name, values);
	}
	const replaced = taps.filter(({ point }) => others.has(point.name));
	if (replaced.length === 0) return;
	await storeSource(machine, states, S, ready, replaced, (tap, first, count) =>
		eachRow(tap, others.get(tap.point.name)!, first, count, (own, row) => own.set(row)),
	);
}

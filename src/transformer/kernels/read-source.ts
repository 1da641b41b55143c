// Reading a source text: the encoder's states of it, and what each block of the decoder makes of them, once.

import type { Kernels } from '../../compute/kernels.ts';
import type { Crew, Part } from '../../program/thread-pool.ts';
import type { Ears } from './chunks.ts';
import type { Compiled } from './compile.ts';
import type { Placed } from './values.ts';

interface Reader {
	readonly encoder: { forward(ids: ArrayLike<number>, first: number, want: 'states', signal?: AbortSignal): Promise<Float32Array> };
	readonly crew: Crew;
	readonly kernels: readonly Kernels[];
	readonly parts: readonly Part[];
	readonly compiled: readonly Compiled[];
	readonly tokensAtOnce: number;
	ready(signal: AbortSignal | undefined): Promise<void>;
}

export async function readSource(reader: Reader, ids: ArrayLike<number>, signal?: AbortSignal): Promise<void> {
	const { encoder, crew, kernels, compiled, tokensAtOnce, ready } = reader;
	const states = await encoder.forward(ids, 0, 'states', signal);
	await keepSource({ crew, kernels, parts: compiled, tokensAtOnce, ready: () => ready(signal) }, states, ids.length);
}

/** Keys and values of S states (S, D). `visit` stands at each of `taps` with some of the tokens. */
export async function keepSource(
	{ crew, kernels, parts, tokensAtOnce, ready }: Ears,
	states: Float32Array,
	S: number,
	taps: readonly Placed[] = [],
	visit: (tap: Placed, first: number, count: number) => void = () => {},
): Promise<void> {
	const D = states.length / S;
	for (const [part, { program, input, source }] of parts.entries()) {
		const { floats, words } = kernels[part]!;
		words[source / 4] = S;
		for (let first = 0; first < S; first += tokensAtOnce) {
			await ready();
			const count = Math.min(tokensAtOnce, S - first);
			for (let t = 0; t < count; t++) floats.set(states.subarray((first + t) * D, (first + t + 1) * D), (input.at + t * input.stride) / 4);
			let from = 0;
			const runTo = (to: number): void => {
				if (to > from) crew.some(count, first, part, { list: 'source', from, to });
				from = to;
			};
			for (const tap of taps.filter((one) => one.part === part)) {
				runTo(tap.at);
				visit(tap, first, count);
			}
			runTo(program.source.length);
		}
	}
}

// Reading a source text: the encoder's states of it, and what each block of the decoder makes of them, once.

import type { Crew, Part } from '../../compute/crew.ts';
import type { Kernels } from '../../compute/kernels.ts';
import type { Compiled } from './compile.ts';

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
	const { encoder, crew, kernels, parts, compiled, tokensAtOnce, ready } = reader;
	const S = ids.length;
	const states = await encoder.forward(ids, 0, 'states', signal);
	const D = states.length / S;
	for (const [i, { program, input }] of parts.entries()) {
		const { floats, words } = kernels[i]!;
		words[compiled[i]!.source / 4] = S;
		for (let from = 0; from < S; from += tokensAtOnce) {
			await ready(signal);
			const count = Math.min(tokensAtOnce, S - from);
			for (let t = 0; t < count; t++) floats.set(states.subarray((from + t) * D, (from + t + 1) * D), (input.at + t * input.stride) / 4);
			crew.some(count, from, i, { list: 'source', from: 0, to: program.source.length });
		}
	}
}

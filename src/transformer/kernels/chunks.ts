// Chunks: a text on its way through the program, so many tokens of it at a time. Each runs as far as it is told; while another is in the rooms,
// what it had made there is kept.

import type { Kernels } from '../../compute/kernels.ts';
import type { Range } from '../../program/steps.ts';
import type { Crew } from '../../program/thread-pool.ts';
import type { Compiled } from './compile.ts';

export interface Ears {
	readonly crew: Crew;
	readonly kernels: readonly Kernels[];
	readonly parts: readonly Compiled[];
	readonly tokensAtOnce: number;
	/** What stands before every step: other work has its turn, and the run may be called off. */
	ready(): Promise<void>;
}

/** Tokens first … first + count of the text, and how far they have come. */
export interface Chunk {
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

export interface Walk {
	readonly chunks: readonly Chunk[];
	/** Brings a chunk into the rooms: what it had made, or the rows that enter the program. */
	enter(chunk: Chunk): void;
	leave(chunk: Chunk): void;
	run(chunk: Chunk, range: Range): void;
	/** Runs a chunk up to a step of a part, with what is due on the way. */
	advance(chunk: Chunk, part: number, at: number): void;
}

/** x (T, D): what enters the program. */
export function createWalk({ crew, kernels, parts, tokensAtOnce }: Ears, x: Float32Array, T: number): Walk {
	const D = x.length / T;
	const chunks: Chunk[] = [];
	for (let first = 0; first < T; first += tokensAtOnce) {
		const count = Math.min(tokensAtOnce, T - first);
		chunks.push({ first, count, part: 0, at: 0, due: [], weights: new Map(), saved: undefined });
	}

	const run = (chunk: Chunk, range: Range): void => crew.some(chunk.count, chunk.first, chunk.part, range);
	const upTo = (chunk: Chunk, to: number): void => {
		if (to > chunk.at || (chunk.at === 0 && chunk.part > 0)) run(chunk, { list: 'blocks', from: chunk.at, to });
		chunk.at = to;
	};
	const through = (chunk: Chunk, to: number): void => {
		for (const due of chunk.due.filter((one) => one.at <= to)) {
			upTo(chunk, due.at);
			due.act();
			chunk.due = chunk.due.filter((one) => one !== due);
		}
		upTo(chunk, to);
	};

	return {
		chunks,
		run,
		advance(chunk, part, at) {
			while (chunk.part < part) {
				through(chunk, parts[chunk.part]!.program.blocks.length);
				chunk.part++;
				chunk.at = 0;
			}
			through(chunk, at);
		},
		enter(chunk) {
			const { rooms, input } = parts[chunk.part]!;
			const { floats } = kernels[chunk.part]!;
			if (chunk.saved) for (const [i, room] of rooms.all.entries()) floats.set(chunk.saved[i]!, room.at / 4);
			else for (let t = 0; t < chunk.count; t++) floats.set(rowOf(x, chunk.first + t, D), (input.at + t * input.stride) / 4);
		},
		leave(chunk) {
			const { floats } = kernels[chunk.part]!;
			chunk.saved = parts[chunk.part]!.rooms.all.map(({ at, stride }) => floats.slice(at / 4, (at + chunk.count * stride) / 4));
		},
	};
}

export function rowOf(data: Float32Array, row: number, width: number): Float32Array {
	return data.subarray(row * width, (row + 1) * width);
}

// Chunks: a text on its way through the program, a batch of tokens at a time. Each runs as far as it is told; while another is in the activation
// buffers, what it had made there is saved.

import type { Kernels } from '../../compute/kernels.ts';
import type { Range } from '../../program/steps.ts';
import type { ThreadPool } from '../../program/thread-pool.ts';
import type { Compiled } from './compile.ts';

/** An opened model's programs, and who runs them. One entry a memory. */
export interface Machine {
	readonly pool: ThreadPool;
	readonly kernels: readonly Kernels[];
	readonly shards: readonly Compiled[];
	/** Tokens in one pass at most. */
	readonly batch: number;
}

/** New tokens first … first + count, and how far they have come. */
export interface Chunk {
	readonly first: number;
	readonly count: number;
	shard: number;
	at: number;
	/** What is to be done before step `at` of a shard is run. */
	due: { readonly at: number; readonly act: () => void }[];
	/** Rows of weights that others put in place, by head · count + token. */
	readonly weights: Map<number, Float32Array>;
	/** The activations, while another chunk is in the buffers. */
	saved: Float32Array[] | undefined;
}

export class Walk {
	readonly chunks: readonly Chunk[];
	readonly #machine: Machine;
	readonly #rows: Float32Array;
	readonly #start: number;
	readonly #width: number;

	/** `rows` (T, D): what enters the program. `start`: position of the first. */
	constructor(machine: Machine, rows: Float32Array, T: number, start: number) {
		this.#machine = machine;
		this.#rows = rows;
		this.#start = start;
		this.#width = rows.length / T;
		const firsts = Array.from({ length: Math.ceil(T / machine.batch) }, (_, i) => i * machine.batch);
		this.chunks = firsts.map((first) => {
			const count = Math.min(machine.batch, T - first);
			return { first, count, shard: 0, at: 0, due: [], weights: new Map(), saved: undefined };
		});
	}

	run(chunk: Chunk, range: Range): void {
		this.#machine.pool.runSteps(chunk.count, this.#start + chunk.first, chunk.shard, range);
	}

	/** Runs a chunk up to a step of a shard, with what is due on the way. */
	advance(chunk: Chunk, shard: number, at: number): void {
		while (chunk.shard < shard) {
			this.#through(chunk, this.#machine.shards[chunk.shard]!.program.blocks.length);
			chunk.shard++;
			chunk.at = 0;
		}
		this.#through(chunk, at);
	}

	/** Brings a chunk into the buffers: what it had made, or the rows that enter the program. */
	enter(chunk: Chunk): void {
		const { activations, input } = this.#machine.shards[chunk.shard]!;
		const { floats } = this.#machine.kernels[chunk.shard]!;
		if (chunk.saved) {
			for (const [i, { at }] of activations.entries()) floats.set(chunk.saved[i]!, at / 4);
			return;
		}
		for (let t = 0; t < chunk.count; t++) {
			floats.set(rowOf(this.#rows, chunk.first + t, this.#width), (input.at + t * input.stride) / 4);
		}
	}

	leave(chunk: Chunk): void {
		const { floats } = this.#machine.kernels[chunk.shard]!;
		const { activations } = this.#machine.shards[chunk.shard]!;
		chunk.saved = activations.map(({ at, bytes }) => floats.slice(at / 4, (at + bytes) / 4));
	}

	#through(chunk: Chunk, to: number): void {
		for (const due of chunk.due.filter((one) => one.at <= to)) {
			this.#upTo(chunk, due.at);
			due.act();
			chunk.due = chunk.due.filter((one) => one !== due);
		}
		this.#upTo(chunk, to);
	}

	#upTo(chunk: Chunk, to: number): void {
		if (to > chunk.at || (chunk.at === 0 && chunk.shard > 0)) this.run(chunk, { list: 'blocks', from: chunk.at, to });
		chunk.at = to;
	}
}

export function rowOf(data: Float32Array, row: number, width: number): Float32Array {
	return data.subarray(row * width, (row + 1) * width);
}

// Input rows: ids → what the program's first step reads, written straight into the kernels' memory. What is done to a row is what the model's
// code did (record.ts, Entry). A row is read from the file when its token is first met, and kept; so a token costs neither a read nor memory.

import type { Kernels } from '../../compute/kernels.ts';
import type { Rows } from '../../program/steps.ts';
import type { TransformerConfig } from '../../spec/config.ts';
import { sinusoids } from '../position.ts';
import type { Transformer } from '../transformer.ts';
import type { Entry } from './record.ts';

/** Rows that are kept take so many bytes at most: several thousand of them, most of what a text is made of. */
const ROWS_BYTES = 16 * 2 ** 20;
/** Positions are made, or read, for so many at a time. */
const POSITIONS_AT_ONCE = 256;

export interface InputRows {
	/**
	 * Puts the rows of ids[from] … ids[from + count − 1] into the input, with scale, type and position: positions[t] of the t-th, or first + t.
	 * False: some must be read first, which `finish` does.
	 */
	place(ids: ArrayLike<number>, from: number, count: number, first: number, positions?: Int32Array): boolean;
	/** Goes on with what `place` has left to do. @throws TongsaError 'out-of-range' for an id without a row. */
	finish(ids: ArrayLike<number>, from: number, count: number, signal?: AbortSignal): Promise<void>;
}

/** Rows that are kept: each has one place, by its id. */
function keptRows({ width, vocabulary }: TransformerConfig): number {
	return Math.max(1, Math.min(vocabulary, Math.floor(ROWS_BYTES / (width * 4))));
}

/** Bytes that input rows need in the memory. */
export function inputBytes(config: TransformerConfig, capacity: number): number {
	return (keptRows(config) + (config.embedding.positions ? 1 + capacity : 0)) * config.width * 4;
}

/** `reserved`: inputBytes of the kernels' memory. */
export function createInputRows(
	{ config, weights }: Transformer,
	kernels: Kernels,
	reserved: number,
	input: Rows,
	capacity: number,
	entry: Entry,
): InputRows {
	const { embedding, width: D } = config;
	const { floats } = kernels;
	const kept = keptRows(config);
	/** Whose row lies in each place; −1: nobody's. */
	const owners = new Int32Array(kept).fill(-1);
	const rows = reserved / 4;
	/** Position 0's; the row before it is that of tokens that do not count. */
	const positions = rows + (kept + 1) * D;
	const padding = embedding.positions?.kind === 'learned' ? embedding.positions.padding : undefined;
	/** Each token's position in the pass that is placed. */
	const positionsOf = new Int32Array(capacity);
	let positionsMade = 0;
	/** The position behind the last one of that pass. */
	let end = 0;
	/** Its tokens whose rows are not kept. */
	const missing: number[] = [];

	/** Positions from 0 on, as far as they are asked for. */
	async function makePositions(signal?: AbortSignal): Promise<void> {
		const to = Math.min(capacity, Math.ceil(end / POSITIONS_AT_ONCE) * POSITIONS_AT_ONCE);
		const first = positionsMade === 0 && padding !== undefined ? -1 : positionsMade;
		const numbers = Array.from({ length: to - first }, (_, i) => first + i);
		const { positions: kind } = embedding;
		const made =
			kind?.kind === 'learned'
				? await weights.positions(
						numbers.map((p) => p + kind.offset),
						signal,
					)
				: sinusoids(numbers, D);
		floats.set(made, positions + first * D);
		positionsMade = to;
	}

	async function readMissing(ids: ArrayLike<number>, from: number, signal?: AbortSignal): Promise<void> {
		const read = await weights.rows(
			missing.map((t) => ids[from + t]!),
			signal,
		);
		if (entry.scale !== 1) for (let i = 0; i < read.length; i++) read[i]! *= entry.scale;
		if (entry.types) {
			const type = await weights.type(signal);
			for (let i = 0; i < read.length; i++) read[i]! += type[i % D]!;
		}
		for (const [i, t] of missing.entries()) {
			const id = ids[from + t]!;
			const row = read.subarray(i * D, (i + 1) * D);
			floats.set(row, (input.at + t * input.stride) / 4);
			floats.set(row, rows + (id % kept) * D);
			owners[id % kept] = id;
		}
	}

	function addPositions(count: number): void {
		for (let t = 0; t < count; t++) kernels.add(input.at + t * input.stride, (positions + positionsOf[t]! * D) * 4, D);
	}

	/** Tokens of the id `padding` do not count, and the others of their text count on without them. A text begins at every 0. */
	function skipPadding(ids: ArrayLike<number>, from: number, count: number): void {
		let skipped = 0;
		for (let t = 0; t < count; t++) {
			if (positionsOf[t] === 0) skipped = 0;
			positionsOf[t]! -= skipped;
			if (ids[from + t] !== padding) continue;
			positionsOf[t] = -1;
			skipped++;
		}
	}

	return {
		place(ids, from, count, first, given) {
			missing.length = 0;
			end = 0;
			for (let t = 0; t < count; t++) {
				const id = ids[from + t]!;
				const row = rows + (id % kept) * D;
				if (owners[id % kept] === id) floats.copyWithin((input.at + t * input.stride) / 4, row, row + D);
				else missing.push(t);
				positionsOf[t] = given ? given[t]! : first + t;
				end = Math.max(end, positionsOf[t]! + 1);
			}
			if (padding !== undefined) skipPadding(ids, from, count);
			if (missing.length > 0 || (entry.positions && end > positionsMade)) return false;
			if (entry.positions) addPositions(count);
			return true;
		},
		async finish(ids, from, count, signal) {
			if (missing.length > 0) await readMissing(ids, from, signal);
			if (!entry.positions) return;
			if (end > positionsMade) await makePositions(signal);
			addPositions(count);
		},
	};
}

// Attention of many tokens: how query rows are gathered into tiles, and who does which. The kernels: kernels/attention-tiles.ts

import type { Kernels } from '../compute/kernels.ts';
import type { Lockstep } from '../threads/barrier.ts';
import { endSeen, firstSeen } from './seen.ts';
import type { AttendStep } from './steps.ts';

/** Query rows of a tile, and the bytes of the table that lists them: six columns of four bytes. */
const ROWS = 16;
const TABLE_BYTES = 6 * ROWS * 4;

/** Bytes of a thread's own memory: the table, queries, contexts and scores of a tile, and one head's keys and values in float32. */
export function attendScratch(capacity: number, headWidth: number): number {
	const keys = Math.ceil(capacity / 4) * 4 + 8;
	return Math.ceil((TABLE_BYTES + 2 * ROWS * headWidth * 4 + keys * ROWS * 4 + 2 * keys * headWidth * 4) / 64) * 64;
}

/**
 * Attention of T tokens of one text; start and first as in attend.ts. The query rows of all heads that share a key head stand token by
 * token, so that the rows of a tile see nearly the same keys.
 */
export function attendMany(step: AttendStep, kernels: Kernels, start: number, T: number, first: number, lockstep: Lockstep): void {
	const { heads: H, keyHeads: K, headWidth: Dh, capacity } = step;
	const group = H / K;
	const S = step.source ? kernels.words[step.source / 4]! : first + T;
	const rows = T * group;
	const tiles = Math.ceil(rows / ROWS);
	// The keys that any of them sees; opened from a four on.
	const begin = firstSeen(step, first) & ~3;
	const count = S - begin;
	const table = step.scratch + lockstep.thread * step.scratchStride;
	const keys = table + TABLE_BYTES;
	const values = keys + Math.ceil(count / 4) * 16 * Dh;
	const scratch = values + count * 4 * Dh;
	const { words, floats } = kernels;
	const numbers = table / 4;

	// Later tiles see more keys: threads take whole heads where these come out even, and turns where they do not.
	const { thread, threads } = lockstep;
	const even = K % threads === 0;
	const [headFrom, headTo] = even ? [(K * thread) / threads, (K * (thread + 1)) / threads] : [0, K];
	for (let keyHead = headFrom; keyHead < headTo; keyHead++) {
		const cache = (keyHead * capacity + start + begin) * Dh * 2;
		let opened = false;
		for (let tile = 0; tile < tiles; tile++) {
			if (!even && (keyHead * tiles + tile) % threads !== thread) continue;
			if (!opened) {
				kernels.openKeys(step.cache.keys + cache, count, Dh, keys);
				kernels.openValues(step.cache.values + cache, count, Dh, values);
				opened = true;
			}
			const eights = rows - tile * ROWS > 8 ? 2 : 1;
			let from = S;
			let to = 0;
			for (let lane = 0; lane < 8 * eights; lane++) {
				// Missing lanes repeat the last one: the same work, the same result in the same place.
				const row = Math.min(tile * ROWS + lane, rows - 1);
				const token = Math.floor(row / group);
				const head = keyHead * group + (row % group);
				const position = first + token;
				const low = firstSeen(step, position);
				const high = endSeen(step, position, S);
				words[numbers + lane] = step.query.at + (start + token) * step.query.stride + head * Dh * 4;
				words[numbers + ROWS + lane] = step.out.at + (start + token) * step.out.stride + head * Dh * 4;
				words[numbers + 2 * ROWS + lane] = low;
				words[numbers + 3 * ROWS + lane] = high;
				floats[numbers + 4 * ROWS + lane] = step.slopes ? floats[step.slopes / 4 + head]! : 0;
				floats[numbers + 5 * ROWS + lane] = step.sinks ? floats[step.sinks / 4 + head]! : Number.NEGATIVE_INFINITY;
				from = Math.min(from, low);
				to = Math.max(to, high);
			}
			kernels.attendTile(table, eights, keys, values, Dh, begin, count, from, to, step.cap, scratch);
		}
	}
}

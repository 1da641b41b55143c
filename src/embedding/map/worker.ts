// One worker of those that make a map: looks for neighbours in its part of the rows, and moves its part of the points.
// Runs in a worker of its own, or in the one that the model runs in (map-workers.ts).

import type { RowStore } from '../../compute/row-scorer.ts';
import { fromBfloat16 } from './bfloat16.ts';
import { type Places, type Round, roundOf } from './layout-round.ts';
import { rowScorer } from './row-scorer.ts';

/** Rows in the order of their groups, and the graph in the making. Memory that all workers see, where there is such. */
export interface SharedRows {
	readonly count: number;
	readonly width: number;
	readonly K: number;
	/** (V, width) in bfloat16. */
	readonly bytes: Uint8Array;
	/** Where each group begins; one more at the end. */
	readonly starts: Int32Array;
	/** (V, probes) groups that a row looks through, −1 from where it looks no further. */
	readonly looked: Int32Array;
	/** (V, K) places, nearest first, −1 where fewer are known; and their cosines. Only read here. */
	readonly near: Int32Array;
	readonly alike: Float32Array;
}

/** Neighbours that were found: of each row, which, and how alike. */
export interface Found {
	readonly places: readonly number[] | Int32Array;
	readonly ids: readonly number[] | Int32Array;
	readonly scores: readonly number[] | Float32Array;
}

/** Most neighbours of neighbours. */
const MOST_FURTHER = 512;

/** Puts a neighbour where it belongs among the K from `at` on; the last falls out. */
export function insert(ids: Int32Array, alike: Float32Array, at: number, K: number, id: number, score: number): void {
	let i = at + K - 1;
	for (; i > at && alike[i - 1]! < score; i--) {
		alike[i] = alike[i - 1]!;
		ids[i] = ids[i - 1]!;
	}
	alike[i] = score;
	ids[i] = id;
}

export type MapWorker = ReturnType<typeof createMapWorker>;

export function createMapWorker() {
	let shared: SharedRows;
	let [first, last] = [0, 0];
	let store: RowStore;
	let few: RowStore;
	let scores: Float32Array;
	let seen: Int32Array;
	let move: Round;
	const bytesOf = (from: number, to: number) => shared.bytes.subarray(from * shared.width * 2, to * shared.width * 2);
	const rowOf = (place: number) => fromBfloat16(bytesOf(place, place + 1));

	return {
		/** The places from `from` to `to` are this worker's to look through. */
		async take(rows: SharedRows, from: number, to: number): Promise<void> {
			const scorer = await rowScorer();
			const room = (count: number) => {
				const made = scorer.allocate('BF16', rows.width, count);
				if (!made) throw new RangeError(`no room for ${count} rows of ${rows.width} numbers`);
				return made;
			};
			[shared, first, last] = [rows, from, to];
			store = room(to - from);
			store.write(0, bytesOf(from, to));
			few = room(MOST_FURTHER);
			scores = new Float32Array(Math.max(MOST_FURTHER, to - from));
			seen = new Int32Array(rows.count).fill(-1);
		},

		/** For the rows in places `from` to `to`: the nearest of this worker's rows in the groups that each looks through. */
		through(from: number, to: number): Found {
			const { K, starts, looked, count } = shared;
			const probes = looked.length / count;
			const ids = new Int32Array((to - from) * K).fill(-1);
			const alike = new Float32Array((to - from) * K).fill(Number.NEGATIVE_INFINITY);
			for (let place = from; place < to; place++) {
				const query = rowOf(place);
				const at = (place - from) * K;
				for (let p = place * probes; p < (place + 1) * probes && looked[p]! >= 0; p++) {
					const begin = Math.max(first, starts[looked[p]!]!);
					const end = Math.min(last, starts[looked[p]! + 1]!);
					if (begin >= end) continue;
					store.dot(query, begin - first, end - begin, scores);
					for (let i = 0; i < end - begin; i++)
						if (scores[i]! > alike[at + K - 1]! && begin + i !== place) insert(ids, alike, at, K, begin + i, scores[i]!);
				}
			}
			return { places: Int32Array.from(ids, (_, i) => from + Math.floor(i / K)), ids, scores: alike };
		},

		/** For the rows in places `from` to `to`: neighbours of neighbours that are nearer than the last that is known. They are likely ones.
		 * Dong, Moses, Li 2011, Efficient k-nearest neighbor graph construction for generic similarity measures, section 2.2. */
		further(from: number, to: number): Found {
			const { K, near, alike } = shared;
			const found = { places: [] as number[], ids: [] as number[], scores: [] as number[] };
			for (let place = from; place < to; place++) {
				const known = near.subarray(place * K, (place + 1) * K).filter((one) => one >= 0);
				seen[place] = place;
				for (const one of known) seen[one] = place;
				const candidates: number[] = [];
				for (const one of known)
					for (const far of near.subarray(one * K, (one + 1) * K)) {
						if (far < 0 || seen[far] === place || candidates.length === MOST_FURTHER) continue;
						seen[far] = place;
						few.write(candidates.length, bytesOf(far, far + 1));
						candidates.push(far);
					}
				if (candidates.length === 0) continue;
				few.dot(rowOf(place), 0, candidates.length, scores);
				for (const [i, far] of candidates.entries()) {
					if (scores[i]! <= alike[(place + 1) * K - 1]!) continue;
					found.places.push(place);
					found.ids.push(far);
					found.scores.push(scores[i]!);
				}
			}
			seen.fill(-1);
			return found;
		},

		/** The points that are this worker's to move. */
		place(places: Places): void {
			move = roundOf(places);
		},

		/** One round of moving. */
		move(round: number): void {
			move(round);
		},
	};
}

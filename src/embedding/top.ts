// The k best of many scores, best first, ties to the lower id. A binary heap of k entries with the worst on top.

export interface Scored {
	readonly id: number;
	readonly score: number;
}

/** Whether a comes after b. */
function after(a: Scored, b: Scored): boolean {
	return a.score < b.score || (a.score === b.score && a.id > b.id);
}

/** For sort: best first. */
export function bestFirst(a: Scored, b: Scored): number {
	return b.score - a.score || a.id - b.id;
}

/**
 * The `k` best ids of 0 … count − 1 by `scoreOf`; ids whose score is NaN are left out.
 *
 *     topOf(4, 2, (id) => [3, 1, 3, 2][id]) // [{id: 0, score: 3}, {id: 2, score: 3}]
 */
export function topOf(count: number, k: number, scoreOf: (id: number) => number): Scored[] {
	const heap: Scored[] = [];
	for (let id = 0; id < count; id++) {
		const score = scoreOf(id);
		if (Number.isNaN(score)) continue;
		if (heap.length < k) {
			heap.push({ id, score });
			siftUp(heap);
		} else if (k > 0 && score > heap[0]!.score) {
			heap[0] = { id, score };
			siftDown(heap);
		}
	}
	return heap.sort(bestFirst);
}

function siftUp(heap: Scored[]): void {
	for (let i = heap.length - 1; i > 0; ) {
		const parent = (i - 1) >> 1;
		if (!after(heap[i]!, heap[parent]!)) return;
		[heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
		i = parent;
	}
}

function siftDown(heap: Scored[]): void {
	for (let i = 0; ; ) {
		const left = 2 * i + 1;
		if (left >= heap.length) return;
		const child = left + 1 < heap.length && after(heap[left + 1]!, heap[left]!) ? left + 1 : left;
		if (!after(heap[child]!, heap[i]!)) return;
		[heap[i], heap[child]] = [heap[child]!, heap[i]!];
		i = child;
	}
}

// A binary heap of u64, the least first. J. W. J. Williams, Algorithm 232, 1964.

let heap: usize = 0;
export let heapSize: u32 = 0;

/** An empty heap; `at` has room for all that will be in it at once. */
export function openHeap(at: usize): void {
	heap = at;
	heapSize = 0;
}

@inline
export function push(key: u64): void {
	let at = heapSize++;
	while (at > 0) {
		const parent = (at - 1) >> 1;
		const other = load<u64>(heap + (<usize>parent << 3));
		if (other <= key) break;
		store<u64>(heap + (<usize>at << 3), other);
		at = parent;
	}
	store<u64>(heap + (<usize>at << 3), key);
}

export function pop(): u64 {
	const least = load<u64>(heap);
	const last = load<u64>(heap + (<usize>(--heapSize) << 3));
	let at: u32 = 0;
	for (let child: u32 = 1; child < heapSize; child = 2 * at + 1) {
		let value = load<u64>(heap + (<usize>child << 3));
		if (child + 1 < heapSize) {
			const other = load<u64>(heap + (<usize>child << 3), 8);
			if (other < value) {
				value = other;
				child++;
			}
		}
		if (value >= last) break;
		store<u64>(heap + (<usize>at << 3), value);
		at = child;
	}
	store<u64>(heap + (<usize>at << 3), last);
	return least;
}

// snapshot: the used part of the cache of keys and values, copied out and in again.

/** Where a block keeps its keys, or its values: K heads, each with room for `capacity` rows. */
export interface CachePlace {
	readonly at: number;
	readonly heads: number;
	/** Bytes of one head's row. */
	readonly rowBytes: number;
}

export interface CacheMemory {
	readonly memory: WebAssembly.Memory;
	readonly caches: readonly CachePlace[];
}

/** Bytes that one token takes in all caches. */
export const tokenBytes = (memories: readonly CacheMemory[]): number =>
	memories.flatMap(({ caches }) => caches).reduce((sum, { heads, rowBytes }) => sum + heads * rowBytes, 0);

/** The first `length` tokens' rows, one head after the other. */
export function saveCache(memories: readonly CacheMemory[], capacity: number, length: number): Uint8Array {
	const out = new Uint8Array(length * tokenBytes(memories));
	let to = 0;
	eachHead(memories, capacity, (bytes, at, rowBytes) => {
		out.set(bytes.subarray(at, at + length * rowBytes), to);
		to += length * rowBytes;
	});
	return out;
}

/** The first `length` tokens' rows of a snapshot of `saved` tokens. */
export function restoreCache(
	memories: readonly CacheMemory[],
	capacity: number,
	snapshot: Uint8Array,
	saved: number,
	length: number,
): void {
	let from = 0;
	eachHead(memories, capacity, (bytes, at, rowBytes) => {
		bytes.set(snapshot.subarray(from, from + length * rowBytes), at);
		from += saved * rowBytes;
	});
}

function eachHead(
	memories: readonly CacheMemory[],
	capacity: number,
	visit: (bytes: Uint8Array, at: number, rowBytes: number) => void,
): void {
	for (const { memory, caches } of memories) {
		const bytes = new Uint8Array(memory.buffer);
		for (const { at, heads, rowBytes } of caches) for (let h = 0; h < heads; h++) visit(bytes, at + h * capacity * rowBytes, rowBytes);
	}
}

// ByteSource over bytes already in memory. Reads are views, not copies.

import { countedSource } from './counted.ts';
import type { ByteSource } from './source.ts';

/** `name` as it is to stand in messages and provenance. The bytes are not copied: they must not change. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
	// Whatever subclass comes in (Node's Buffer), plain arrays go out: its slice() would not copy.
	const { buffer, byteOffset: start, length: size } = bytes;
	return countedSource({
		name,
		identity: { byteLength: size },
		readRange: async (byteOffset, byteLength) => new Uint8Array(buffer, start + byteOffset, byteLength),
	});
}

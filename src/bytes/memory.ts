// ByteSource over bytes already in memory. Reads are views, not copies.

import { countedSource } from './counted.ts';
import type { ByteSource } from './source.ts';

export function memorySource(name: string, bytes: Uint8Array): ByteSource {
	return countedSource({
		name,
		identity: { byteLength: bytes.length },
		readRange: async (byteOffset, byteLength) => bytes.subarray(byteOffset, byteOffset + byteLength),
	});
}

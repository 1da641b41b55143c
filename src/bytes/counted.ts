// What every ByteSource does alike: checks the range, counts the bytes, refuses after close. A source adds how it reads.

import { TongsaError } from '../errors.ts';
import type { ByteSource, SourceIdentity } from './source.ts';

export interface Reader {
	readonly name: string;
	readonly identity: SourceIdentity;
	/** Exactly byteLength > 0 bytes from byteOffset; the range is known to lie within the source. */
	readRange(byteOffset: number, byteLength: number, signal: AbortSignal | undefined): Promise<Uint8Array>;
	close?(): Promise<void>;
}

/** A ByteSource around a Reader. bytesRead counts what has arrived, from `alreadyRead` on: what it took to open the source. */
export function countedSource(reader: Reader, alreadyRead = 0): ByteSource {
	const { name, identity } = reader;
	const { byteLength: size } = identity;
	let bytesRead = alreadyRead;
	let closed = false;
	return {
		name,
		identity,
		byteLength: size,
		get bytesRead() {
			return bytesRead;
		},
		async read(byteOffset, byteLength, signal) {
			signal?.throwIfAborted();
			if (closed) throw new TongsaError('closed', 'the file was closed', { file: name });
			if (!(Number.isSafeInteger(byteOffset) && byteOffset >= 0 && byteOffset <= size)) {
				throw new TongsaError('out-of-range', 'read outside the file', {
					file: name,
					field: 'byteOffset',
					got: byteOffset,
					allowed: `0 to ${size}, the file's size`,
				});
			}
			if (!(Number.isSafeInteger(byteLength) && byteLength >= 0 && byteLength <= size - byteOffset)) {
				throw new TongsaError('out-of-range', 'read beyond the end of the file', {
					file: name,
					byteOffset,
					field: 'byteLength',
					got: byteLength,
					allowed: `0 to ${size - byteOffset}, what follows this offset`,
				});
			}
			if (byteLength === 0) return new Uint8Array(0);
			const bytes = await reader.readRange(byteOffset, byteLength, signal);
			bytesRead += bytes.length;
			return bytes;
		},
		async close() {
			if (closed) return;
			closed = true;
			await reader.close?.();
		},
	};
}

/** A new array, or a typed refusal where the machine has no room for it. */
export function allocate(byteLength: number, file: string): Uint8Array<ArrayBuffer> {
	try {
		return new Uint8Array(byteLength);
	} catch (cause) {
		if (!(cause instanceof RangeError)) throw cause;
		throw new TongsaError('too-large', 'no memory for this many bytes at once', { file, got: byteLength }, { cause });
	}
}

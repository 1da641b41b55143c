// ByteSource over a Blob or File: what a page gets from a drop or a file picker.
// https://w3c.github.io/FileAPI/#reading-data-section: reading a file that changed on disk fails with NotReadableError.

import { TongsaError } from '../errors.ts';
import { countedSource } from './counted.ts';
import type { ByteSource } from './source.ts';

/** A File brings its own name and time of last change; a Blob has neither. */
export function blobSource(blob: Blob, name = 'name' in blob && typeof blob.name === 'string' ? blob.name : 'blob'): ByteSource {
	const modifiedMs = 'lastModified' in blob && typeof blob.lastModified === 'number' ? blob.lastModified : undefined;
	return countedSource({
		name,
		identity: { byteLength: blob.size, ...(modifiedMs === undefined ? {} : { modifiedMs }) },
		async readRange(byteOffset, byteLength, signal) {
			const bytes = await blob
				.slice(byteOffset, byteOffset + byteLength)
				.arrayBuffer()
				.catch((cause: unknown) => {
					throw new TongsaError(
						'changed',
						'the file can no longer be read: it was changed, moved or deleted since it was chosen',
						{ file: name, byteOffset, hint: 'Choose the file again' },
						{ cause },
					);
				});
			signal?.throwIfAborted();
			if (bytes.byteLength !== byteLength) {
				throw new TongsaError('changed', 'the file is shorter than when it was chosen', {
					file: name,
					byteOffset,
					got: bytes.byteLength,
					allowed: `${byteLength} bytes`,
				});
			}
			return new Uint8Array(bytes);
		},
	});
}

// ByteSource over a file on disk: positioned reads on one handle, and a look at size and time of change after each.

import { constants, fstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { allocate, countedSource } from '../../src/bytes/counted.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';

/** Most bytes that one read call takes: Node and Linux refuse 2 GiB and more. */
const MAX_READ = 2 ** 30;
/** Up to here a read is made at once: the system's cache gives a megabyte in 0.1 ms, and the way to another thread and back takes longer. */
const READ_AT_ONCE = 2 ** 20;

/** What a person did to get these, by the system's error code. */
const OPEN_ERRORS: Readonly<Record<string, { code: 'not-found' | 'unsupported' | 'too-large'; what: string }>> = {
	ENOENT: { code: 'not-found', what: 'no such file' },
	ENOTDIR: { code: 'not-found', what: 'no such file: a part of the path is not a folder' },
	EACCES: { code: 'not-found', what: 'no permission to read the file' },
	EPERM: { code: 'not-found', what: 'no permission to read the file' },
	ELOOP: { code: 'not-found', what: 'the links lead in a circle' },
	ENAMETOOLONG: { code: 'not-found', what: 'the path is too long for this system' },
	ERR_INVALID_ARG_VALUE: { code: 'not-found', what: 'the path holds a character that no path may hold' },
	EMFILE: { code: 'too-large', what: 'too many open files' },
	ENFILE: { code: 'too-large', what: 'too many open files' },
};

/** Closes the handle of a source that was dropped without close(): Node ends the process when it has to do that itself. */
const forgotten = new FinalizationRegistry<FileHandle>((handle) => void handle.close().catch(() => {}));

export async function fileSource(path: string): Promise<ByteSource> {
	// Without waiting: opening a pipe would otherwise last until somebody writes to it. (Windows has neither.)
	const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: NodeJS.ErrnoException) => {
		const known = OPEN_ERRORS[cause.code ?? ''];
		throw new TongsaError(
			known?.code ?? 'not-found',
			known?.what ?? `the file cannot be opened (${cause.code})`,
			{ file: path },
			{ cause },
		);
	});
	try {
		const opened = await handle.stat();
		if (!opened.isFile()) {
			throw new TongsaError('unsupported', opened.isDirectory() ? 'a folder, not a file' : 'not a regular file', { file: path });
		}
		async function readSome(bytes: Uint8Array, at: number, length: number, byteOffset: number): Promise<number> {
			if (length <= READ_AT_ONCE) return readSync(handle.fd, bytes, at, length, byteOffset);
			return (await handle.read(bytes, at, length, byteOffset)).bytesRead;
		}
		const source = countedSource({
			name: path,
			identity: { byteLength: opened.size, modifiedMs: opened.mtimeMs },
			async readRange(byteOffset, byteLength, signal) {
				const bytes = allocate(byteLength, path);
				for (let done = 0; done < byteLength; ) {
					signal?.throwIfAborted();
					const length = Math.min(byteLength - done, MAX_READ);
					const bytesRead = await readSome(bytes, done, length, byteOffset + done).catch((cause: NodeJS.ErrnoException) => {
						throw changed(path, byteOffset + done, `can no longer be read (${cause.code})`, { cause });
					});
					if (bytesRead === 0) throw changed(path, byteOffset + done, 'is shorter than when it was opened');
					done += bytesRead;
				}
				const now = fstatSync(handle.fd);
				if (now.size !== opened.size || now.mtimeMs !== opened.mtimeMs) {
					throw changed(path, byteOffset, 'changed since it was opened');
				}
				return bytes;
			},
			close() {
				forgotten.unregister(handle);
				return handle.close();
			},
		});
		forgotten.register(source, handle, handle);
		return source;
	} catch (error) {
		await handle.close();
		throw error;
	}
}

function changed(path: string, byteOffset: number, how: string, options?: ErrorOptions): TongsaError {
	return new TongsaError('changed', `the file ${how}`, { file: path, byteOffset, hint: 'Open it again' }, options);
}

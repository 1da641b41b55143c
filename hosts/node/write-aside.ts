// Writes a file aside and renames it when it is whole: no half-written file ever bears the name that was asked for.

import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TongsaError } from '../../src/errors.ts';
import type { ByteSink } from '../../src/formats/gguf/write.ts';

/** Runs `write` on a file beside `path`, then puts it there; on any error or abort nothing is left, and what stood at `path` stays. */
export async function writeAside<T>(path: string, write: (sink: ByteSink) => Promise<T>): Promise<T> {
	if ((await stat(path).catch(() => undefined))?.isDirectory()) {
		throw new TongsaError('usage', 'a folder stands where the file should go', { file: path, hint: 'Name a file in it' });
	}
	// Same folder: a rename across file systems would be a copy, and could be cut short.
	const aside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
	const handle = await open(aside, 'wx').catch((cause: NodeJS.ErrnoException) => {
		throw cannotWrite(path, cause);
	});
	try {
		let result: T;
		try {
			result = await write({ write: (bytes) => writeAll(handle, bytes) });
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(aside, path);
		return result;
	} catch (error) {
		await rm(aside, { force: true });
		throw isSystemError(error) ? cannotWrite(path, error) : error;
	}
}

/** A write call may take a part of the bytes only (a full disk, a signal): the rest follows. */
async function writeAll(handle: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
	for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
}

const REASONS: Readonly<Record<string, string>> = {
	ENOENT: 'its folder does not exist',
	ENOTDIR: 'a part of the path is no folder',
	EACCES: 'no permission',
	EPERM: 'no permission',
	EROFS: 'the disk is read-only',
	ENOSPC: 'the disk is full',
	EDQUOT: 'the quota is used up',
};

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && 'syscall' in error;
}

function cannotWrite(path: string, cause: NodeJS.ErrnoException): TongsaError {
	return new TongsaError('not-found', `the file cannot be written: ${REASONS[cause.code ?? ''] ?? cause.code}`, { file: path }, { cause });
}

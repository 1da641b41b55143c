// Writes a file aside and renames it when it is whole: no half-written file ever bears the name that was asked for.

import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, TongsaError } from '../../src/errors.ts';
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

/** What a person did to get these, by the system's error code. */
const REASONS: Readonly<Record<string, { readonly code: ErrorCode; readonly what: string }>> = {
	ENOENT: { code: 'not-found', what: 'its folder does not exist' },
	ENOTDIR: { code: 'not-found', what: 'a part of the path is no folder' },
	EACCES: { code: 'usage', what: 'no permission' },
	EPERM: { code: 'usage', what: 'no permission' },
	EROFS: { code: 'usage', what: 'the disk is read-only' },
	ENOSPC: { code: 'too-large', what: 'the disk is full' },
	EDQUOT: { code: 'too-large', what: 'the quota is used up' },
	EFBIG: { code: 'too-large', what: 'the disk takes no file of this size' },
};

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && 'syscall' in error;
}

export function cannotWrite(path: string, cause: NodeJS.ErrnoException, hint?: string): TongsaError {
	const { code, what } = REASONS[cause.code ?? ''] ?? { code: 'usage', what: String(cause.code) };
	return new TongsaError(code, `the file cannot be written: ${what}`, { file: path, ...(hint && { hint }) }, { cause });
}

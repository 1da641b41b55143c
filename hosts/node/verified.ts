// Whether a file is the one that is known by its SHA-256. It is read for this once: what was found is kept with the file's size, number and
// time of change, and holds until one of them differs.

import { createHash } from 'node:crypto';
import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from './download.ts';
import { makeFolder } from './make-folder.ts';
import { cacheFolder } from './places.ts';

export interface Known {
	readonly byteLength: number;
	readonly sha256: string;
}

/** False for one that is not there, too. Links are followed: caches of other tools are made of them. */
export async function isKnown(path: string, known: Known, signal?: AbortSignal): Promise<boolean> {
	const seen = await stampOf(path);
	if (seen?.byteLength !== known.byteLength) return false;
	const note = notePath(seen.path, known);
	if ((await readFile(note, 'utf8').catch(() => undefined)) === seen.stamp) return true;
	if ((await sha256Of(path, createHash('sha256'), signal)) !== known.sha256) return false;
	await keep(note, seen.stamp);
	return true;
}

/** The same for files side by side: the first that is not known ends it. */
export async function areKnown(paths: readonly string[], known: readonly Known[], signal?: AbortSignal): Promise<boolean> {
	for (const [i, path] of paths.entries()) if (!(await isKnown(path, known[i]!, signal))) return false;
	return true;
}

/** Keeps that a file has been checked by whoever made it. */
export async function remember(path: string, known: Known): Promise<void> {
	const seen = await stampOf(path);
	if (seen) await keep(notePath(seen.path, known), seen.stamp);
}

/** A cache that cannot be written is no error: the file is read again next time. */
async function keep(note: string, stamp: string): Promise<void> {
	await makeFolder(join(note, '..'))
		.then(() => writeFile(note, stamp))
		.catch(() => undefined);
}

const notePath = (path: string, { sha256 }: Known): string =>
	join(cacheFolder(), 'verified', `${sha256}-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`);

async function stampOf(path: string): Promise<{ path: string; byteLength: number; stamp: string } | undefined> {
	try {
		const [real, { size, ino, mtimeNs, ctimeNs }] = await Promise.all([realpath(path), stat(path, { bigint: true })]);
		return { path: real, byteLength: Number(size), stamp: `${size} ${ino} ${mtimeNs} ${ctimeNs}\n` };
	} catch {
		return undefined;
	}
}

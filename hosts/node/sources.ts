// Files and folders that a person names → sources to index. Nothing is left out in silence but what is hidden, and folders of packages.

import { opendir, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { TongsaError } from '../../src/errors.ts';
import type { Source } from '../../src/retrieval/indexing.ts';
import type { Metadata } from '../../src/retrieval/types.ts';
import type { DocumentReader } from './reading.ts';

/** Folders of other people's files. */
const LEFT_OUT = new Set(['node_modules', '__pycache__']);
/** Files of one run: their names alone take this many times 200 bytes. */
const MAX_FILES = 5_000_000;

/** How a file is named in a collection: absolute, with '/' between folders, composed (macOS gives decomposed Hangul). */
export const documentPath = (path: string): string => resolve(path).split(sep).join('/').normalize('NFC');

/** Every file under the places, each once, in order of its path. @throws TongsaError 'not-found'. */
export async function filesUnder(
	places: readonly string[],
	signal?: AbortSignal,
): Promise<{ readonly path: string; readonly size: number; readonly modifiedMs: number }[]> {
	const found = new Map<string, { path: string; size: number; modifiedMs: number }>();
	const folders = new Set<string>();
	for (const place of places) for (const path of await expanded(place)) await visit(path, true);
	return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));

	async function visit(path: string, named: boolean): Promise<void> {
		signal?.throwIfAborted();
		const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
			if (named) throw new TongsaError('not-found', 'no such file or folder', { file: path, ...(error.code && { got: error.code }) });
			return undefined; // a link to nowhere, or gone meanwhile
		});
		if (facts?.isFile()) {
			if (found.size >= MAX_FILES) throw new TongsaError('too-large', 'too many files', { allowed: String(MAX_FILES) });
			found.set(path, { path, size: facts.size, modifiedMs: facts.mtimeMs });
		} else if (facts?.isDirectory()) {
			// By its real path, so that links in a circle end.
			const real = await realpath(path);
			if (folders.has(real)) return;
			folders.add(real);
			for await (const entry of await opendir(path)) {
				if (entry.name.startsWith('.') || LEFT_OUT.has(entry.name)) continue;
				await visit(join(path, entry.name), false);
			}
		}
	}
}

/** A name as it stands where there is such a file, else as a glob. */
async function expanded(place: string): Promise<string[]> {
	const path = resolve(place);
	if (!/[*?[{]/.test(place) || (await stat(path).catch(() => undefined))) return [path];
	const { glob } = await import('node:fs/promises');
	const found: string[] = [];
	for await (const match of glob(place)) found.push(resolve(match));
	if (found.length === 0) throw new TongsaError('not-found', 'no file matches', { got: place });
	return found;
}

export async function fileSources(
	places: readonly string[],
	reader: DocumentReader,
	metadata?: Metadata,
	signal?: AbortSignal,
): Promise<Source[]> {
	return (await filesUnder(places, signal)).map(({ path, size, modifiedMs }) => ({
		path: documentPath(path),
		size,
		modifiedMs,
		...(metadata && { metadata }),
		read: (inner) => reader.read(path, inner),
	}));
}

/** Whether a document of the collection lies under one of the places: those that are gone are removed. */
export function underAny(places: readonly string[]): (path: string) => boolean {
	const roots = places.map(documentPath);
	return (path) => roots.some((root) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`));
}

// Folders whose model files requests may name by path. Everything else that a request says is only ever a name.

import { realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { filesOf } from '../../hosts/node/folder.ts';
import { TongsaError } from '../../src/errors.ts';
import type { Served } from './registry.ts';

/** @throws TongsaError 'not-found' for a folder that is not there. */
export async function allowedFolders(folders: readonly string[]): Promise<(id: string) => Promise<Served | undefined>> {
	const roots = await Promise.all(
		folders.map((folder) =>
			realpath(folder).catch(() => {
				throw new TongsaError('not-found', 'no such folder', { field: '--allow-folder', got: folder });
			}),
		),
	);
	return async (id) => {
		if (id.includes('\0')) return undefined;
		for (const root of roots) {
			const place = await realpath(isAbsolute(id) ? id : resolve(root, id)).catch(() => undefined);
			if (place && isBelow(place, root) && (await areBelow(place, root))) return { id, reference: place };
		}
		return undefined;
	};
}

/** Links are followed before the comparison: one that leads out of the folder leads nowhere. */
const isBelow = (place: string, root: string): boolean => place.startsWith(root.endsWith(sep) ? root : root + sep);

/** Whether all that opening the path would read lies below the folder: the files beside it and in it may be links, too. */
async function areBelow(path: string, root: string): Promise<boolean> {
	const files = await filesOf(path).catch(() => undefined); // opening it says why
	const places = files?.chosen.map((name) => realpath(join(files.folder, name)).catch(() => undefined)) ?? [];
	return (await Promise.all(places)).every((place) => place === undefined || isBelow(place, root));
}

// Folders whose model files requests may name by path. Everything else that a request says is only ever a name.

import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
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
			// Links are followed before the comparison: one that leads out of the folder leads nowhere.
			if (place?.startsWith(root.endsWith(sep) ? root : root + sep)) return { id, reference: place };
		}
		return undefined;
	};
}

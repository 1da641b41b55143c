// GET /: the studio's files, and the package's models that it opens.

import { join, normalize, sep } from 'node:path';
import { PACKAGED } from '../../../hosts/node/packaged.ts';
import { packagedModel } from '../../../hosts/node/places.ts';
import type { App, Service } from '../service.ts';
import { file } from './file.ts';

/** Files that may be fetched from /models/. */
const MODELS = new Set(PACKAGED.map(({ file }) => file));

export function studioRoutes(app: App, { studio }: Service): void {
	app.get('/models/:file', async (c, next) => {
		const name = c.req.param('file');
		return MODELS.has(name) ? ((await file(c, packagedModel(name))) ?? next()) : next();
	});
	if (studio === undefined) {
		app.get('/', (c) => c.redirect('/docs'));
		return;
	}
	app.get('*', async (c, next) => {
		const path = normalize(decoded(c.req.path));
		const within = path.endsWith(sep) ? `${path}index.html` : path;
		if (within.includes('\0') || within.split(sep).includes('..')) return next();
		return (await file(c, join(studio, within))) ?? next();
	});
}

/** What is not well encoded names no file. */
function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

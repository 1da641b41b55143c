// GET /: the studio's files, and the package's models that it opens, with the headers that threads in a browser need.
// https://developer.mozilla.org/en-US/docs/Web/API/Window/crossOriginIsolated

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { PACKAGED } from '../../../hosts/node/packaged.ts';
import { packagedModel } from '../../../hosts/node/places.ts';
import type { App, Asked, Service } from '../service.ts';

const ISOLATION = {
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-embedder-policy': 'require-corp',
	'cross-origin-resource-policy': 'same-origin',
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
};

const TYPES: Readonly<Record<string, string>> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.json': 'application/json',
	'.wasm': 'application/wasm',
	'.woff2': 'font/woff2',
	'.png': 'image/png',
};

/** Files that may be fetched from /models/. */
const MODELS = new Set(PACKAGED.filter(({ ranks }) => ranks === undefined).map(({ file }) => file));

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

/** The file, or the part of it that a Range asks for; undefined where there is none. */
async function file(c: Asked, path: string): Promise<Response | undefined> {
	const found = await stat(path).catch(() => undefined);
	if (!found?.isFile()) return undefined;
	const headers = {
		...ISOLATION,
		'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
		'accept-ranges': 'bytes',
		etag: `"${found.size.toString(36)}-${Math.floor(found.mtimeMs).toString(36)}"`,
		'cache-control': path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
	};
	if (c.req.header('if-none-match') === headers.etag) return c.body(null, 304, headers);
	const range = rangeOf(c.req.header('range'), found.size);
	if (range === 'none') return c.body(null, 416, { ...headers, 'content-range': `bytes */${found.size}` });
	const [first, last] = range ?? [0, found.size - 1];
	const more = { 'content-length': String(last - first + 1), ...(range && { 'content-range': `bytes ${first}-${last}/${found.size}` }) };
	if (found.size === 0 || c.req.method === 'HEAD') return c.body(null, range ? 206 : 200, { ...headers, ...more });
	const body = Readable.toWeb(createReadStream(path, { start: first, end: last })) as ReadableStream;
	return c.body(body, range ? 206 : 200, { ...headers, ...more });
}

/** One range of bytes, first and last; undefined where none is asked for (RFC 9110 §14). */
function rangeOf(header: string | undefined, size: number): readonly [number, number] | 'none' | undefined {
	const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
	if (from === undefined || (from === '' && to === '')) return undefined;
	const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
	const last = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to));
	return first <= last && first < size ? [first, last] : 'none';
}

// A file of the disk as an answer: whole or a range of its bytes, with the headers that threads in a browser need.
// https://developer.mozilla.org/en-US/docs/Web/API/Window/crossOriginIsolated

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Asked } from '../service.ts';

/**
 * Nothing is loaded from anywhere else, and no other page frames this one. Connections go where a learner's model file lies (https:, or
 * another server of his own). https://www.w3.org/TR/CSP3/
 */
const CONTENT_SECURITY = [
	"default-src 'self'",
	"script-src 'self' 'unsafe-eval'", // WebAssembly, and the map's WebGL library, which writes its draw calls as functions
	"worker-src 'self' blob:",
	"style-src 'self' 'unsafe-inline'",
	"img-src 'self' data: blob:",
	"font-src 'self' data:",
	"connect-src 'self' https: http: data: blob:",
	"object-src 'none'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join('; ');

const ISOLATION = {
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-embedder-policy': 'require-corp',
	'cross-origin-resource-policy': 'same-origin',
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'content-security-policy': CONTENT_SECURITY,
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

/** The file, or the part of it that a Range asks for; undefined where there is none. */
export async function file(c: Asked, path: string): Promise<Response | undefined> {
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

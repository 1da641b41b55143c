// A loopback server for browser tests: files of the repo with byte ranges, TypeScript with its types stripped, nothing else.
// Ranges: RFC 9110 §14, single range only, which is all that the library asks for.

import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join, normalize, resolve } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
	'.ts': 'text/javascript',
	'.js': 'text/javascript',
	'.html': 'text/html; charset=utf-8',
	'.css': 'text/css',
	'.json': 'application/json',
	'.wasm': 'application/wasm',
	'.svg': 'image/svg+xml',
};

export interface StaticServer {
	readonly origin: string;
	/** Every request's method, path and Range header, in order. */
	readonly requests: readonly { readonly path: string; readonly range: string | undefined }[];
	close(): Promise<void>;
}

/** Serves `root` on a free loopback port, cross-origin isolated so that shared memory is there. */
export async function serveStatic(root: string): Promise<StaticServer> {
	const requests: { path: string; range: string | undefined }[] = [];
	const base = resolve(root);
	const server = createServer((request, response) => {
		const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
		requests.push({ path, range: request.headers.range });
		response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
		response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
		response.setHeader('Accept-Ranges', 'bytes');
		const file = join(base, normalize(path));
		const stat = file.startsWith(base) ? statSync(file, { throwIfNoEntry: false }) : undefined;
		if (path === '/') return response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Tongsa test</title>');
		if (!stat?.isFile()) return response.writeHead(404).end();
		response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
		response.setHeader('ETag', `"${stat.size}-${stat.mtimeMs}"`);
		if (extname(file) === '.ts') return response.end(stripTypeScriptTypes(readFileSync(file, 'utf8')));
		const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
		if (!range) {
			response.setHeader('Content-Length', stat.size);
			return request.method === 'HEAD' ? response.end() : createReadStream(file).pipe(response);
		}
		const start = Number(range[1]);
		const end = Math.min(range[2] ? Number(range[2]) : stat.size - 1, stat.size - 1);
		if (start > end) return response.writeHead(416, { 'Content-Range': `bytes */${stat.size}` }).end();
		response.writeHead(206, { 'Content-Range': `bytes ${start}-${end}/${stat.size}`, 'Content-Length': end - start + 1 });
		return createReadStream(file, { start, end }).pipe(response);
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return {
		origin: `http://localhost:${port(server)}`,
		requests,
		close() {
			server.closeAllConnections();
			return new Promise((done) => server.close(() => done()));
		},
	};
}

function port(server: Server): number {
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server is not listening on a port');
	return address.port;
}

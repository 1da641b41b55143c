// A server on the loopback that plays the Hugging Face Hub and an Ollama registry, with ranges and with faults on request.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Faults {
	/** Ends the connection after this many bytes of each file's body, this many times. */
	cutAfter?: number;
	cuts?: number;
	/** Waits this long between chunks of 16 kB. */
	slowMs?: number;
	/** Answers with the whole file whatever range is asked for. */
	noRanges?: boolean;
	/** Sends bodies from another host behind a signed address, as the Hub does; that host refuses who brings it a token. */
	redirect?: boolean;
	/** Answers so many requests for bodies with 429, and asks to wait for so many seconds. */
	busy?: number;
	retryAfter?: number;
	/** Listings and manifests without an end. */
	endless?: boolean;
	/** Sends this many bytes more than the file has, without saying how many come. */
	beyond?: number;
	/** The commit that the listing names. */
	commit?: string;
	/** Claims this size in the listing. */
	claimedSize?: number;
	/** Claims this hash in the listing. */
	claimedSha256?: string;
}

export interface HubServer {
	readonly url: string;
	readonly faults: Faults;
	/** Requests for file bodies: path and Range. */
	readonly requests: { readonly path: string; readonly range: string | undefined }[];
	/** Name → content; may be changed between requests. */
	readonly files: Map<string, Buffer>;
	close(): Promise<void>;
}

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Serves repository `owner/repo` and Ollama model `library/tiny:latest`, whose model layer is the file 'model.gguf'. */
export async function hubServer(files: Map<string, Buffer>): Promise<HubServer> {
	const faults: Faults = {};
	const requests: HubServer['requests'] = [];
	const server = createServer((request, response) => {
		const path = decodeURIComponent(new URL(request.url!, 'http://x').pathname);
		if (faults.endless && /^\/(?:api|v2)\//.test(path)) return void pour(response);
		const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
		if (/^\/api\/models\/owner\/repo\/revision\//.test(path)) return json(listing(files, faults));
		if (path === '/v2/library/tiny/manifests/latest') return json(manifest(files.get('model.gguf')!));
		const file = /^\/owner\/repo\/resolve\/[^/]+\/(.+)$/.exec(path)?.[1];
		const digest = /^\/v2\/library\/tiny\/blobs\/sha256:(\w+)$/.exec(path)?.[1];
		const body = file ? files.get(file) : [...files.values()].find((bytes) => sha256(bytes) === digest);
		if (!body) return response.writeHead(404).end();
		if ((faults.busy ?? 0) > 0) {
			faults.busy!--;
			return response.writeHead(429, { 'retry-after': String(faults.retryAfter ?? 0) }).end();
		}
		// 'localhost' is another origin than '127.0.0.1'.
		const signed = new URL(request.url!, 'http://x').searchParams.get('signature') === sha256(body);
		if (faults.redirect && !signed) {
			const { port } = server.address() as AddressInfo;
			return response.writeHead(302, { location: `http://localhost:${port}${request.url}?signature=${sha256(body)}` }).end();
		}
		if (faults.redirect && request.headers.authorization !== undefined) return response.writeHead(400).end();
		requests.push({ path, range: request.headers.range });
		return void serve(request, response, body, faults);
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		faults,
		requests,
		files,
		close: () =>
			new Promise((done) => {
				server.close(() => done());
				server.closeAllConnections();
			}),
	};
}

const listing = (files: Map<string, Buffer>, { claimedSize, claimedSha256, commit }: Faults) => ({
	sha: commit ?? COMMIT,
	siblings: [...files].map(([rfilename, bytes]) => ({
		rfilename,
		size: claimedSize ?? bytes.length,
		...(bytes.length > 10_000
			? { lfs: { sha256: claimedSha256 ?? sha256(bytes), size: bytes.length } }
			: { blobId: sha256(bytes).slice(0, 40) }),
	})),
});

const manifest = (model: Buffer) => ({
	schemaVersion: 2,
	layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${sha256(model)}`, size: model.length }],
});

/** Spaces, until the other side has enough. */
async function pour(response: ServerResponse): Promise<void> {
	response.writeHead(200, { 'content-type': 'application/json' });
	const closed = once(response, 'close');
	while (!response.destroyed) if (!response.write(Buffer.alloc(2 ** 16, ' '))) await Promise.race([closed, once(response, 'drain')]);
}

async function serve(request: IncomingMessage, response: ServerResponse, body: Buffer, faults: Faults): Promise<void> {
	const etag = `"${sha256(body).slice(0, 16)}"`;
	const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
	const matches = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
	const partial = range !== null && matches && !faults.noRanges;
	const start = partial ? Number(range[1]) : 0;
	const end = partial && range[2] ? Math.min(Number(range[2]), body.length - 1) : body.length - 1;
	if (partial && start >= body.length) return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
	response.writeHead(partial ? 206 : 200, {
		etag,
		'accept-ranges': 'bytes',
		...(!faults.beyond && { 'content-length': end - start + 1 }),
		...(partial && { 'content-range': `bytes ${start}-${end}/${body.length}` }),
	});
	const CHUNK = 16_384;
	let sent = 0;
	for (let at = start; at <= end; at += CHUNK) {
		const cut = faults.cutAfter !== undefined && (faults.cuts ?? 0) > 0 && sent >= faults.cutAfter;
		if (cut) {
			faults.cuts = faults.cuts! - 1;
			await new Promise((done) => setTimeout(done, 20));
			return void response.destroy();
		}
		if (response.destroyed) return;
		response.write(body.subarray(at, Math.min(at + CHUNK, end + 1)));
		sent += CHUNK;
		await new Promise((done) => setTimeout(done, faults.slowMs ?? 0));
	}
	response.end(Buffer.alloc(faults.beyond ?? 0, 'more'));
}

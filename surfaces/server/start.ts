// Starts the server in Node: models from this machine, a port, a log on stderr, and an orderly end.

import { randomBytes } from 'node:crypto';
import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import pino from 'pino';
import { nodeHost } from '../../hosts/node/host.ts';
import { inventory } from '../../hosts/node/inventory.ts';
import { TongsaError } from '../../src/errors.ts';
import type { Host } from '../../src/host.ts';
import { openModel } from '../../src/model.ts';
import { modelsJson } from '../protocol/models.ts';
import { createApp } from './app.ts';
import { openClients } from './clients.ts';
import { withEngine } from './engine.ts';
import { allowedFolders } from './folders.ts';
import { createMetrics } from './metrics.ts';
import { errorBody, Refusal, refusalOf } from './refusal.ts';
import { createRegistry, type Served } from './registry.ts';
import type { Service } from './service.ts';
import type { Settings } from './settings.ts';
import { createTextPool } from './text-pool.ts';

export interface Running {
	readonly url: string;
	/** Takes no more requests, gives those at work the time of `grace`, then ends them. */
	stop(): Promise<void>;
}

const SWEEP_MS = 5000;
const CLOSING_MS = 20;
/** After the grace: how long an answer may take to say that it was cancelled. */
const LAST_WORD_MS = 2000;
const MIB = 2 ** 20;
/** Between the first byte of a request and the end of its headers. */
const HEADERS_MS = 20_000;
/** …and the end of its body: 16 MiB in a minute are 2 Mbit/s. Whoever sends slower would hold a place for others. */
const REQUEST_MS = 60_000;

/** How often it is looked which of these times is over. */
const CHECK_MS = 250;
/** A refused connection whose other end keeps it open. */
const LINGER_MS = 500;

export interface StartOptions {
	readonly models: readonly string[];
	readonly settings: Settings;
	readonly version: string;
	readonly studio?: string;
}

export async function startServer({ models, settings, version, studio }: StartOptions): Promise<Running> {
	const log = pino({ level: settings['log-level'], base: null }, pino.destination({ dest: 2, sync: false }));
	const host = nodeHost();
	const stopping = new AbortController();
	let draining = false;
	const clients = await openClients(settings, host.now);
	const texts = createTextPool(host.threads, settings['max-queue'], host.now);
	const memory = settings['max-memory'] * MIB || host.memoryBudget;
	const find = await allowedFolders(settings['allow-folder']);
	const engineOptions = { context: settings.context, prefixCache: settings['prefix-cache'] * MIB };
	const registry = createRegistry({
		served: await servedModels(models, host),
		find,
		open: async (reference) => withEngine(await openModel(host, reference), reference, engineOptions),
		now: host.now,
		maxOpen: settings['max-models'],
		maxQueue: settings['max-queue'],
		idleMs: settings.idle * 1000,
		memoryShort: () => process.memoryUsage.rss() > memory,
	});
	const sweeping = setInterval(() => registry.sweep(), SWEEP_MS);
	sweeping.unref();
	const service: Service = {
		models: registry,
		metrics: createMetrics(),
		settings,
		log,
		now: host.now,
		epochSeconds: () => Math.floor(Date.now() / 1000),
		newId: (prefix) => `${prefix}-${randomBytes(12).toString('hex')}`,
		newSeed: () => randomBytes(4).readUInt32LE(),
		catalogue: async () => modelsJson((await inventory()).map(({ path: _, ...held }) => held)),
		texts,
		draining: () => draining,
		stopping: stopping.signal,
		version,
		...(studio !== undefined && { studio }),
	};
	const app = createApp(service, clients);
	const { server, port } = await listen(app.fetch, settings);
	log.info({ host: settings.host, port, models: registry.served.map(({ id }) => id) }, 'listening');
	return {
		url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
		async stop() {
			clearInterval(sweeping);
			draining = true;
			// Whoever spreads requests looks at /readyz, and sends no more.
			await wait(settings['drain-delay'] * 1000);
			const closed = new Promise<void>((done) => server.close(() => done()));
			// Connections that are kept alive end with their last answer.
			const closing = setInterval(() => server.closeIdleConnections(), CLOSING_MS);
			const late = setTimeout(() => stopping.abort(), settings.grace * 1000);
			const never = setTimeout(() => server.closeAllConnections(), settings.grace * 1000 + LAST_WORD_MS);
			await closed;
			clearInterval(closing);
			clearTimeout(late);
			clearTimeout(never);
			await Promise.all([registry.close(), texts.close()]);
			log.info('stopped');
			log.flush();
		},
	};
}

function listen(fetch: Parameters<typeof getRequestListener>[0], settings: Settings): Promise<{ server: Server; port: number }> {
	const listener = getRequestListener(fetch, { hostname: settings.host, errorHandler: refuseUnaddressed });
	const requestTimeout = Math.min(settings.timeout * 1000, REQUEST_MS);
	const options = {
		requestTimeout,
		headersTimeout: Math.min(HEADERS_MS, requestTimeout),
		connectionsCheckingInterval: CHECK_MS,
		keepAlive: true,
		requireHostHeader: false, // guard.ts refuses in words
	};
	const server = createServer(options, (request, response) => {
		request.url = withoutEmptyParts(request.url ?? '/');
		void listener(request, response);
	});
	server.on('clientError', refuseUnread);
	return new Promise((done, fail) => {
		server.on('error', (error: NodeJS.ErrnoException) =>
			fail(
				error.code === 'EADDRINUSE'
					? new TongsaError('usage', 'the port is taken', {
							field: 'port',
							got: settings.port,
							hint: 'Choose another with --port, or --port 0',
						})
					: error,
			),
		);
		server.listen(settings.port, settings.host, () => done({ server, port: (server.address() as AddressInfo).port }));
	});
}

/** '//v1//models?a' → '/v1/models?a': clients join a base address that ends in a slash with a path that begins with one. */
function withoutEmptyParts(url: string): string {
	const query = url.indexOf('?');
	const path = query < 0 ? url : url.slice(0, query);
	return path.replace(/\/{2,}/g, '/') + url.slice(path.length);
}

/** A Host or a path that no address can be made of: refused before any route sees it, as JSON like all else. */
function refuseUnaddressed(error: unknown): Response {
	const known = error instanceof RequestError || error instanceof TypeError; // 'Invalid URL'
	const refusal = known ? new Refusal(400, 'The Host header or the path is no address.', { code: 'invalid_request' }) : refusalOf(error);
	return Response.json(errorBody(refusal), { status: refusal.status });
}

/** What is no HTTP, or has headers without end, is refused before any route sees it; in the same shape. */
function refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
	if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
	const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
	const body = JSON.stringify(errorBody(new Refusal(status, STATUS_CODES[status]!, { code: 'invalid_request' })));
	const headers = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`;
	setTimeout(() => socket.destroy(), LINGER_MS).unref();
	socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${body}`);
}

/** Those named, or all that are on this machine. A file is called by its name without the folder and without '.gguf'. */
async function servedModels(references: readonly string[], host: Host): Promise<Served[]> {
	if (references.length === 0) {
		const here = await inventory();
		return here.filter(({ state }) => state !== 'absent').map(({ name }) => ({ id: name, reference: name }));
	}
	const served = references.map((reference) => ({ id: idOf(reference), reference }));
	const twice = served.find(({ id }, i) => served.findIndex((one) => one.id === id) !== i);
	if (twice) throw new TongsaError('usage', 'two models of the same name', { got: twice.id });
	// A wrong name is told now, and not to whoever asks first.
	for (const reference of references) {
		const { files } = await host.resolve(reference);
		await Promise.all([...files.values()].map((source) => source.close()));
	}
	return served;
}

const idOf = (reference: string): string =>
	/^(?:hf|ollama|https?):/.test(reference) ? reference : basename(reference).replace(/\.gguf$/i, '') || reference;

// POST /mcp: the MCP server over HTTP. Each request stands for itself: no session is kept, so that any of several servers can answer it.
// https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#streamable-http

import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { sentencesJson } from '../mcp/sentences.ts';
import { createMcpServer, type McpHost } from '../mcp/server.ts';
import { jsonOf } from './body.ts';
import { idsOf } from './inputs.ts';
import { Refusal } from './refusal.ts';
import { type App, type Asked, type Service, withLease } from './service.ts';

export function mcpRoutes(app: App, service: Service): void {
	app.post('/mcp', async (c) => {
		const parsedBody = await jsonOf(c, false);
		c.var.takePlace();
		const server = createMcpServer(servedHost(service, c));
		const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
		await server.connect(transport);
		try {
			const { pathname } = new URL(c.req.url);
			const request = new Request(new URL(pathname, 'http://localhost'), { method: 'POST', headers: c.req.raw.headers });
			const response = await transport.handleRequest(request, { parsedBody });
			return c.body(await response.text(), response.status as 200, Object.fromEntries(response.headers));
		} finally {
			await server.close();
		}
	});
	app.all('/mcp', () => {
		throw new Refusal(405, '/mcp is asked by POST: this server keeps no sessions, and sends nothing unasked.', {
			code: 'method_not_allowed',
			headers: { allow: 'POST' },
		});
	});
}

/** The tools over the models that are served, within the limits that all requests have. */
function servedHost(service: Service, c: Asked): McpHost {
	const { texts, settings } = service;
	const limits = { most: settings['max-input-tokens'], param: 'text' };
	return {
		version: service.version,
		models: service.models.served.map(({ id }) => id),
		tokenize: (name, text) =>
			withLease(service, name, async (lease) => {
				const json = await texts.run('tokenize', lease, { texts: [text], options: {}, ...limits }, text.length, c.var);
				const { results, provenance } = JSON.parse(new TextDecoder().decode(json)) as { results: object[]; provenance: object };
				return { ...results[0], provenance };
			}),
		detokenize: (name, ids) =>
			withLease(service, name, async (lease) => {
				await idsOf(service, c, lease, [ids], 'ids');
				return texts.run('detokenize', lease, { ids, skipSpecial: false }, ids.length, c.var);
			}),
		nearest: (name, word, top) =>
			withLease(service, name, async (lease) => {
				const { rows = 0, width = 0 } = lease.model.table ?? {};
				return texts.run('nearest', lease, { query: { word }, options: { top } }, rows * width, c.var);
			}),
		embed: (name, given) =>
			withLease(service, name, async (lease) => {
				const ids = await idsOf(service, c, lease, given, 'texts');
				return sentencesJson(await lease.sentences(ids, {}, c.var));
			}),
	};
}

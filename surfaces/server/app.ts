// The server as one function from request to answer. It knows no port: start.ts gives it one.

import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { Clients } from './clients.ts';
import { guard } from './guard.ts';
import { lifecycle } from './lifecycle.ts';
import { ollamaRoutes } from './ollama/routes.ts';
import { openaiRoutes } from './openai/routes.ts';
import { errorBody, Refusal, refusalOf } from './refusal.ts';
import type { App, Asked, Env, Service } from './service.ts';
import { siteRoutes } from './site/routes.ts';
import { tongsaRoutes } from './tongsa/routes.ts';

export function createApp(service: Service, clients: Clients): App {
	const { settings, log } = service;
	const app: App = new OpenAPIHono<Env>();

	app.onError((error, c) => {
		const { signal } = c.var;
		// Whatever breaks because the client left is not our defect.
		const known = signal?.aborted
			? signal.reason
			: error instanceof HTTPException
				? new Refusal(error.status, error.message, { code: 'invalid_request' })
				: error;
		const refusal = refusalOf(known);
		if (refusal.status >= 500) log.error({ error: error.stack, path: c.req.path }, 'request failed');
		for (const [name, value] of Object.entries(refusal.detail.headers ?? {})) c.header(name, value);
		return refused(c, refusal);
	});
	app.notFound((c) =>
		refused(c, new Refusal(404, `Unknown request: ${c.req.method} ${c.req.path.slice(0, 200)}.`, { code: 'unknown_url' })),
	);

	app.use(lifecycle(service, clients));
	app.use(guard(settings, clients));

	openaiRoutes(app, service);
	tongsaRoutes(app, service);
	ollamaRoutes(app, service);
	siteRoutes(app, service);
	return app;
}

/** In the words of the API that was asked: Ollama's error is its message alone. */
function refused(c: Asked, refusal: Refusal): Response {
	return c.json(c.req.path.startsWith('/api/') ? { error: refusal.message } : errorBody(refusal), refusal.status as 400);
}

// GET /v1/models, GET /v1/models/{model}.

import { z } from '@hono/zod-openapi';
import { get } from '../define.ts';
import type { App, Service } from '../service.ts';

const model = z.object({ id: z.string(), object: z.literal('model'), created: z.number(), owned_by: z.string() }).openapi('Model');

export function modelRoutes(app: App, service: Service): void {
	const created = service.epochSeconds();
	const described = (id: string) => ({ id, object: 'model' as const, created, owned_by: 'tongsa' });

	get(
		app,
		{
			path: '/v1/models',
			tag: 'OpenAI',
			summary: 'The models that are served',
			answer: z.object({ object: z.literal('list'), data: z.array(model) }),
		},
		async (c) => c.json({ object: 'list', data: service.models.served.map(({ id }) => described(id)) }),
	);
	// A name may hold slashes (hf:owner/repo).
	get(app, { path: '/v1/models/{model}', tag: 'OpenAI', summary: 'One of them', answer: model }, async (c) => {
		const { id } = await service.models.find(c.req.param('model')!);
		return c.json(described(id));
	});
}

// One definition a route: what it takes and gives. Validation and the OpenAPI description are both made of it.

import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import type { App, Asked } from './service.ts';

export type Tag = 'OpenAI' | 'Tongsa' | 'Ollama' | 'Server';

interface Definition<B extends z.ZodType> {
	readonly path: string;
	readonly tag: Tag;
	readonly summary: string;
	readonly body: B;
	/** What comes back as JSON. */
	readonly answer: z.ZodType;
	/** Other kinds of answer: media type → what it is. */
	readonly also?: Readonly<Record<string, string>>;
}

const error = z
	.object({
		error: z.object({
			message: z.string(),
			type: z.enum(['invalid_request_error', 'rate_limit_error', 'server_error']),
			param: z.string().nullable(),
			code: z.string().nullable(),
		}),
	})
	.openapi('Error');

const refusal = (description: string) => ({ description, content: { 'application/json': { schema: error } } });
const REFUSALS = {
	400: refusal('The request cannot be honoured; param names what is wrong with it.'),
	401: refusal('The key is missing or wrong.'),
	404: refusal('No such model.'),
	429: refusal('Too many requests wait; Retry-After says when to come again.'),
	500: refusal('The server failed.'),
};

function responses(answer: z.ZodType, also: Readonly<Record<string, string>> = {}): RouteConfig['responses'] {
	const others = Object.entries(also).map(([media, description]) => [media, { schema: z.string().openapi({ description }) }]);
	return { 200: { description: 'Done.', content: { 'application/json': { schema: answer }, ...Object.fromEntries(others) } }, ...REFUSALS };
}

export function post<B extends z.ZodType>(
	app: App,
	{ path, tag, summary, body, answer, also }: Definition<B>,
	handle: (body: z.output<B>, c: Asked) => Promise<Response>,
): void {
	const route = createRoute({
		method: 'post',
		path,
		tags: [tag],
		summary,
		request: { body: { required: true, content: { 'application/json': { schema: body } } } },
		responses: responses(answer, also),
	});
	app.openapi(route, async (c) => handle(c.req.valid('json' as never) as z.output<B>, c as unknown as Asked));
}

export function get(
	app: App,
	{ path, tag, summary, answer, also }: Omit<Definition<z.ZodType>, 'body'>,
	handle: (c: Asked) => Promise<Response>,
): void {
	const names = [...path.matchAll(/\{(\w+)/g)].map(([, name]) => name!);
	const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
	const route = createRoute({
		method: 'get',
		path,
		tags: [tag],
		summary,
		...(names.length > 0 && { request: { params } }),
		responses: responses(answer, also),
	});
	app.openapi(route, async (c) => handle(c as unknown as Asked));
}

/** A parameter that an API has and this server does not honour: refused by name, unless its value asks for nothing. */
export function notHonoured(why: string, ...harmless: readonly unknown[]) {
	const asksNothing = (value: unknown) => value === undefined || value === null || harmless.some((one) => same(one, value));
	return z
		.unknown()
		.refine(asksNothing, { message: `this server does not support it: ${why}`, params: { unsupported: true } })
		.optional()
		.openapi({
			description: `Not supported: ${why}.${harmless.length ? ` Taken as: ${harmless.map((one) => JSON.stringify(one)).join(', ')}.` : ''}`,
		});
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Taken and of no effect on the answer. */
export const noEffect = (what: string) =>
	z
		.unknown()
		.optional()
		.openapi({ description: `${what} Taken, and without effect.` });

// One definition a route: what it takes and gives. Validation and the OpenAPI description are both made of it.

import { type RouteConfig, z } from '@hono/zod-openapi';
import { jsonOf } from './body.ts';
import { invalid, Refusal } from './refusal.ts';
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
const ollamaError = z.object({ error: z.string() }).openapi('OllamaError');

const REFUSALS = {
	400: 'The request cannot be honoured; param names what is wrong with it.',
	401: 'The key is missing or wrong.',
	403: 'The host name or the origin of a page is not allowed.',
	404: 'No such model.',
	405: 'Not by this method.',
	408: 'The request took longer than the server allows.',
	413: 'The body is too large.',
	415: 'The body is not JSON.',
	429: 'Too many requests wait; Retry-After says when to come again.',
	500: 'The server failed.',
	502: 'A source of files cannot be reached.',
	503: 'The server is stopping, or a file has changed.',
};

function responses({ answer, also = {}, tag }: Omit<Definition<z.ZodType>, 'body'>): RouteConfig['responses'] {
	const others = Object.entries(also).map(([media, description]) => [media, { schema: z.any().openapi({ description }) }]);
	const refused = { 'application/json': { schema: tag === 'Ollama' ? ollamaError : error } };
	return {
		200: { description: 'Done.', content: { 'application/json': { schema: answer }, ...Object.fromEntries(others) } },
		...Object.fromEntries(Object.entries(REFUSALS).map(([status, description]) => [status, { description, content: refused }])),
	};
}

export function post<B extends z.ZodType>(
	app: App,
	definition: Definition<B>,
	handle: (body: z.output<B>, c: Asked) => Promise<Response>,
): void {
	const { body, tag } = definition;
	route(app, 'post', definition, { body: { required: true, content: { 'application/json': { schema: body } } } }, async (c) => {
		const given = await jsonOf(c, tag === 'Ollama');
		c.var.takePlace();
		const request = tag === 'Ollama' ? withoutNulls(given) : given;
		checkLengths(body, request, []);
		const { success, data, error } = body.safeParse(request);
		if (!success) throw invalid(error);
		return handle(data, c);
	});
}

export function get(app: App, definition: Omit<Definition<z.ZodType>, 'body'>, handle: (c: Asked) => Promise<Response>): void {
	const names = [...definition.path.matchAll(/\{(\w+)/g)].map(([, name]) => name!);
	const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
	route(app, 'get', definition, names.length > 0 ? { params } : {}, handle);
}

/**
 * Lists that are longer than their schema takes: zod looks at every item before it counts them.
 * @throws Refusal naming the list
 */
function checkLengths(schema: z.core.$ZodType, value: unknown, path: readonly string[]): void {
	const { def } = schema._zod as z.core.$ZodTypes['_zod'];
	if (def.type === 'optional' || def.type === 'nullable') checkLengths(def.innerType, value, path);
	else if (def.type === 'union') for (const option of def.options) checkLengths(option, value, path);
	else if (def.type === 'object' && typeof value === 'object' && value !== null) {
		for (const [name, member] of Object.entries(def.shape)) checkLengths(member, (value as Record<string, unknown>)[name], [...path, name]);
	} else if (def.type === 'array' && Array.isArray(value)) {
		const most = (schema._zod.bag.maximum as number | undefined) ?? MOST_ITEMS;
		if (value.length > most) {
			const message = `${value.length} items, and at most ${most} are taken`;
			throw invalid({ issues: [{ code: 'custom', path: [...path], message, input: undefined }] });
		}
		for (const [i, item] of value.entries()) checkLengths(def.element, item, [...path, String(i)]);
	}
}

/** Where a schema says nothing. */
const MOST_ITEMS = 32_768;

/** Describes the route and takes requests for it; by other methods they are refused. */
function route(
	app: App,
	method: 'get' | 'post',
	definition: Omit<Definition<z.ZodType>, 'body'>,
	request: NonNullable<RouteConfig['request']>,
	handle: (c: Asked) => Promise<Response>,
): void {
	const { path, tag, summary } = definition;
	app.openAPIRegistry.registerPath({ method, path, tags: [tag], summary, request, responses: responses(definition) });
	const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
	app[method](pattern, handle);
	const allow = method === 'get' ? 'GET, HEAD' : 'POST';
	app.all(pattern, (c) => {
		throw new Refusal(405, `${path} is asked by ${allow}, not by ${c.req.method.slice(0, 20)}.`, {
			code: 'method_not_allowed',
			headers: { allow },
		});
	});
}

/** A parameter that an API has and this server does not honour: refused by name, unless its value asks for nothing. */
export function notHonoured(why: string, ...harmless: readonly unknown[]) {
	const asksNothing = (value: unknown) => value === undefined || value === null || harmless.some((one) => same(value, one));
	return z
		.unknown()
		.refine(asksNothing, { message: `this server does not support it: ${why}`, params: { unsupported: true } })
		.optional()
		.openapi({ enum: [null, ...harmless], description: `Not supported: ${why}.` });
}

/** Whether a value asks for what `one` does. */
const same = (value: unknown, one: unknown): boolean => value === one || JSON.stringify(withoutNulls(value)) === JSON.stringify(one);

/** Body, messages, message, member: no parameter lies deeper. */
const DEPTH = 4;

/** Without members that are null: Ollama reads them as absent, as Go's encoding/json does. In a schema (`format`) null means itself. */
function withoutNulls(value: unknown, depth = DEPTH): unknown {
	if (depth === 0 || typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth - 1));
	const members = Object.entries(value).filter(([, member]) => member !== null);
	return Object.fromEntries(members.map(([name, member]) => [name, name === 'format' ? member : withoutNulls(member, depth - 1)]));
}

/** Taken and of no effect on the answer. */
export const noEffect = (what: string) =>
	z
		.unknown()
		.optional()
		.openapi({ description: `${what} Taken, and without effect.` });

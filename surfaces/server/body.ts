// A request's body: its size, held to the limit while it is read, and its JSON.

import { setTimeout as wait } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit as limited } from 'hono/body-limit';
import { Refusal } from './refusal.ts';
import type { Asked, Env } from './service.ts';

/** Of a body that is refused, so much is still taken off the line: a client that writes does not read, and would see a broken connection. */
const MAX_DRAINED_BYTES = 256 * 2 ** 20;
/** …and so long: a slow client is not waited for. */
const MAX_DRAIN_MS = 2000;

export function bodyLimit(maxBytes: number): MiddlewareHandler<Env> {
	const counted = limited({
		maxSize: maxBytes,
		async onError(c) {
			await Promise.race([drain(c.req.raw.body), wait(MAX_DRAIN_MS, undefined, { ref: false })]);
			throw new Refusal(413, `The request's body is larger than the ${maxBytes / 2 ** 20} MiB that this server takes.`, {
				code: 'body_too_large',
			});
		},
	});
	// Where a length is given, Node holds the client to it: nothing is counted, and no stream is made of the body.
	return (c, next) => {
		const given = c.req.header('transfer-encoding') === undefined ? Number(c.req.header('content-length') ?? 0) : Number.NaN;
		return given <= maxBytes ? next() : counted(c, next);
	};
}

/** The body as JSON. What a web page may send without asking first (a form, plain text) never is. */
export async function jsonOf(c: Asked): Promise<unknown> {
	if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(c.req.header('content-type') ?? '')) {
		throw new Refusal(415, 'The body has to be JSON, sent with content-type: application/json.', { code: 'invalid_request' });
	}
	const coding = c.req.header('content-encoding') ?? 'identity';
	if (coding.toLowerCase() !== 'identity') {
		throw new Refusal(415, 'The body has to be sent as it is, without a content-encoding.', { code: 'invalid_request' });
	}
	const text = await c.req.text();
	try {
		return JSON.parse(text);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw new Refusal(400, `The body is not JSON: ${error.message}.`, { code: 'invalid_request' });
	}
}

async function drain(body: ReadableStream<Uint8Array> | null): Promise<void> {
	if (!body || body.locked) return;
	const reader = body.getReader();
	for (let read = 0; read < MAX_DRAINED_BYTES; ) {
		const { done, value } = await reader.read();
		if (done) return;
		read += value.length;
	}
}

// The size of a request's body, held to its limit while it is read.

import { setTimeout as wait } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit as limited } from 'hono/body-limit';
import { Refusal } from './refusal.ts';
import type { Env } from './service.ts';

/** Of a body that is refused, so much is still taken off the line: a client that writes does not read, and would see a broken connection. */
const MAX_DRAINED_BYTES = 256 * 2 ** 20;
/** …and so long: a slow client is not waited for. */
const MAX_DRAIN_MS = 2000;

export function bodyLimit(maxBytes: number): MiddlewareHandler<Env> {
	return limited({
		maxSize: maxBytes,
		async onError(c) {
			await Promise.race([drain(c.req.raw.body), wait(MAX_DRAIN_MS, undefined, { ref: false })]);
			throw new Refusal(413, `The request's body is larger than the ${maxBytes / 2 ** 20} MiB that this server takes.`, {
				code: 'body_too_large',
			});
		},
	});
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

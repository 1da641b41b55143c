// Answers that come piece by piece: server-sent events and lines of JSON. Who leaves ends the work.
// https://html.spec.whatwg.org/multipage/server-sent-events.html; https://github.com/ndjson/ndjson-spec

import type { Asked } from './service.ts';

export type Write = (text: string) => void;

/** How many bytes may wait for a client that does not read: some thousand tokens with all their alternatives. */
const MAX_WAITING_BYTES = 32 * 2 ** 20;

/**
 * Answers with what `work` writes. It begins at once and does not wait for the client; one that reads nothing at all is left.
 * The headers are sent with its first token (c.var.begun): what fails before is refused as any request. `failed` turns a later error into a
 * last piece of the stream.
 */
export async function streamed(
	c: Asked,
	type: string,
	work: (write: Write) => Promise<void>,
	failed: (error: unknown, write: Write) => void,
): Promise<Response> {
	const { abort, signal, settle } = c.var;
	const encoder = new TextEncoder();
	let refuse: (error: unknown) => void;
	const begun = new Promise<void>((done, fail) => {
		c.set('begun', () => {
			c.set('streaming', true);
			done();
		});
		refuse = fail;
	});
	const body = new ReadableStream<Uint8Array>(
		{
			start(controller) {
				const put: Write = (text) => controller.enqueue(encoder.encode(text));
				const write: Write = (text) => {
					if (signal.aborted) return;
					if ((controller.desiredSize ?? 0) < -MAX_WAITING_BYTES) abort(new DOMException('The client does not read.', 'AbortError'));
					else put(text);
				};
				const done = () => {
					if (c.var.streaming) settle();
					try {
						controller.close();
					} catch {
						// the client has closed it
					}
				};
				work(write)
					// By `put`, as `write` is silent once the signal is aborted: also when the time is over or the server stops, whoever still reads is told.
					.catch((error: unknown) => (c.var.streaming ? failed(error, put) : refuse(error)))
					.catch(() => undefined) // the client has left
					.finally(done);
			},
			cancel(reason) {
				abort(reason ?? new DOMException('The client left.', 'AbortError'));
			},
		},
		new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
	);
	await begun;
	// Proxies must pass each piece on: nginx's word for it.
	return c.body(body, 200, { 'content-type': type, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
}

export const EVENTS = 'text/event-stream; charset=utf-8';
export const LINES = 'application/x-ndjson';

/** One event: `data:` alone, or with its name as the Responses API sends it. */
export const event = (data: unknown, name?: string): string => `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
export const DONE = 'data: [DONE]\n\n';
export const line = (data: unknown): string => `${JSON.stringify(data)}\n`;

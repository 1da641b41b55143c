// One request from its coming to the end of its answer: its signal, its place among the others, its measures and its line in the log.

import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { Refusal } from './refusal.ts';
import type { Env, Service } from './service.ts';

/** Paths that answer even when every place is taken. */
const ALWAYS = new Set(['/health', '/metrics']);

export function lifecycle(service: Service): MiddlewareHandler<Env> {
	const { settings, metrics, log, now, stopping } = service;
	let active = 0;
	return async (c, next) => {
		const began = now();
		const control = new AbortController();
		const abort = (reason: unknown) => control.abort(reason);
		const left = () => abort(new DOMException('The client left.', 'AbortError'));
		const stopped = () => abort(new Refusal(503, 'The server is stopping.', { code: 'stopping' }));
		const timer = setTimeout(() => abort(new DOMException('The time is over.', 'TimeoutError')), settings.timeout * 1000);
		const client = c.req.raw.signal;
		client.addEventListener('abort', left);
		stopping.addEventListener('abort', stopped);
		if (stopping.aborted) stopped();

		let settled = false;
		active++;
		const settle = () => {
			if (settled) return;
			settled = true;
			active--;
			clearTimeout(timer);
			client.removeEventListener('abort', left);
			stopping.removeEventListener('abort', stopped);
			const seconds = (now() - began) / 1000;
			const route = routePath(c, -1);
			const gone = control.signal.aborted && control.signal.reason instanceof DOMException && control.signal.reason.name === 'AbortError';
			if (gone) metrics.add('tongsa_aborted_total', { route });
			metrics.add('tongsa_requests_total', { route, method: c.req.method, status: String(c.res.status) });
			metrics.observe('tongsa_request_seconds', { route }, seconds);
			log.info({ method: c.req.method, path: c.req.path, status: c.res.status, seconds, ...(gone && { gone }) }, 'request');
		};
		c.set('began', began);
		c.set('signal', control.signal);
		c.set('client', `${c.env?.incoming?.socket.remoteAddress ?? ''} ${c.req.header('authorization') ?? ''}`);
		c.set('abort', abort);
		c.set('settle', settle);
		c.set('begun', () => undefined);
		c.set('streaming', false);
		try {
			if (active > settings['max-requests'] && !ALWAYS.has(c.req.path)) {
				throw new Refusal(429, `The server is at work on ${settings['max-requests']} requests.`, {
					code: 'server_busy',
					headers: { 'retry-after': '1' },
				});
			}
			await next();
		} finally {
			if (!c.var.streaming) setImmediate(settle); // the answer goes out first, and its sending counts
		}
	};
}

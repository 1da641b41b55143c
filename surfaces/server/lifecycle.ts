// One request from its coming to the end of its answer: its name, its signal, its place among the others, its measures and its line in the log.

import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { bodyReader } from './body.ts';
import type { Clients } from './clients.ts';
import { Refusal } from './refusal.ts';
import type { Env, Facts, Service } from './service.ts';

/** A name that a client or a proxy gives a request, to find it again in the log. */
const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

export function lifecycle(service: Service, clients: Clients): MiddlewareHandler<Env> {
	const { settings, metrics, log, now, stopping } = service;
	const readBody = bodyReader(settings);
	const places = settings['max-requests'];
	let active = 0;
	return async (c, next) => {
		const began = now();
		const control = new AbortController();
		const { signal } = control;
		const abort = (reason: unknown) => control.abort(reason);
		const left = () => abort(new DOMException('The client left.', 'AbortError'));
		const stopped = () => abort(new Refusal(503, 'The server is stopping.', { code: 'stopping' }));
		const timer = setTimeout(() => abort(new DOMException('The time is over.', 'TimeoutError')), settings.timeout * 1000);
		const client = c.req.raw.signal;
		client.addEventListener('abort', left);
		stopping.addEventListener('abort', stopped);
		if (stopping.aborted) stopped();

		const asked = c.req.header('x-request-id');
		const requestId = asked && REQUEST_ID.test(asked) ? asked : service.newId('req');
		const facts: Facts = { prompt: 0, completion: 0, queued: 0 };
		let placed = false;
		let settled = false;
		const settle = () => {
			if (settled) return;
			settled = true;
			clearTimeout(timer);
			client.removeEventListener('abort', left);
			stopping.removeEventListener('abort', stopped);
			const seconds = (now() - began) / 1000;
			const route = routePath(c, -1);
			const gone = signal.aborted && signal.reason instanceof DOMException && signal.reason.name === 'AbortError';
			if (gone) metrics.add('tongsa_aborted_total', { route });
			metrics.add('tongsa_requests_total', { route, method: c.req.method, status: String(c.res.status) });
			metrics.observe('tongsa_request_seconds', { route }, seconds);
			log.info(
				{
					id: requestId,
					method: c.req.method,
					path: c.req.path.slice(0, 200),
					status: c.res.status,
					seconds,
					...(c.var.account && { key: c.var.account.name }),
					...(facts.model !== undefined && {
						model: facts.model,
						prompt: facts.prompt,
						completion: facts.completion,
						queued: facts.queued,
					}),
					...(gone && { gone }),
				},
				'request',
			);
		};
		const leave = () => {
			if (placed) active--;
			placed = false;
		};
		c.header('x-request-id', requestId);
		c.set('requestId', requestId);
		c.set('facts', facts);
		c.set('began', began);
		c.set('signal', signal);
		c.set('client', clients.addressOf(c));
		c.set('account', undefined);
		c.set('waited', (ms) => void (facts.queued += ms / 1000));
		c.set('abort', abort);
		c.set('settle', () => {
			settle();
			leave();
		});
		c.set('begun', () => undefined);
		c.set('streaming', false);
		c.set('readBody', () => readBody(c));
		c.set('takePlace', () => {
			if (placed) return;
			if (active >= places) {
				throw new Refusal(429, `The server is at work on ${places} requests.`, { code: 'server_busy', headers: { 'retry-after': '1' } });
			}
			placed = true;
			active++;
		});
		const work = next();
		try {
			await Promise.race([work, broken(signal)]);
		} finally {
			if (!c.var.streaming) setImmediate(settle); // the answer goes out first, and its sending counts
			// What goes on after its time is over has its place until it has stopped.
			void work.catch(() => undefined).then(() => !c.var.streaming && leave());
		}
	};
}

/** Rejects when the signal does, whatever the work that should look at it is busy with. */
function broken(signal: AbortSignal): Promise<never> {
	return new Promise((_, fail) => {
		if (signal.aborted) fail(signal.reason);
		else signal.addEventListener('abort', () => fail(signal.reason), { once: true });
	});
}

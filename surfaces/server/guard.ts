// Who may ask: the Host header (against DNS rebinding), the Origin of web pages, and the key with its limits.

import type { MiddlewareHandler } from 'hono';
import type { Clients } from './clients.ts';
import { Refusal } from './refusal.ts';
import type { Env } from './service.ts';
import type { Settings } from './settings.ts';

/** Everything that answers for a model or tells of its use wants the key; the studio's files and the description do not. */
const KEYED = /^\/(?:v1|api|mcp|metrics)(?:\/|$)/;

export function guard(settings: Settings, clients: Clients): MiddlewareHandler<Env> {
	const origins = new Set(settings['allow-origin'].map((origin) => origin.replace(/\/$/, '').toLowerCase()));
	const hosts = new Set(settings['allow-host'].map((host) => host.toLowerCase()));
	return async (c, next) => {
		const host = c.req.header('host') ?? '';
		if (!isOurs(host, hosts)) {
			throw new Refusal(403, 'This server does not answer to that host name. Allow it with --allow-host.', { code: 'host_not_allowed' });
		}
		const origin = c.req.header('origin')?.toLowerCase();
		if (origin !== undefined) {
			const own = origin === `http://${host}`.toLowerCase() || origin === `https://${host}`.toLowerCase();
			const listed = origins.has('*') || origins.has(origin);
			if (!own && !listed) {
				throw new Refusal(403, 'Pages of that origin may not ask this server. Allow it with --allow-origin.', {
					code: 'origin_not_allowed',
				});
			}
			if (!own) {
				c.header('access-control-allow-origin', c.req.header('origin')!);
				c.header('access-control-expose-headers', 'retry-after, x-request-id, tongsa-point, tongsa-shape, mcp-session-id');
				c.header('vary', 'Origin');
				if (c.req.method === 'OPTIONS') {
					c.header('access-control-allow-methods', 'GET, POST, DELETE, OPTIONS');
					c.header('access-control-allow-headers', c.req.header('access-control-request-headers') ?? 'authorization, content-type');
					c.header('access-control-max-age', '600');
					return c.body(null, 204);
				}
			}
		}
		const account = clients.accountOf(c);
		if (clients.keyed && KEYED.test(c.req.path)) {
			if (!account) {
				throw new Refusal(401, 'Incorrect API key provided. Send it as: Authorization: Bearer KEY.', {
					code: 'invalid_api_key',
					headers: { 'www-authenticate': 'Bearer' },
				});
			}
			c.set('account', account);
			c.set('client', `key ${account.name}`);
			if (c.req.method === 'POST') account.begin();
		}
		return next();
	};
}

/** An address in place of a name cannot be rebound. */
function isOurs(host: string, allowed: ReadonlySet<string>): boolean {
	const name = host.toLowerCase().replace(/:\d+$/, '');
	return (
		/^\d{1,3}(?:\.\d{1,3}){3}$|^\[[\da-f:.]+\]$/.test(name) || name === 'localhost' || name.endsWith('.localhost') || allowed.has(name)
	);
}

// Who may ask: the Host header (against DNS rebinding), the Origin of web pages, and the key.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { TongsaError } from '../../src/errors.ts';
import { Refusal } from './refusal.ts';
import type { Env } from './service.ts';
import type { Settings } from './settings.ts';

/** Everything that answers for a model or tells of its use wants the key; the studio's files and the description do not. */
const KEYED = /^\/(?:v1|api|metrics)(?:\/|$)/;

export function guard(settings: Settings): MiddlewareHandler<Env> {
	const origins = new Set(settings['allow-origin'].map((origin) => origin.replace(/\/$/, '').toLowerCase()));
	const hosts = new Set(settings['allow-host'].map((host) => host.toLowerCase()));
	const keys = settings['api-key'].map(keyOf);
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
				c.header('access-control-expose-headers', 'retry-after, tongsa-point, tongsa-shape');
				c.header('vary', 'Origin');
				if (c.req.method === 'OPTIONS') {
					c.header('access-control-allow-methods', 'GET, POST, OPTIONS');
					c.header('access-control-allow-headers', c.req.header('access-control-request-headers') ?? 'authorization, content-type');
					c.header('access-control-max-age', '600');
					return c.body(null, 204);
				}
			}
		}
		if (keys.length > 0 && KEYED.test(c.req.path) && !isOneOf(keys, digest(bearer(c.req.header('authorization'))))) {
			throw new Refusal(401, 'Incorrect API key provided. Send it as: Authorization: Bearer KEY.', {
				code: 'invalid_api_key',
				headers: { 'www-authenticate': 'Bearer' },
			});
		}
		return next();
	};
}

/** @throws TongsaError 'usage' for one that no client could send, or everybody would. */
function keyOf(key: string): Buffer {
	if (/^[\x21-\x7e]+$/.test(key)) return digest(key);
	throw new TongsaError('usage', 'an API key is one or more visible characters of ASCII', {
		field: 'api-key',
		hint: 'Try: tongsa serve --help',
	});
}

/** An address in place of a name cannot be rebound. */
function isOurs(host: string, allowed: ReadonlySet<string>): boolean {
	const name = host.toLowerCase().replace(/:\d+$/, '');
	return (
		/^\d{1,3}(?:\.\d{1,3}){3}$|^\[[\da-f:.]+\]$/.test(name) || name === 'localhost' || name.endsWith('.localhost') || allowed.has(name)
	);
}

/** All are compared, whichever it is. */
const isOneOf = (keys: readonly Buffer[], given: Buffer): boolean => keys.filter((key) => timingSafeEqual(key, given)).length > 0;

const bearer = (header: string | undefined): string => /^Bearer (.*)$/i.exec(header ?? '')?.[1] ?? '';

/** Of one length for every key, so that the comparison tells nothing. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

// Who asks: the key that a request brought, with its owner's name and limits, or the address that it came from.

import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from '@hono/zod-openapi';
import proxyaddr from 'proxy-addr';
import { TongsaError } from '../../src/errors.ts';
import { Refusal } from './refusal.ts';
import type { Account, Asked } from './service.ts';
import type { Settings } from './settings.ts';

interface Key {
	readonly name: string;
	readonly key: string;
	readonly requestsPerMinute?: number | undefined;
	readonly tokensPerMinute?: number | undefined;
}

const perMinute = z.number().int().min(1).max(1e9).optional();
const keyFile = z.array(
	z.strictObject({ name: z.string().regex(/^[\w .@-]{1,64}$/), key: z.string(), requestsPerMinute: perMinute, tokensPerMinute: perMinute }),
);

export interface Clients {
	/** Whether requests have to bring a key. */
	readonly keyed: boolean;
	/** The owner of the key that a request brought. */
	accountOf(c: Asked): Account | undefined;
	/** Where the request came from: what a trusted proxy says, else the connection's other end. */
	addressOf(c: Asked): string;
}

/** @throws TongsaError 'usage' for a key that no client could send, a file that is none, an address that is none. */
export async function openClients(settings: Settings, now: () => number): Promise<Clients> {
	const given = settings['api-key'].map((key, i): Key => ({ name: `key ${i + 1}`, key }));
	const keys = [...given, ...(settings['key-file'] ? await readKeys(settings['key-file']) : [])];
	const accounts = keys.map((key) => ({ digest: digestOf(key), account: accountOf(key, now) }));
	const trusted = trustedProxies(settings['trust-proxy']);
	return {
		keyed: accounts.length > 0,
		accountOf(c) {
			const sent = digest(sentKey(c));
			// All are compared, whichever it is.
			return accounts.filter((one) => timingSafeEqual(one.digest, sent)).at(0)?.account;
		},
		addressOf: (c) => (c.env.incoming?.socket.remoteAddress ? proxyaddr(c.env.incoming, trusted) : ''),
	};
}

function trustedProxies(addresses: readonly string[]): (address: string, i: number) => boolean {
	try {
		return proxyaddr.compile([...addresses]);
	} catch {
		throw new TongsaError('usage', 'a trusted proxy is an address', {
			field: 'trust-proxy',
			got: addresses.join(', '),
			allowed: 'an IP address, a range (10.0.0.0/8), or loopback, linklocal, uniquelocal',
		});
	}
}

async function readKeys(path: string): Promise<readonly Key[]> {
	const wrong = (got: string) =>
		new TongsaError('usage', 'the file of keys cannot be used', {
			file: path,
			got,
			allowed: '[{"name": …, "key": …, "requestsPerMinute": …, "tokensPerMinute": …}]',
		});
	const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		throw wrong(error.code ?? 'unreadable');
	});
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw wrong('not JSON');
	}
	const { data, error } = keyFile.safeParse(json);
	if (!data) throw wrong(`${error.issues[0]!.path.join('.')}: ${error.issues[0]!.message}`);
	return data;
}

function accountOf({ name, requestsPerMinute, tokensPerMinute }: Key, now: () => number): Account {
	const requests = requestsPerMinute ? bucket(requestsPerMinute, now) : undefined;
	const tokens = tokensPerMinute ? bucket(tokensPerMinute, now) : undefined;
	const refused = (what: string, wait: number) =>
		new Refusal(429, `The key '${name}' has had its ${what} of this minute.`, {
			code: 'rate_limit_exceeded',
			headers: { 'retry-after': String(Math.max(1, Math.ceil(wait))) },
		});
	return {
		name,
		begin() {
			const late = tokens?.secondsUntil(1) ?? 0;
			if (late > 0) throw refused('tokens', late);
			const wait = requests?.secondsUntil(1) ?? 0;
			if (wait > 0) throw refused('requests', wait);
			requests?.take(1);
		},
		spend: (count) => tokens?.take(count),
	};
}

/** A bucket that holds a minute's worth and fills evenly. What a request takes is known at its end, so that it may fall below zero. */
function bucket(perMinute: number, now: () => number) {
	let level = perMinute;
	let at = now();
	const fill = () => {
		level = Math.min(perMinute, level + ((now() - at) / 60_000) * perMinute);
		at = now();
	};
	return {
		secondsUntil(wanted: number): number {
			fill();
			return (Math.max(0, wanted - level) * 60) / perMinute;
		},
		take(count: number): void {
			fill();
			level -= count;
		},
	};
}

/** OpenAI's clients send a bearer, Anthropic's an x-api-key. */
const sentKey = (c: Asked): string => c.req.header('x-api-key') ?? /^Bearer (.*)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';

/** @throws TongsaError 'usage' for one that no client could send, or everybody would. */
function digestOf({ key }: Key): Buffer {
	if (/^[\x21-\x7e]+$/.test(key)) return digest(key);
	throw new TongsaError('usage', 'an API key is one or more visible characters of ASCII', {
		field: 'api-key',
		hint: 'Try: tongsa serve --help',
	});
}

/** Of one length for every key, so that the comparison tells nothing. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

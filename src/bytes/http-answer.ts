// What a server's answer to a range request says: which bytes, of how many, of which version; or why not.
// RFC 9110 §14.4 (Content-Range), §8.8 (validators), §15 (status codes), §10.2.3 (Retry-After)

import { type ErrorCode, TongsaError } from '../errors.ts';
import type { SourceIdentity } from './source.ts';

/** A failure that may pass: worth asking again. */
export class Passing extends Error {
	/** How long the server asks us to wait. */
	readonly retryAfterMs: number | undefined;

	constructor(message: string, retryAfterMs?: number, options?: ErrorOptions) {
		super(message, options);
		this.retryAfterMs = retryAfterMs;
	}
}

/** Request timeout, too early, too many requests, and what servers and their proxies answer when they are busy or broken. */
const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

const DOWNLOAD = 'Download the whole file and open the copy';

const STATUS_MEANING: Readonly<Record<number, { readonly code: ErrorCode; readonly what: string; readonly hint?: string } | undefined>> = {
	200: { code: 'unsupported', what: 'the server does not serve parts of files (no range requests)', hint: DOWNLOAD },
	206: {
		code: 'unsupported',
		what: 'the server does not say which part it sent (no readable Content-Range)',
		hint: `${DOWNLOAD}, or let the server send Access-Control-Expose-Headers: Content-Range, ETag`,
	},
	401: { code: 'network', what: 'the server asks for a login', hint: 'Download the file with your account and open the copy' },
	403: {
		code: 'network',
		what: 'the server refuses access',
		hint: "Accept the model's licence on its page if it has one, download the file and open the copy",
	},
	404: { code: 'not-found', what: 'no such file on the server' },
	410: { code: 'not-found', what: 'the file is gone from the server' },
	416: { code: 'changed', what: 'the file on the server is shorter than it was', hint: 'Open it again' },
};

/** Why an answer is not the part that was asked for: a TongsaError, or Passing. */
export function refusal(response: Response, url: string): Error {
	const { status } = response;
	if (PASSING_STATUS.has(status)) return new Passing(`status ${status}`, retryAfterMs(response));
	const meaning = STATUS_MEANING[status];
	return new TongsaError(meaning?.code ?? 'network', meaning?.what ?? 'an answer that was not asked for', {
		file: url,
		got: `status ${status}`,
		allowed: '206 with Content-Range',
		...(meaning?.hint === undefined ? {} : { hint: meaning.hint }),
	});
}

/** Seconds only; the date form needs a clock, and servers that are busy send seconds. */
function retryAfterMs(response: Response): number | undefined {
	const value = response.headers.get('retry-after');
	return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}

export interface ContentRange {
	/** First byte, and the one behind the last: 0 and 0 where no byte was sent. */
	readonly begin: number;
	readonly end: number;
	readonly size: number;
}

/** 'bytes 0-99/1000' → {begin: 0, end: 100, size: 1000}; 'bytes *\/1000' → {begin: 0, end: 0, size: 1000}; undefined for other forms. */
export function contentRange(response: Response): ContentRange | undefined {
	const match = /^bytes (?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '');
	if (!match) return undefined;
	const [, first, last, size] = match;
	return { begin: Number(first ?? 0), end: last === undefined ? 0 : Number(last) + 1, size: Number(size) };
}

export function identityOf(response: Response, byteLength: number): SourceIdentity {
	const etag = response.headers.get('etag');
	const modifiedMs = Date.parse(response.headers.get('last-modified') ?? '');
	return { byteLength, ...(Number.isNaN(modifiedMs) ? {} : { modifiedMs }), ...(etag === null ? {} : { etag }) };
}

/**
 * Compares each answer with the first one. A request header (If-Range) would say the same, but makes browsers ask other sites'
 * servers for leave first, and many do not give it.
 */
export function refuseChange(now: SourceIdentity, opened: SourceIdentity, url: string): void {
	const same =
		now.byteLength === opened.byteLength &&
		(now.etag !== undefined && opened.etag !== undefined ? now.etag === opened.etag : now.modifiedMs === opened.modifiedMs);
	if (same) return;
	throw new TongsaError('changed', 'the file on the server changed since it was opened', {
		file: url,
		got: versionOf(now),
		allowed: versionOf(opened),
		hint: 'Open it again',
	});
}

function versionOf({ byteLength, etag, modifiedMs }: SourceIdentity): string {
	const mark = etag ?? (modifiedMs === undefined ? 'no mark of its version' : new Date(modifiedMs).toISOString());
	return `${byteLength} bytes, ${mark}`;
}

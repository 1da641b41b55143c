// One file over HTTP to disk: into a .part beside the target, resumed where it stopped, checked by size and SHA-256, then renamed.
// Range, If-Range and Content-Range: RFC 9110 §13.1.5, §14.

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TongsaError } from '../../src/errors.ts';
import type { Progress } from '../../src/host.ts';
import { makeFolder } from './make-folder.ts';

export interface Download {
	readonly url: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly to: string;
	/** Known beforehand; a server that says otherwise is refused. */
	readonly byteLength?: number;
	readonly sha256?: string;
	readonly fetch: typeof fetch;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
}

/** Attempts that bring no byte before it is given up; one that brings some starts the count again. */
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 300;
/** Longest wait that a busy server's Retry-After may ask for; who asks for more is told to the person. */
const MAX_WAIT_MS = 60_000;
/** A server that says nothing for this long is gone. */
const SILENCE_MS = 30_000;
/** Progress is told at most this often. */
const TELL_MS = 100;

/** @throws TongsaError 'network', 'changed', 'not-found'; the signal's reason when aborted. The .part stays for the next time. */
export async function download(job: Download): Promise<void> {
	await makeFolder(dirname(job.to));
	for (let failures = 0; ; ) {
		const before = await partLength(job.to);
		try {
			await attempt(job);
			break;
		} catch (error) {
			job.signal?.throwIfAborted();
			const asked = error instanceof Busy ? error.waitMs : 0;
			if (asked > MAX_WAIT_MS) throw (error as Busy).refusal;
			if (error instanceof TongsaError && error.code !== 'network') throw error;
			failures = (await partLength(job.to)) > before ? 1 : failures + 1;
			if (failures >= ATTEMPTS || (error instanceof TongsaError && error.detail.allowed)) throw asNetworkError(error, job.url);
			const waitMs = Math.max(asked, FIRST_WAIT_MS * 2 ** (failures - 1));
			await sleep(waitMs, undefined, job.signal ? { signal: job.signal } : {});
		}
	}
	await verify(job);
	await rename(`${job.to}.part`, job.to);
	await rm(`${job.to}.part.etag`, { force: true });
}

async function attempt(job: Download): Promise<void> {
	const part = `${job.to}.part`;
	let done = await partLength(job.to);
	const etag = await readFile(`${part}.etag`, 'utf8').catch(() => '');
	// With neither the tag of what was begun nor a hash to check the whole by, or with more than there should be, it is worth nothing.
	if (done && ((!etag && !job.sha256) || done > (job.byteLength ?? Infinity))) done = 0;
	if (done && done === job.byteLength) return;
	const silence = new AbortController();
	const timer = setTimeout(() => silence.abort(new Error('the server fell silent')), SILENCE_MS);
	const signal = job.signal ? AbortSignal.any([job.signal, silence.signal]) : silence.signal;
	try {
		const resume = done ? { range: `bytes=${done}-`, ...(etag && { 'if-range': etag }) } : {};
		// Sizes and offsets are those of the bytes themselves: no compression on the way.
		const response = await job.fetch(job.url, { headers: { 'accept-encoding': 'identity', ...job.headers, ...resume }, signal });
		if (response.status === 416) {
			await rm(part, { force: true });
			throw new TongsaError('network', 'the file changed while it was fetched', { file: job.url });
		}
		if (response.status === 429 || response.status === 503) throw new Busy(refusal(response, job.url), retryAfterMs(response));
		if (!response.ok || !response.body) throw refusal(response, job.url);
		if (response.status !== 206) done = 0;
		else if (Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]) !== done) {
			throw new TongsaError('network', 'the server sent another range than was asked for', {
				file: job.url,
				got: response.headers.get('content-range') ?? 'no Content-Range',
			});
		}
		const length = Number(response.headers.get('content-length') ?? NaN);
		const total = job.byteLength ?? (Number.isFinite(length) ? done + length : undefined);
		if (job.byteLength !== undefined && Number.isFinite(length) && done + length !== job.byteLength) {
			await response.body.cancel();
			throw new TongsaError('changed', 'the file there has another size than the one that is known', {
				file: job.url,
				got: done + length,
				allowed: `${job.byteLength} bytes`,
			});
		}
		await writeFile(`${part}.etag`, response.headers.get('etag')?.replace(/^W\/.*/, '') ?? '');
		const handle = await open(part, done ? 'r+' : 'w');
		try {
			let told = 0;
			for await (const chunk of response.body) {
				timer.refresh();
				await handle.write(chunk, 0, chunk.length, done);
				done += chunk.length;
				if (done > (total ?? Infinity)) throw new TongsaError('network', 'the server sent more than it said', { file: job.url });
				if (Date.now() - told > TELL_MS) {
					told = Date.now();
					job.onProgress?.({ stage: 'download', done, ...(total === undefined ? {} : { total }), unit: 'bytes' });
				}
			}
		} finally {
			await handle.close();
		}
		if (total !== undefined && done < total) throw new Error(`the connection ended at ${done} of ${total} bytes`);
		job.onProgress?.({ stage: 'download', done, total: done, unit: 'bytes' });
	} finally {
		clearTimeout(timer);
	}
}

/** A server that is busy, and how long it asks to be left alone. */
class Busy extends Error {
	readonly refusal: TongsaError;
	readonly waitMs: number;
	constructor(refusal: TongsaError, waitMs: number) {
		super(refusal.message);
		this.refusal = refusal;
		this.waitMs = waitMs;
	}
}

/** Seconds, as busy servers send them; 0 where there are none. */
const retryAfterMs = (response: Response): number => (Number(response.headers.get('retry-after')) || 0) * 1000;

async function verify({ to, sha256, url, byteLength }: Download): Promise<void> {
	const part = `${to}.part`;
	const { size } = await stat(part);
	const got = sha256 === undefined ? undefined : await sha256Of(part);
	if (size === (byteLength ?? size) && got === sha256) return;
	await rm(part, { force: true });
	await rm(`${part}.etag`, { force: true });
	throw new TongsaError('changed', 'what arrived is not the file that is known; it was thrown away', {
		file: url,
		field: got === sha256 ? 'size' : 'sha256',
		got: got === sha256 ? size : got!,
		allowed: got === sha256 ? `${byteLength}` : sha256!,
	});
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256Of(path: string, hash: Hash = createHash('sha256'), signal?: AbortSignal): Promise<string> {
	const stream = createReadStream(path, { highWaterMark: 2 ** 20, ...(signal && { signal }) });
	for await (const chunk of stream) hash.update(chunk as Uint8Array);
	return hash.digest('hex');
}

const partLength = (to: string): Promise<number> =>
	stat(`${to}.part`).then(
		({ size }) => size,
		() => 0,
	);

/** An HTTP refusal. `allowed` marks those that another attempt does not mend. */
export function refusal(response: Response, url: string): TongsaError {
	const hints: Readonly<Record<number, string>> = {
		401: 'It may need an access token: set HF_TOKEN',
		403: 'It may need an access token, or its licence accepted on its page first',
		404: 'Check the spelling',
		429: `Too many requests: try again ${response.headers.has('retry-after') ? `in ${response.headers.get('retry-after')} s` : 'later'}`,
	};
	const lasting = response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429;
	return new TongsaError(lasting ? 'not-found' : 'network', 'the server refused', {
		file: url,
		got: `${response.status} ${response.statusText}`.trim(),
		...(hints[response.status] ? { hint: hints[response.status]! } : {}),
	});
}

/** An answer's text. @throws TongsaError 'too-large' beyond `most` bytes, before they are all here. */
export async function textOf(response: Response, most: number, url: string): Promise<string> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of response.body ?? []) {
		length += chunk.length;
		if (length > most) throw new TongsaError('too-large', 'an answer too long', { file: url, allowed: `at most ${most} bytes` });
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** What fetch throws when nobody answers, as one line. */
export function asNetworkError(error: unknown, url: string): TongsaError {
	if (error instanceof TongsaError) return error;
	if (error instanceof Busy) return error.refusal;
	const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
	return new TongsaError('network', 'no answer', { file: url, got: cause?.code ?? cause?.message ?? message }, { cause: error });
}

// ByteSource over HTTP range requests: asks again when the line fails, goes on where it broke off, notices a file that changes.
// RFC 9110 §14 (range requests)

import { TongsaError } from '../errors.ts';
import { allocate, countedSource } from './counted.ts';
import { contentRange, identityOf, Passing, refusal, refuseChange } from './http-answer.ts';
import { keptSource } from './kept.ts';
import type { ByteSource, SourceIdentity } from './source.ts';

/** What the core needs of the network. */
export interface Network {
	readonly fetch: (url: string, init: { readonly headers: Record<string, string>; readonly signal: AbortSignal }) => Promise<Response>;
	/** Resolves after `ms` milliseconds; rejects when the signal aborts. */
	readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The first request: learns the size, and brings the beginning that every format looks at. */
const FIRST_BYTES = 64 * 1024;
/** Kept so that what was just walked over is not fetched again: twice a long header (Gemma's has 6.5 MB). */
const KEPT_BYTES = 16 * 2 ** 20;
/** Tries without progress; waits of ¼, ½, 1 and 2 seconds between them. */
const MAX_TRIES = 5;
const FIRST_WAIT_MS = 250;
/** Longest wait that a server's Retry-After may ask for. */
const MAX_WAIT_MS = 30_000;
/** Silence after which a connection counts as lost. */
const MAX_SILENCE_MS = 30_000;
/** Bytes that count as progress, so that the tries begin anew: a server that trickles single bytes does not keep us for ever. */
const PROGRESS_BYTES = 2 ** 20;

/** @throws TongsaError 'usage' (no http address), 'not-found', 'network', 'unsupported' (a server without ranges). */
export async function httpSource(url: string, network: Network, signal?: AbortSignal): Promise<ByteSource> {
	if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
		throw new TongsaError('usage', 'not an http address', { got: url, allowed: 'http://… or https://…' });
	}
	const head = await fetchRange({ url, network, signal, byteOffset: 0, byteLength: FIRST_BYTES });
	const { identity } = head;
	const source = countedSource(
		{
			name: url,
			identity,
			readRange: async (byteOffset, byteLength, signal) =>
				(await fetchRange({ url, network, signal, byteOffset, byteLength, opened: identity })).bytes,
		},
		head.bytes.length,
	);
	return keptSource(source, KEPT_BYTES, { byteOffset: 0, bytes: head.bytes });
}

interface RangeRequest {
	readonly url: string;
	readonly network: Network;
	readonly signal: AbortSignal | undefined;
	readonly byteOffset: number;
	readonly byteLength: number;
	/** The identity that each answer must have; absent in the first request, which may also get fewer bytes: all that the file has. */
	readonly opened?: SourceIdentity;
}

interface Fetched {
	readonly identity: SourceIdentity;
	readonly bytes: Uint8Array;
}

/** One range, whole: as many requests as it takes. */
async function fetchRange(request: RangeRequest): Promise<Fetched> {
	const { url, network, signal } = request;
	/** What has arrived: a request that breaks off is continued from there. */
	const arrived: { identity?: SourceIdentity; bytes?: Uint8Array; done: number } = { done: 0 };
	let doneBefore = 0;
	for (let tries = 1; ; tries++) {
		signal?.throwIfAborted();
		const stop = new AbortController();
		const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
		try {
			return await tryRange(request, arrived, either);
		} catch (error) {
			signal?.throwIfAborted();
			if (!(error instanceof Passing)) throw error;
			if (arrived.done - doneBefore >= PROGRESS_BYTES) {
				doneBefore = arrived.done;
				tries = 1;
			}
			if (tries === MAX_TRIES) {
				throw new TongsaError(
					'network',
					`no answer from the server in ${MAX_TRIES} tries`,
					{ file: url, got: error.message },
					{ cause: error },
				);
			}
			await network.wait(
				Math.min(error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tries - 1), MAX_WAIT_MS),
				signal ?? new AbortController().signal,
			);
		} finally {
			stop.abort();
		}
	}
}

async function tryRange(
	request: RangeRequest,
	arrived: { identity?: SourceIdentity; bytes?: Uint8Array; done: number },
	signal: AbortSignal,
): Promise<Fetched> {
	const { url, network } = request;
	// Not as a method: a browser's fetch refuses any other `this` than its own.
	const { fetch } = network;
	const opened = request.opened ?? arrived.identity;
	const begin = request.byteOffset + arrived.done;
	const end = request.byteOffset + (arrived.bytes?.length ?? request.byteLength);
	const response = await audible(network, signal, fetch(url, { headers: { range: `bytes=${begin}-${end - 1}` }, signal }));
	const range = contentRange(response);
	// An empty file has no byte 0: the server says so with 416 and its size.
	if (!opened && response.status === 416 && range?.size === 0) return { identity: identityOf(response, 0), bytes: new Uint8Array(0) };
	if (response.status !== 206 || !range) throw refusal(response, url);

	const identity = identityOf(response, range.size);
	if (opened) refuseChange(identity, opened, url);
	const expectedEnd = Math.min(end, range.size);
	if (range.begin !== begin || range.end !== expectedEnd) {
		throw new TongsaError('network', 'the server sent another part than was asked for', {
			file: url,
			got: `bytes ${range.begin} to ${range.end}`,
			allowed: `bytes ${begin} to ${expectedEnd}`,
		});
	}
	arrived.identity = identity;
	const bytes = (arrived.bytes ??= allocate(expectedEnd - request.byteOffset, url));
	await fill(response, bytes, arrived, network, signal, url);
	return { identity, bytes };
}

/** Reads the body into what is missing of `bytes`. */
async function fill(
	response: Response,
	bytes: Uint8Array,
	arrived: { done: number },
	network: Network,
	signal: AbortSignal,
	url: string,
): Promise<void> {
	const reader = response.body?.getReader();
	while (reader) {
		const chunk = await audible(network, signal, reader.read());
		if (!chunk.value) break;
		if (chunk.value.length > bytes.length - arrived.done) {
			throw new TongsaError('network', 'the server sent more bytes than it said', { file: url, allowed: `${bytes.length} bytes` });
		}
		bytes.set(chunk.value, arrived.done);
		arrived.done += chunk.value.length;
	}
	if (arrived.done < bytes.length) throw new Passing(`the connection closed after ${arrived.done} of ${bytes.length} bytes`);
}

/** The promise; or Passing when it fails, or when nothing is heard for too long. */
async function audible<T>(network: Network, signal: AbortSignal, promise: Promise<T>): Promise<T> {
	const heard = new AbortController();
	const silence = network.wait(MAX_SILENCE_MS, AbortSignal.any([signal, heard.signal])).then(() => {
		throw new Passing(`nothing heard for ${MAX_SILENCE_MS / 1000} seconds`);
	});
	try {
		return await Promise.race([promise, silence]);
	} catch (error) {
		if (error instanceof Passing) throw error;
		throw new Passing(reasonOf(error), undefined, { cause: error });
	} finally {
		heard.abort();
	}
}

/** fetch says 'fetch failed'; the system's reason is in its cause. */
function reasonOf(error: unknown): string {
	const { message, cause } = error instanceof Error ? error : new Error(String(error));
	return cause instanceof Error && cause.message !== '' ? `${message} (${cause.message})` : message;
}

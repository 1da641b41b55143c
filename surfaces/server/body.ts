// A request's body: read as it arrives, held to its limits with every piece, then parsed. While it arrives it takes nobody's place.

import { setTimeout as wait } from 'node:timers/promises';
import { jsonLimits, structureScanner } from './json-scan.ts';
import { Refusal } from './refusal.ts';
import type { Asked, Incoming } from './service.ts';
import type { Settings } from './settings.ts';

/** Of a body that is refused, so much is still taken off the line: a client that writes does not read, and would see a broken connection. */
const MAX_DRAINED_BYTES = 256 * 2 ** 20;
/** …and so long: a slow client is not waited for. */
const MAX_DRAIN_MS = 2000;
/** Bodies of the largest size that may lie half-sent at the same time; the next byte then costs the one that holds most. */
const LARGEST_AT_ONCE = 8;

/** A body that still arrives. */
interface Arriving {
	bytes: number;
	refuse(refusal: Refusal): void;
}

/** Reads bodies: each at most --max-body, all that are half-sent together at most eight times that. */
export function bodyReader(settings: Settings): (c: Asked) => Promise<string> {
	const most = settings['max-body'] * 2 ** 20;
	const limits = jsonLimits(settings);
	const arriving = new Set<Arriving>();
	let held = 0;

	function makeRoom(): void {
		while (held > most * LARGEST_AT_ONCE) {
			const largest = [...arriving].reduce((a, b) => (b.bytes > a.bytes ? b : a));
			largest.refuse(
				new Refusal(503, 'Too many large bodies arrive at the same time.', { code: 'server_busy', headers: { 'retry-after': '2' } }),
			);
		}
	}

	return (c) => {
		const incoming = c.env.incoming!;
		const { signal } = c.var;
		const pieces: Buffer[] = [];
		const scan = structureScanner(limits);
		return new Promise<string>((done, fail) => {
			const letGo = () => {
				arriving.delete(one);
				held -= one.bytes;
				one.bytes = 0;
				pieces.length = 0;
				incoming.off('data', take).off('end', whole).off('error', left).off('close', left);
				signal.removeEventListener('abort', aborted);
			};
			const one: Arriving = {
				bytes: 0,
				refuse(refusal) {
					letGo();
					void drained(incoming).then(() => fail(refusal));
				},
			};
			const take = (piece: Buffer) => {
				one.bytes += piece.length;
				held += piece.length;
				pieces.push(piece);
				try {
					if (one.bytes > most) throw tooLarge(most);
					scan(piece);
				} catch (error) {
					return one.refuse(error as Refusal);
				}
				makeRoom();
			};
			const whole = () => {
				done(Buffer.concat(pieces).toString());
				letGo();
			};
			const left = () => {
				fail(new DOMException('The client left.', 'AbortError'));
				letGo();
			};
			const aborted = () => {
				fail(signal.reason);
				letGo();
			};
			if (signal.aborted) return fail(signal.reason);
			arriving.add(one);
			signal.addEventListener('abort', aborted);
			incoming.on('data', take).on('end', whole).on('error', left).on('close', left);
			if (Number(incoming.headers['content-length'] ?? 0) > most) one.refuse(tooLarge(most));
		});
	};
}

const tooLarge = (most: number) =>
	new Refusal(413, `The request's body is larger than the ${most / 2 ** 20} MiB that this server takes.`, { code: 'body_too_large' });

/** The body as JSON. What a web page may send without asking first (a form, plain text) is JSON only where no page sent it. */
export async function jsonOf(c: Asked, anyType: boolean): Promise<unknown> {
	const type = c.req.header('content-type') ?? '';
	const named = /^application\/(?:[\w.-]+\+)?json\b/i.test(type);
	if (!named && !(anyType && c.req.header('origin') === undefined)) {
		throw new Refusal(415, 'The body has to be JSON, sent with content-type: application/json.', { code: 'invalid_request' });
	}
	const coding = c.req.header('content-encoding') ?? 'identity';
	if (coding.toLowerCase() !== 'identity') {
		throw new Refusal(415, 'The body has to be sent as it is, without a content-encoding.', { code: 'invalid_request' });
	}
	const text = await c.var.readBody();
	try {
		return JSON.parse(text);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw new Refusal(400, `The body is not JSON: ${error.message.slice(0, 200)}.`, { code: 'invalid_request' });
	}
}

/** Lets the rest of a body pass, as far as a client may be waited for. */
async function drained(incoming: Incoming): Promise<void> {
	let passed = 0;
	const over = new Promise<void>((done) => {
		incoming.on('data', (piece: Buffer) => {
			passed += piece.length;
			if (passed > MAX_DRAINED_BYTES) done();
		});
		incoming.on('end', done).on('close', done);
	});
	await Promise.race([over, wait(MAX_DRAIN_MS, undefined, { ref: false })]);
}

// A server in memory: serves one file by ranges, and misbehaves as told. Time passes only when somebody waits.

import type { Network } from '../../src/bytes/http.ts';

export interface FakeServer {
	readonly network: Network;
	/** Range headers in the order in which they came. */
	readonly requests: string[];
	/** Waits between tries, in milliseconds. */
	readonly waits: number[];
}

export interface Answer {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Uint8Array | ReadableStream<Uint8Array>;
}

/** `change` sees the proper answer to request n (from 0) and may replace it, or throw as fetch does. */
export function fakeServer(
	file: Uint8Array,
	change: (answer: Required<Answer>, n: number, range: readonly [number, number]) => Answer | Promise<Answer> = (answer) => answer,
): FakeServer {
	const requests: string[] = [];
	const waits: number[] = [];
	return {
		requests,
		waits,
		network: {
			async fetch(_url, { headers, signal }) {
				signal.throwIfAborted();
				requests.push(headers.range!);
				const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range!)!;
				const begin = Number(first);
				const end = Math.min(Number(last) + 1, file.length);
				const proper: Required<Answer> =
					begin < file.length
						? {
								status: 206,
								headers: { etag: '"1"', 'content-range': `bytes ${begin}-${end - 1}/${file.length}` },
								body: file.slice(begin, end),
							}
						: { status: 416, headers: { etag: '"1"', 'content-range': `bytes */${file.length}` }, body: new Uint8Array(0) };
				const answer = { ...proper, ...(await change(proper, requests.length - 1, [begin, end])) };
				return new Response(answer.body as BodyInit, { status: answer.status, headers: answer.headers });
			},
			// Silence is measured in waits of 30 seconds: those never end here, the others at once.
			wait: (ms, signal) =>
				new Promise((resolve, reject) => {
					signal.addEventListener('abort', () => reject(signal.reason), { once: true });
					if (ms === 30_000) return;
					waits.push(ms);
					resolve();
				}),
		},
	};
}

/** A body that breaks off after `bytes`. */
export function broken(bytes: Uint8Array): ReadableStream<Uint8Array> {
	let sent = false;
	return new ReadableStream({
		pull(controller) {
			if (sent) controller.error(new TypeError('terminated'));
			else controller.enqueue(bytes);
			sent = true;
		},
	});
}

// What the server's benches share: a server as a process of its own, and clients that ask without pause.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Served {
	readonly url: string;
	stop(): Promise<number | null>;
}

const MAIN = fileURLToPath(new URL('../surfaces/cli/main.ts', import.meta.url));

/** `tongsa serve` on a free port. */
export function tongsaServe(models: readonly string[], flags: readonly string[] = []): Promise<Served> {
	const words = ['--conditions=tongsa-source', MAIN, 'serve', ...models, '--port', '0', '--log-level', 'error', ...flags];
	const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
	return new Promise((done, fail) => {
		child.on('exit', (code) => fail(new Error(`the server ended with ${code}`)));
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			const url = /http:\S+/.exec(text)?.[0];
			const stop = () =>
				new Promise<number | null>((over) => {
					child.on('exit', over);
					child.kill('SIGTERM');
				});
			if (url) done({ url, stop });
		});
	});
}

export async function post(
	url: string,
	body: unknown,
	signal?: AbortSignal,
	headers?: Readonly<Record<string, string>>,
): Promise<Response> {
	return fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify(body),
		...(signal && { signal }),
	});
}

export interface Load {
	readonly perSecond: number;
	/** Milliseconds from a request to the end of its answer. */
	readonly p50: number;
	readonly p99: number;
}

/** `clients` ask without pause for so many seconds. */
export async function load(clients: number, seconds: number, ask: (i: number) => Promise<unknown>): Promise<Load> {
	const times: number[] = [];
	const begun = performance.now();
	const end = begun + seconds * 1000;
	let asked = 0;
	await Promise.all(
		Array.from({ length: clients }, async () => {
			while (performance.now() < end) {
				const from = performance.now();
				await ask(asked++);
				times.push(performance.now() - from);
			}
		}),
	);
	const took = (performance.now() - begun) / 1000;
	times.sort((a, b) => a - b);
	const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))]!;
	return { perSecond: times.length / took, p50: at(0.5), p99: at(0.99) };
}

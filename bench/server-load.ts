// What the server's benches share: a server as a process of its own, and clients that ask without pause.

import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
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

/** A client on one connection that it keeps. Not fetch: that takes more processor time than the server does, of the same processors. */
export function rawClient(url: string): (path: string, body: object) => Promise<Buffer> {
	const { hostname, port, host } = new URL(url);
	let socket: Socket | undefined;
	return (path, body) =>
		new Promise((done, fail) => {
			const text = JSON.stringify(body);
			const chunks: Buffer[] = [];
			let length = 0;
			let end = Number.POSITIVE_INFINITY;
			// A server closes what is idle.
			if (!socket || socket.destroyed) socket = connect(Number(port), hostname).setNoDelay(true).unref();
			const own = socket.ref();
			const over = () => own.off('data', hear).off('close', broken).off('error', fail).unref();
			const broken = () => fail(new Error('the connection was closed'));
			const hear = (chunk: Buffer) => {
				chunks.push(chunk);
				length += chunk.length;
				if (end === Number.POSITIVE_INFINITY) end = endOf(Buffer.concat(chunks));
				if (length < end) return;
				over();
				const answer = Buffer.concat(chunks);
				if (answer.toString('latin1', 9, 12) === '200') done(answer.subarray(answer.indexOf('\r\n\r\n') + 4));
				else fail(new Error(answer.toString()));
			};
			own.on('data', hear).on('close', broken).on('error', fail);
			const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`;
			own.write(head + text);
		});
}

/** Where an answer ends, once its head is whole. */
function endOf(bytes: Buffer): number {
	const head = bytes.indexOf('\r\n\r\n');
	if (head < 0) return Number.POSITIVE_INFINITY;
	return head + 4 + Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))![1]);
}

/** What a server tells of itself: metric → its value, where it has no labels or these. */
export async function metricsOf(url: string): Promise<(name: string, labels?: string) => number> {
	const text = await (await fetch(`${url}/metrics`)).text();
	const lines = new Map(text.split('\n').map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
	return (name, labels = '') => lines.get(name + labels) ?? Number.NaN;
}

/** Processor time of this process so far, in milliseconds. */
export function ownCpu(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

export interface Load {
	/** Requests answered. */
	readonly count: number;
	readonly perSecond: number;
	/** Milliseconds from a request to the end of its answer. */
	readonly p50: number;
	readonly p99: number;
}

/** `clients` ask without pause for so many seconds: the i-th request, by the k-th client. */
export async function load(clients: number, seconds: number, ask: (i: number, k: number) => Promise<unknown>): Promise<Load> {
	const times: number[] = [];
	const begun = performance.now();
	const end = begun + seconds * 1000;
	let asked = 0;
	await Promise.all(
		Array.from({ length: clients }, async (_, k) => {
			while (performance.now() < end) {
				const from = performance.now();
				await ask(asked++, k);
				times.push(performance.now() - from);
			}
		}),
	);
	const took = (performance.now() - begun) / 1000;
	times.sort((a, b) => a - b);
	const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))]!;
	return { count: times.length, perSecond: times.length / took, p50: at(0.5), p99: at(0.99) };
}

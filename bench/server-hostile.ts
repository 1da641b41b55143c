// How long the largest and the most hostile requests hold up everybody else: /health is asked every 20 ms meanwhile.
//
//     tongsa serve smollm2 --port 8080 &
//     node --conditions=tongsa-source bench/server-hostile.ts http://127.0.0.1:8080 smollm2

import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const [, , base = 'http://127.0.0.1:8080', model = 'smollm2'] = process.argv;

const RARE = '龘靐齉';
const rare = (length: number) => RARE.repeat(Math.ceil(length / 3)).slice(0, length);
const json = JSON.stringify;
const sentences = (count: number, length: number) =>
	Array.from({ length: count }, (_, i) => ({ language: 'x', name: String(i), text: rare(length) }));

/** What is asked, and where. */
const REQUESTS: Readonly<Record<string, readonly [path: string, body: string]>> = {
	'compare, 100 sentences of 20,000 rare characters': [
		'/v1/compare',
		json({ models: [model], text: 'a', sentences: sentences(100, 20_000) }),
	],
	'compare, 16 models': ['/v1/compare', json({ models: Array(16).fill(model), text: 'a', sentences: sentences(100, 1000) })],
	'tokenize, 2.3 M rare characters': ['/v1/tokenize', json({ model, input: rare(2_300_000) })],
	'tokenize, 100,000 rare characters': ['/v1/tokenize', json({ model, input: rare(100_000) })],
	'tokenize, 2.3 M times a': ['/v1/tokenize', json({ model, input: 'a'.repeat(2_300_000) })],
	'tokenize, 1 M characters of English': ['/v1/tokenize', json({ model, input: 'I love you so much. '.repeat(50_000) })],
	'tokenize, emoji': ['/v1/tokenize', json({ model, input: '👨‍👩‍👧‍👦'.repeat(200_000) })],
	'embed, 100,000 tokens': ['/v1/embed', json({ model, text: 'a b '.repeat(50_000) })],
	'embed, 7,000 tokens': ['/v1/embed', json({ model, text: 'a b '.repeat(3500) })],
	'a million names': ['/v1/chat/completions', `{${Array.from({ length: 1_000_000 }, (_, i) => `"k${i}":1`).join(',')}}`],
	'65,000 names': ['/v1/chat/completions', `{${Array.from({ length: 65_000 }, (_, i) => `"k${i}":1`).join(',')}}`],
	'10 MB of nested lists': ['/v1/chat/completions', `{"model":"${model}","messages":${'['.repeat(5e6)}${']'.repeat(5e6)}}`],
	'2.7 M lists': ['/v1/completions', `{"model":"${model}","prompt":[${'[1],'.repeat(2_700_000)}[1]]}`],
	'300,000 ids': ['/v1/completions', json({ model, prompt: Array(300_000).fill(1) })],
	'300,000 texts': ['/v1/embeddings', json({ model, input: Array(300_000).fill('a') })],
	'15 MB of one text': ['/v1/chat/completions', json({ model, messages: [{ role: 'user', content: 'a'.repeat(15e6) }] })],
	'a chat of 200,000 characters': ['/v1/chat/completions', json({ model, messages: [{ role: 'user', content: rare(200_000) }] })],
	'ids to detokenize': ['/v1/detokenize', json({ model, ids: Array.from({ length: 290_000 }, (_, i) => i % 40_000) })],
	'a trace of 4 M numbers': ['/v1/trace', json({ model, text: 'a b c d '.repeat(60), at: ['blocks.*.output'] })],
};

for (const [name, [path, body]] of Object.entries(REQUESTS)) {
	const beside = probe();
	const began = performance.now();
	const response = await fetch(base + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
	const { length } = await response.text();
	const seconds = (performance.now() - began) / 1000;
	await wait(300);
	console.log(
		`${name}: ${response.status} after ${seconds.toFixed(2)} s, ${length} characters, /health ≤ ${(await beside()).toFixed(0)} ms, ${await memory()}`,
	);
}
await halfSent(1000);

/** Asks /health every 20 ms. @returns ends it, and gives the longest answer in milliseconds */
function probe(): () => Promise<number> {
	let longest = 0;
	let over = false;
	const asking = (async () => {
		while (!over) {
			const began = performance.now();
			await fetch(`${base}/health`).then((response) => response.text());
			longest = Math.max(longest, performance.now() - began);
			await wait(20);
		}
	})();
	return async () => {
		over = true;
		await asking;
		return longest;
	};
}

async function memory(): Promise<string> {
	const text = await fetch(`${base}/metrics`).then((response) => response.text());
	return `RSS ${(Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]) / 2 ** 20).toFixed(0)} MiB`;
}

/** Bodies of which the end never comes; others are answered meanwhile. */
async function halfSent(count: number): Promise<void> {
	const { hostname, port } = new URL(base);
	const sockets = Array.from({ length: count }, () => {
		const socket = connect(Number(port), hostname).on('error', () => undefined);
		socket.write(
			'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
		);
		return socket;
	});
	await wait(1000);
	const body = json({ model, input: 'a' });
	const { status } = await fetch(`${base}/v1/tokenize`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
	console.log(`beside ${count} half-sent bodies: ${status}`);
	for (const socket of sockets) socket.destroy();
}

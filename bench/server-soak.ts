// Mixed load with random aborts: no error, no request lost, no growth of memory.
// node --conditions=tongsa-source bench/server-soak.ts MODEL.gguf [MINUTES]

import { setTimeout as wait } from 'node:timers/promises';
import { post, tongsaServe } from './server-load.ts';

const CLIENTS = 12;
/** A part of the requests that is abandoned, at a random moment. */
const ABANDONED = 0.2;
const SAMPLE_MS = 5000;

const [path, minutes = '10'] = process.argv.slice(2);
if (!path) throw new Error('bench/server-soak.ts MODEL.gguf [MINUTES]');
const server = await tongsaServe([path], ['--max-queue', '100']);
const { data } = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: { id: string }[] };
const model = data[0]!.id;
const input = '너를 정말 많이 사랑해.';
const messages = [{ role: 'user', content: 'Say hello.' }];

const KINDS: readonly (readonly [string, object])[] = [
	['/v1/embeddings', { model, input: [input, 'I love you so much.'] }],
	['/v1/tokenize', { model, input }],
	['/v1/embed', { model, text: input }],
	['/v1/nearest', { model, word: ' love' }],
	['/v1/completions', { model, prompt: 'Hello', max_tokens: 16 }],
	['/v1/completions', { model, prompt: 'Hello', max_tokens: 16, stream: true }],
	['/v1/chat/completions', { model, messages, max_tokens: 16, stream: true }],
	['/v1/trace', { model, text: input, at: ['blocks.0.attention.weights'] }],
];

const counts = { answered: 0, abandoned: 0, refused: 0, failed: 0 };
const failures = new Map<string, number>();
const resident: number[] = [];
const end = performance.now() + Number(minutes) * 60_000;

async function client(): Promise<void> {
	while (performance.now() < end) {
		const [route, body] = KINDS[Math.floor(Math.random() * KINDS.length)]!;
		const control = new AbortController();
		if (Math.random() < ABANDONED) setTimeout(() => control.abort(), Math.random() * 300);
		try {
			const response = await post(server.url + route, body, control.signal);
			const text = await response.text();
			const whole = response.ok && (!text.startsWith('data:') || text.endsWith('data: [DONE]\n\n'));
			if (whole) counts.answered++;
			else if (response.status === 429) counts.refused++;
			else throw new Error(`${response.status} ${text.slice(0, 200)}`);
		} catch (error) {
			if (control.signal.aborted) counts.abandoned++;
			else {
				counts.failed++;
				const key = `${route}: ${String(error)}`;
				failures.set(key, (failures.get(key) ?? 0) + 1);
			}
		}
	}
}

async function watch(): Promise<void> {
	while (performance.now() < end) {
		await wait(SAMPLE_MS);
		resident.push((await metric('process_resident_memory_bytes')) / 2 ** 20);
	}
}

async function metric(name: string): Promise<number> {
	const text = await (await fetch(`${server.url}/metrics`)).text();
	return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

await Promise.all([...Array.from({ length: CLIENTS }, client), watch()]);
await wait(1000);
const half = Math.floor(resident.length / 2);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
console.log(counts, Object.fromEntries(failures));
console.log(
	`resident memory, MiB: first half ${mean(resident.slice(0, half)).toFixed(0)}, second half ${mean(resident.slice(half)).toFixed(0)}`,
);
console.log(`still held at the end: ${await metric('tongsa_model_users')}; exit code ${await server.stop()}`);

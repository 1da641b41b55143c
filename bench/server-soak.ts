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

const SCHEMA = {
	type: 'object',
	properties: { word: { type: 'string', maxLength: 12 }, count: { type: 'integer', maximum: 99 } },
	required: ['word'],
};

const KINDS: readonly (readonly [string, object])[] = [
	['/v1/embeddings', { model, input: [input, 'I love you so much.'] }],
	['/v1/tokenize', { model, input }],
	['/v1/embed', { model, text: input }],
	['/v1/nearest', { model, word: ' love' }],
	['/v1/completions', { model, prompt: 'Hello', max_tokens: 16 }],
	['/v1/completions', { model, prompt: 'Hello', max_tokens: 16, stream: true }],
	['/v1/chat/completions', { model, messages, max_tokens: 16, stream: true }],
	['/v1/responses', { model, input: 'Say hello.', max_output_tokens: 16, stream: true }],
	[
		'/v1/chat/completions',
		{ model, messages, max_tokens: 64, response_format: { type: 'json_schema', json_schema: { name: 'a', schema: SCHEMA } } },
	],
	['/api/chat', { model, messages, options: { num_predict: 16 } }],
	['/v1/trace', { model, text: input, at: ['blocks.0.attention.weights'] }],
];

/** A request without an answer for so long is lost. */
const LOST_MS = 120_000;
const counts = { sent: 0, answered: 0, abandoned: 0, refused: 0, failed: 0, lost: 0 };
const failures = new Map<string, number>();
const resident: number[] = [];
const end = performance.now() + Number(minutes) * 60_000;

/** What a whole answer ends with: JSON, events of either kind, lines. */
const ENDS = [/^\{.*\}$/s, /data: \[DONE\]\n\n$/, /^event: response\.(?:completed|incomplete)\n.*\n\n$/m, /"done":true.*\}\n$/];

async function client(name: number): Promise<void> {
	while (performance.now() < end) {
		const [route, body] = KINDS[Math.floor(Math.random() * KINDS.length)]!;
		const control = new AbortController();
		const late = AbortSignal.timeout(LOST_MS);
		counts.sent++;
		if (Math.random() < ABANDONED) setTimeout(() => control.abort(), Math.random() * 300);
		try {
			const response = await post(server.url + route, body, AbortSignal.any([control.signal, late]), { authorization: `Bearer ${name}` });
			const text = await response.text();
			const whole = response.ok && ENDS.some((end) => end.test(text));
			if (whole) counts.answered++;
			else if (response.status === 429) counts.refused++;
			else throw new Error(`${response.status} ${text.slice(0, 200)}`);
		} catch (error) {
			if (control.signal.aborted) counts.abandoned++;
			else if (late.aborted) counts.lost++;
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

await Promise.all([...Array.from({ length: CLIENTS }, (_, i) => client(i % 4)), watch()]);
await wait(1000);
// The first quarter warms up: code is compiled, caches fill.
const warm = resident.slice(Math.floor(resident.length / 4));
const half = Math.floor(warm.length / 2);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
console.log(counts, Object.fromEntries(failures));
console.log(
	`resident memory, MiB: before the middle ${mean(warm.slice(0, half)).toFixed(0)}, after it ${mean(warm.slice(half)).toFixed(0)}`,
);
console.log(`still held at the end: ${await metric('tongsa_model_users')}; exit code ${await server.stop()}`);

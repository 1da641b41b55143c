// Embeddings per second over loopback, with latencies: the engine alone, this server, and peers behind the thinnest possible handler:
// node-llama-cpp for a GGUF file, transformers.js where a folder with its ONNX form is given. First: npm install --prefix bench
//
//     node --conditions=tongsa-source bench/server.ts MODEL [SECONDS] [ONNX-FOLDER]

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { nodeHost } from '../hosts/node/host.ts';
import { openModel } from '../src/model.ts';
import { type Load, load, post, tongsaServe } from './server-load.ts';

const CLIENTS = [1, 8, 32];
/** SmolLM2's ends, so that both write as much. */
const NEVER_ENDS = { 0: -100, 2: -100 };
const TEXTS = ['I love you so much.', '너를 정말 많이 사랑해.', 'あなたをとても愛しています。', '我非常爱你。'];

const [path, seconds = '10', onnx] = process.argv.slice(2);
if (!path) throw new Error('bench/server.ts MODEL [SECONDS] [ONNX-FOLDER]');
const text = (i: number) => TEXTS[i % TEXTS.length]!;
const rows: Record<string, Load> = {};

const alone = await openModel(nodeHost(), path);
await alone.sentence(text(0));
rows['the engine alone, no HTTP'] = await load(1, Number(seconds), (i) => alone.sentence(text(i)));

const tongsa = await tongsaServe([path]);
const { data } = (await (await fetch(`${tongsa.url}/v1/models`)).json()) as { data: { id: string }[] };
const served = asker(tongsa.url, data[0]!.id);
await measure('tongsa serve', served);
const many = Array.from({ length: 32 }, (_, i) => text(i));
const id = data[0]!.id;
const overheads: Record<string, Awaited<ReturnType<typeof pairs>>> = {
	'a text': await pairs(400, (i) => alone.sentence(text(i)), served),
	'32 texts': await pairs(
		40,
		() => alone.sentence(many),
		() => answered(`${tongsa.url}/v1/embeddings`, { model: id, input: many, encoding_format: 'base64' }),
	),
};
if (path.endsWith('.gguf')) {
	overheads['16 tokens written'] = await pairs(
		40,
		(i) => whole(alone.generate(text(i), { maxTokens: 16, stopIds: [] })),
		(i) => answered(`${tongsa.url}/v1/completions`, { model: id, prompt: text(i), max_tokens: 16, temperature: 0, logit_bias: NEVER_ENDS }),
	);
}
const vector = (await alone.sentence(text(0))).vectors[0]!;
const idle = await thinServer(async () => vector);
const bare = await pairs(400, async () => vector, asker(idle.url, 'any'));
idle.stop();
await alone.close();
await tongsa.stop();

for (const [name, open] of [
	['node-llama-cpp', path.endsWith('.gguf') ? () => llama(path) : undefined],
	['transformers.js', onnx ? () => transformers(onnx) : undefined],
] as const) {
	if (!open) continue;
	const peer = await open();
	const thin = await thinServer(peer.embed);
	await measure(name, asker(thin.url, 'any'));
	thin.stop();
	await peer.close();
}

console.table(rows);
for (const [what, { ms, part }] of Object.entries(overheads))
	console.log(
		`overhead of HTTP on ${what}, requests by turns with calls of the engine: ${ms.toFixed(2)} ms, ${(100 * part).toFixed(1)} % of its time`,
	);

console.log(`of these, a handler of node:http that computes nothing and sends one vector: ${bare.ms.toFixed(2)} ms`);

/** One request, one text. */
function asker(url: string, model: string) {
	return (i: number) => answered(`${url}/v1/embeddings`, { model, input: text(i), encoding_format: 'base64' });
}

async function answered(url: string, body: object): Promise<void> {
	const response = await post(url, body);
	if (!response.ok) throw new Error(await response.text());
	await response.arrayBuffer();
}

async function whole(answer: AsyncGenerator): Promise<void> {
	for await (const _ of answer);
}

async function measure(name: string, ask: (i: number) => Promise<unknown>): Promise<void> {
	await ask(0);
	for (const clients of CLIENTS) rows[`${name}, ${clients} at a time`] = await load(clients, Number(seconds), ask);
}

/** What the second costs beyond the first: both by turns, so that a busy machine is busy for both; the quickest of each, text by text. */
async function pairs(rounds: number, first: (i: number) => Promise<unknown>, second: (i: number) => Promise<unknown>) {
	const best = [first, second].map(() => TEXTS.map(() => Number.POSITIVE_INFINITY));
	for (let i = 0; i < rounds; i++) {
		for (const [k, one] of [first, second].entries()) {
			const begun = performance.now();
			await one(i);
			best[k]![i % TEXTS.length] = Math.min(best[k]![i % TEXTS.length]!, performance.now() - begun);
		}
	}
	const [a, b] = best.map((times) => times.reduce((sum, time) => sum + time, 0) / times.length) as [number, number];
	return { ms: b - a, part: b / a - 1 };
}

interface Peer {
	embed(text: string): Promise<Float32Array>;
	close(): Promise<void>;
}

async function llama(modelPath: string): Promise<Peer> {
	const { getLlama } = await import('node-llama-cpp');
	const library = await getLlama({ gpu: false, build: 'never' });
	const model = await library.loadModel({ modelPath });
	// Its own standard makes room for the model's whole context at each call.
	const context = await model.createEmbeddingContext({ contextSize: 512, threads: availableParallelism() });
	return {
		embed: async (text) => Float32Array.from((await context.getEmbeddingFor(text)).vector),
		async close() {
			await context.dispose();
			await library.dispose();
		},
	};
}

/** What is used of @huggingface/transformers, which only bench/ has. */
interface Transformers {
	readonly env: { allowRemoteModels: boolean; localModelPath: string };
	pipeline(task: string, model: string, options: object): Promise<Extractor>;
}
type Extractor = ((text: string, options: object) => Promise<{ readonly data: Float32Array }>) & { dispose(): Promise<void> };

async function transformers(folder: string): Promise<Peer> {
	const name = '@huggingface/transformers';
	const { env, pipeline } = (await import(name)) as Transformers;
	env.allowRemoteModels = false;
	env.localModelPath = '';
	const extract = await pipeline('feature-extraction', folder, { dtype: 'fp32' });
	return {
		embed: async (text) => (await extract(text, { pooling: 'mean', normalize: true })).data,
		close: () => extract.dispose(),
	};
}

/** JSON in, base64 out, nothing else. */
async function thinServer(embed: Peer['embed']): Promise<{ url: string; stop(): void }> {
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string };
		const vector = await embed(input);
		const embedding = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
		response.end(JSON.stringify({ object: 'list', data: [{ object: 'embedding', index: 0, embedding }] }));
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop() {
			server.close();
			server.closeAllConnections();
		},
	};
}

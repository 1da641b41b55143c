// Embeddings per second over loopback, with latencies: the engine alone, this server, and peers behind the thinnest possible handler:
// node-llama-cpp for a GGUF file, transformers.js where a folder with its ONNX form is given. First: npm install --prefix bench
//
//     node --conditions=tongsa-source bench/server.ts MODEL [SECONDS] [ONNX-FOLDER]

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { nodeHost } from '../hosts/node/host.ts';
import { openModel } from '../src/model.ts';
import { load, metricsOf, ownCpu, rawClient, tongsaServe } from './server-load.ts';

const CLIENTS = [1, 8, 32];
/** SmolLM2's ends, so that both write as much. */
const NEVER_ENDS = { 0: -100, 2: -100 };
/** Turns of which one mean is taken: of their differences the median counts. */
const BLOCK = 5;
const TEXTS = ['I love you so much.', '너를 정말 많이 사랑해.', 'あなたをとても愛しています。', '我非常爱你。'];

const [path, seconds = '10', onnx] = process.argv.slice(2);
if (!path) throw new Error('bench/server.ts MODEL [SECONDS] [ONNX-FOLDER]');
const text = (i: number) => TEXTS[i % TEXTS.length]!;
const texts = (count: number) => Array.from({ length: count }, (_, i) => text(i));

/** Texts a second; milliseconds from a request to its whole answer; processor time a text: of the engine or the server, of its thread that
 * answers requests, of the clients. */
interface Row {
	readonly perSecond: number;
	readonly p50: number;
	readonly p99: number;
	readonly cpu?: number;
	readonly httpCpu?: number;
	readonly clientCpu?: number;
}
const rows: Record<string, Row> = {};

const alone = await openModel(nodeHost(), path);
await alone.sentence(texts(32));
for (const count of CLIENTS) {
	const many = texts(count);
	const before = ownCpu();
	const calls = await load(1, Number(seconds), (i) => alone.sentence(count === 1 ? text(i) : many));
	const cpu = (ownCpu() - before) / (calls.count * count);
	rows[`the engine alone, ${count} at once`] = { perSecond: calls.perSecond * count, p50: calls.p50, p99: calls.p99, cpu };
}

const tongsa = await tongsaServe([path]);
const { data } = (await (await fetch(`${tongsa.url}/v1/models`)).json()) as { data: { id: string }[] };
const id = data[0]!.id;
const served = asker(tongsa.url, id);
const client = rawClient(tongsa.url);
await measure('tongsa serve', served, tongsa.url);
const overheads: Record<string, Awaited<ReturnType<typeof pairs>>> = {
	'a text': await pairs(405, '/v1/embeddings', (i) => alone.sentence(text(i)), served),
	'32 texts': await pairs(
		65,
		'/v1/embeddings',
		() => alone.sentence(texts(32)),
		() => client('/v1/embeddings', { model: id, input: texts(32), encoding_format: 'base64' }),
	),
};
if (path.endsWith('.gguf')) {
	overheads['16 tokens written'] = await pairs(
		65,
		'/v1/completions',
		(i) => whole(alone.generate(text(i), { maxTokens: 16, stopIds: [] })),
		(i) => client('/v1/completions', { model: id, prompt: text(i), max_tokens: 16, temperature: 0, logit_bias: NEVER_ENDS }),
	);
}
const vector = (await alone.sentence(text(0))).vectors[0]!;
const idle = await thinServer(async () => vector);
const nothing = asker(idle.url, 'any');
const bares: number[] = [];
for (let i = 0; i < 400; i++) {
	await alone.sentence(text(i));
	bares.push(await took(() => nothing(i)));
}
const bare = median(bares);
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
const part = (ms: number, engine: number) => `${ms.toFixed(2)} ms, ${((100 * ms) / engine).toFixed(1)} %`;
for (const [what, { engine, server, client }] of Object.entries(overheads)) {
	console.log(`${what}, by turns: the engine takes ${engine.toFixed(2)} ms; beside it`);
	console.log(
		`  ${part(server, engine)} in the server, from its first handler to the answer's last byte; ${part(client, engine)} for the client`,
	);
}
console.log(`a handler of node:http that computes nothing and sends one vector, by the same turns: ${bare.toFixed(2)} ms for the client`);

/** One request, one text. Each client has a connection of its own. */
function asker(url: string, model: string) {
	const clients = Array.from({ length: Math.max(...CLIENTS) }, () => rawClient(url));
	return (i: number, k = 0) => clients[k]!('/v1/embeddings', { model, input: text(i), encoding_format: 'base64' });
}

async function whole(answer: AsyncIterable<unknown>): Promise<void> {
	for await (const _ of answer);
}

/** `own`: the address of a server that is a process of its own and tells what it takes. */
async function measure(name: string, ask: (i: number, k: number) => Promise<unknown>, own?: string): Promise<void> {
	await load(8, 1, ask);
	for (const clients of CLIENTS) {
		const before = own ? await metricsOf(own) : undefined;
		const client = ownCpu();
		const { count, ...row } = await load(clients, Number(seconds), ask);
		const clientCpu = (ownCpu() - client) / count;
		rows[`${name}, ${clients} at a time`] = row;
		if (!own || !before) continue;
		const after = await metricsOf(own);
		const spent = (metric: string) => (1000 * (after(metric) - before(metric))) / count;
		const [cpu, httpCpu] = [spent('process_cpu_seconds_total'), spent('tongsa_http_cpu_seconds_total')];
		rows[`${name}, ${clients} at a time`] = { ...row, cpu, httpCpu, clientCpu };
	}
}

/** Requests by turns with calls of the engine, so that a busy machine is busy for both. */
async function pairs(rounds: number, route: string, engine: (i: number) => Promise<unknown>, ask: (i: number) => Promise<unknown>) {
	const labels = `{route="${route}"}`;
	const inServer = async () => {
		const metric = await metricsOf(tongsa.url);
		return 1000 * metric('tongsa_request_seconds_sum', labels);
	};
	await engine(0);
	await ask(0);
	const blocks: { engine: number; server: number; client: number }[] = [];
	for (let block = 0; block < rounds / BLOCK; block++) {
		const before = await inServer();
		let [alone, client] = [0, 0];
		for (let i = 0; i < BLOCK; i++) {
			alone += await took(() => engine(i));
			client += await took(() => ask(i));
		}
		blocks.push({ engine: alone / BLOCK, server: (await inServer()) / BLOCK - before / BLOCK, client: client / BLOCK });
	}
	return {
		engine: median(blocks.map((one) => one.engine)),
		server: median(blocks.map((one) => one.server - one.engine)),
		client: median(blocks.map((one) => one.client - one.engine)),
	};
}

async function took(work: () => Promise<unknown>): Promise<number> {
	const begun = performance.now();
	await work();
	return performance.now() - begun;
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
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

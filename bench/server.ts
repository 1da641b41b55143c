// Embeddings per second over loopback, with latencies: this server, node-llama-cpp behind the thinnest possible handler, and the engine alone.
// node --conditions=tongsa-source bench/server.ts MODEL.gguf [SECONDS]

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeHost } from '../hosts/node/host.ts';
import { openModel } from '../src/model.ts';
import { type Load, load, post, tongsaServe } from './server-load.ts';

const CLIENTS = [1, 8, 32];
const TEXTS = ['I love you so much.', '너를 정말 많이 사랑해.', 'あなたをとても愛しています。', '我非常爱你。'];

const [path, seconds = '10'] = process.argv.slice(2);
if (!path) throw new Error('bench/server.ts MODEL.gguf [SECONDS]');
const text = (i: number) => TEXTS[i % TEXTS.length]!;
const rows: Record<string, Load> = {};

const alone = await openModel(nodeHost(), path);
await alone.sentence(text(0));
rows['the engine alone, no HTTP'] = await load(1, Number(seconds), (i) => alone.sentence(text(i)));
await alone.close();

const tongsa = await tongsaServe([path]);
const { data } = (await (await fetch(`${tongsa.url}/v1/models`)).json()) as { data: { id: string }[] };
await measure('tongsa serve', tongsa.url, data[0]!.id);
await tongsa.stop();

const thin = await llamaServer(path);
await measure('node-llama-cpp', thin.url, 'any');
await thin.stop();

console.table(rows);
const engine = rows['the engine alone, no HTTP']!;
const served = rows['tongsa serve, 1 at a time']!;
console.log(
	`overhead of HTTP, one request at a time: ${(served.p50 - engine.p50).toFixed(2)} ms, ${(100 * (served.p50 / engine.p50 - 1)).toFixed(1)} %`,
);

async function measure(name: string, url: string, model: string): Promise<void> {
	const ask = async (i: number) => {
		const response = await post(`${url}/v1/embeddings`, { model, input: text(i), encoding_format: 'base64' });
		if (!response.ok) throw new Error(await response.text());
		await response.arrayBuffer();
	};
	await ask(0);
	for (const clients of CLIENTS) rows[`${name}, ${clients} at a time`] = await load(clients, Number(seconds), ask);
}

/** JSON in, base64 out, nothing else. */
async function llamaServer(modelPath: string): Promise<{ url: string; stop(): Promise<void> }> {
	const { getLlama } = await import('node-llama-cpp');
	const llama = await getLlama({ gpu: false, build: 'never' });
	const model = await llama.loadModel({ modelPath });
	const context = await model.createEmbeddingContext();
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string };
		const { vector } = await context.getEmbeddingFor(input);
		const embedding = Buffer.from(Float32Array.from(vector).buffer).toString('base64');
		response.end(JSON.stringify({ object: 'list', data: [{ object: 'embedding', index: 0, embedding }] }));
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		async stop() {
			server.close();
			server.closeAllConnections();
			await context.dispose();
			await llama.dispose();
		},
	};
}

// What polite clients never send: it is refused in the right shape, and the server lives.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { environmentSource, readSettings } from '../../surfaces/server/settings.ts';
import { server, type Tested, TINY } from './run.ts';

let running: Tested;
before(async () => {
	running = await server({}, [TINY]);
});
interface Failed {
	readonly error: { readonly message: string; readonly param: string | null; readonly code: string };
}

/** Bytes as they are, piece by piece; what comes back until the connection ends. */
async function raw(...pieces: readonly string[]): Promise<string> {
	const { hostname, port } = new URL(running.url);
	const socket = connect(Number(port), hostname);
	let text = '';
	socket.setEncoding('latin1').on('data', (more: string) => (text += more));
	const closed = new Promise<void>((done) => socket.on('close', () => done()).on('error', () => done()));
	for (const piece of pieces) {
		socket.write(piece);
		await wait(5);
	}
	await closed;
	return text;
}

const asked = '{"model":"tiny","input":"a"}';
const head = `POST /v1/tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${asked.length}\r\n`;

test('what is no HTTP, or not quite, gets a JSON error', async () => {
	const cases: readonly (readonly [string, number])[] = [
		['nonsense\r\n\r\n', 400],
		['GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n', 403], // no Host
		['GET /v1/models HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
		['GET /v1/models HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n', 400],
		['GET /v1\\models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
		['OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
		[`GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`, 431],
		['POST /v1/tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n', 400],
		['POST /v1/tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
		['GET /v1/models/%ff%00%2e%2e HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
		['GET /..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
		['PUT /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', 405],
	];
	for (const [bytes, status] of cases) {
		const answer = await raw(bytes);
		assert.equal(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), status, bytes.slice(0, 60));
		const { error } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Failed;
		assert.ok(error.message && error.code, bytes.slice(0, 60));
	}
});

test('requests one behind the other on a line are all answered; one that comes letter by letter too', async () => {
	const many = await raw(`${head}\r\n${asked}`.repeat(30) + `${head}Connection: close\r\n\r\n${asked}`);
	assert.equal(many.split('HTTP/1.1 200').length - 1, 31);
	assert.match(await raw(head, 'Connection: close\r\n\r\n', ...asked), /^HTTP\/1\.1 200/);
});

test('numbers without sense, prototypes, bytes that are no UTF-8, schemas without end', async () => {
	const messages = [{ role: 'user', content: 'x' }];
	const deep = `${'{"items":'.repeat(20_000)}{}${'}'.repeat(20_000)}`;
	const schema = (text: string) => `"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":${text}}}`;
	const cases: readonly (readonly [string, string | object, string | null])[] = [
		['chat/completions', { messages: Array.from({ length: 10_000 }, () => messages[0]) }, 'messages'],
		['chat/completions', { messages, n: 1e9 }, 'n'],
		['chat/completions', { messages, max_tokens: -1 }, 'max_tokens'],
		['chat/completions', { messages, n: 100, max_tokens: 100 }, 'max_tokens'],
		['chat/completions', { messages, seed: 1e300 }, 'seed'],
		['chat/completions', { messages, logit_bias: { a: 1 } }, 'logit_bias.a'],
		['chat/completions', { messages, logit_bias: { 4294967295: 100 }, stream: true }, 'logit_bias'],
		['chat/completions', { messages, stop: Array.from({ length: 17 }, () => 'x') }, 'stop'],
		['chat/completions', `{"model":"tiny","messages":[{"role":"user","content":"x","__proto__":{}}]}`, 'messages[0].__proto__'],
		['chat/completions', `{"model":"tiny","messages":[{"role":"user","content":"x"}],${schema(deep)}}`, null],
		['completions', { prompt: Array.from({ length: 3000 }, () => 'a'), max_tokens: 1 }, 'prompt'],
		['completions', { prompt: Array.from({ length: 1000 }, () => 'a'), n: 128, max_tokens: 1 }, 'max_tokens'],
		['completions', { prompt: ['a', ''] }, 'prompt[1]'],
		['embeddings', { input: 'a', dimensions: 1.5 }, 'dimensions'],
	];
	for (const [route, body, param] of cases) {
		const response = await running.post(`/v1/${route}`, typeof body === 'string' ? body : { model: 'tiny', ...body });
		const { error } = (await response.json()) as Failed;
		assert.deepEqual([response.status, error.param], [400, param], error.message);
	}
	const bytes = Buffer.concat([Buffer.from('{"model":"tiny","input":"'), Buffer.of(0xff, 0xed, 0xa0, 0x80), Buffer.from('"}')]);
	const broken = await fetch(`${running.url}/v1/tokenize`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: bytes,
	});
	assert.equal(broken.status, 200); // read as U+FFFD, as JSON parsers of the web do
	for (const [status, type] of [
		[415, 'text/plain'],
		[200, 'application/json; charset=utf-8'],
	] as const) {
		const response = await fetch(`${running.url}/v1/tokenize`, { method: 'POST', headers: { 'content-type': type }, body: asked });
		assert.equal(response.status, status, type);
	}
});

test('an abandoned stream stops: hardly a token is made that its client did not read', async () => {
	const own = await server({ 'max-tokens': 100_000 }, [TINY]);
	const control = new AbortController();
	const body = { model: 'tiny', prompt: 'love', n: 100, max_tokens: 250, logit_bias: { 257: -100 }, logprobs: 0, stream: true };
	const response = await fetch(`${own.url}/v1/completions`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
		signal: control.signal,
	});
	let read = 0;
	const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
	while (read < 300) read += (await reader.read()).value!.split('"token_logprobs":[').length - 1;
	control.abort();
	const metric = async (name: string) =>
		Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await (await fetch(`${own.url}/metrics`)).text())?.[1]);
	while ((await metric('tongsa_model_users\\{model="tiny"\\}')) > 0) await wait(5);
	const made = await metric('tongsa_tokens_total\\{model="tiny",kind="completion"\\}');
	// Those that were on the line when it closed.
	assert.ok(made - read < 30, `${read} read, ${made} made`);
	await wait(100);
	assert.equal(await metric('tongsa_tokens_total\\{model="tiny",kind="completion"\\}'), made);
});

test('after all that it lives, and has nothing left at work', async () => {
	assert.equal((await fetch(`${running.url}/health`)).status, 200);
	const metrics = await (await fetch(`${running.url}/metrics`)).text();
	assert.match(metrics, /^tongsa_model_users\{model="tiny"\} 0$/m);
	assert.doesNotMatch(metrics, /status="500"/);
});

test('compressed bodies are refused in words; keys that open to all, or that nobody can send, are refused at the start', async () => {
	const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
	const response = await fetch(`${running.url}/v1/tokenize`, { method: 'POST', headers, body: new Uint8Array(gzipSync(asked)) });
	assert.deepEqual([response.status, ((await response.json()) as Failed).error.code], [415, 'invalid_request']);
	for (const key of ['', ' ', '열쇠', 'a b']) await assert.rejects(server({ 'api-key': [key] }, [TINY]), /API key is one or more/);
	assert.equal(readSettings([environmentSource({ TONGSA_SERVE_API_KEY: 'one, two ,' })])['api-key'].join('|'), 'one|two');
});

test('a time limit below that of headers', async () => {
	const quick = await server({ timeout: 1 }, [TINY]);
	assert.equal((await fetch(`${quick.url}/health`)).status, 200);
});

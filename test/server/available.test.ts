// One request must not stop the others: what is too much is refused before it is computed, whoever sends slowly takes no place, and nobody
// waits for another's long answer. Times are measured by bench/server-hostile.ts: a test must not depend on how fast the machine is.

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openClients } from '../../surfaces/server/clients.ts';
import { jsonLimits, structureScanner } from '../../surfaces/server/json-scan.ts';
import type { Asked } from '../../surfaces/server/service.ts';
import { readSettings } from '../../surfaces/server/settings.ts';
import { encodeWithin } from '../../surfaces/server/text-work.ts';
import { server, type Tested, TINY } from './run.ts';

interface Failed {
	readonly error: { readonly message: string; readonly param: string | null; readonly code: string };
}
const failed = async (response: Response) => ({ status: response.status, ...((await response.json()) as Failed).error });

test('the JSON of a body is counted wherever it is cut: depth, lists and objects, names, values; texts count as one', () => {
	const limits = { depth: 3, containers: 4, names: 2, values: 9 };
	const cases: readonly (readonly [string, RegExp | undefined])[] = [
		['{"a":[[1]],"b":2}', undefined],
		['[[[[]]]]', /nested too deeply.*at most 3/],
		['[[],[],[],[]]', /too many lists and objects.*at most 4/],
		['{"a":1,"b":2,"c":3}', /too many members.*at most 2/],
		['[1,2,3,4,5,6,7,8,9,10]', /too many values.*at most 9/],
		[JSON.stringify(['[[[[[{"a":1,,,,,,,,,,,,,\\', '"', '\\"[[[[']), undefined],
	];
	for (const [text, wrong] of cases) {
		const bytes = Buffer.from(text);
		for (const cut of [1, 2, 3, bytes.length]) {
			const scan = structureScanner(limits);
			const all = () => {
				for (let at = 0; at < bytes.length; at += cut) scan(bytes.subarray(at, at + cut));
			};
			if (wrong) assert.throws(all, wrong, text);
			else all();
		}
	}
	// The largest request that the settings allow passes.
	const { values, containers } = jsonLimits(readSettings([]));
	assert.ok(values > 300_000 && containers > 8 * 2048);
});

test('tokenizing stops at the limit: of a long text a beginning is encoded, and of one that fits nothing is lost', () => {
	const lengths: number[] = [];
	const tokenizer = {
		// Three tokens a unit, as rare characters have.
		encode(text: string) {
			lengths.push(text.length);
			return { ids: new Uint32Array(3 * text.length) };
		},
	} as unknown as Parameters<typeof encodeWithin>[0];
	assert.throws(() => encodeWithin(tokenizer, 300_000, 'input')('a'.repeat(2_000_000)), /more than 300000 tokens/);
	assert.ok(Math.max(...lengths) <= 1.2 * 100_000 + 1, lengths.join(' '));
	const encode = encodeWithin(tokenizer, 300_000, 'input');
	assert.equal(encode('a'.repeat(60_000)).ids.length, 180_000);
	assert.throws(() => encode('a'.repeat(60_000)), /input/); // the texts of a request have the limit together
});

test('compare counts its sentences, each for every model', async () => {
	const running = await server({ 'max-input-tokens': 1000 }, [TINY]);
	const sentences = (count: number, text: string) => Array.from({ length: count }, (_, i) => ({ language: 'x', name: String(i), text }));
	const ask = (models: number, count: number, text: string) =>
		running.post('/v1/compare', { models: Array(models).fill('tiny'), text: 'a', sentences: sentences(count, text) });
	assert.deepEqual([(await ask(2, 10, '龘靐')).status], [200]);
	const many = await failed(await ask(2, 100, '龘靐'));
	assert.deepEqual([many.status, many.code], [400, 'context_length_exceeded'], many.message);
	assert.match((await failed(await ask(16, 100, 'abcdefgh'))).message, /characters/); // not tokenized to learn how many
});

test('an answer of too many numbers is refused before it is computed', async () => {
	const running = await server({ 'max-values': 100 }, [TINY]);
	const cases: readonly (readonly [string, object])[] = [
		['/v1/embed', { text: 'abcdefgh' }],
		['/v1/sentence', { input: ['a', 'b', 'c', 'd'] }],
		['/v1/embeddings', { input: ['a', 'b', 'c', 'd'] }],
	];
	for (const [path, body] of cases) {
		const { status, code, message } = await failed(await running.post(path, { model: 'tiny', ...body }));
		assert.deepEqual([status, code], [400, 'too_large'], path);
		assert.match(message, /the answer would hold \d+ numbers, and this server gives at most 100/);
	}
	assert.equal((await running.post('/api/embed', { model: 'tiny', input: ['a', 'b', 'c', 'd'] })).status, 400);
});

test('long texts and long answers are worked on by other threads, with the same result', async () => {
	const running = await server({}, [TINY]);
	const text = 'I love 사랑 '.repeat(1000);
	type Tokens = { results: { ids: number[] }[] };
	const { results } = await running.json<Tokens>('/v1/tokenize', { model: 'tiny', input: text });
	const one = await running.json<Tokens>('/v1/tokenize', { model: 'tiny', input: 'I love 사랑 ' });
	assert.deepEqual(results[0]!.ids, Array.from({ length: 1000 }, () => one.results[0]!.ids).flat());
	const { text: back } = await running.json<{ text: string }>('/v1/detokenize', { model: 'tiny', ids: results[0]!.ids });
	assert.equal(back, text);
	type Rows = { rows: number[][]; shape: number[] };
	const { rows, shape } = await running.json<Rows>('/v1/embed', { model: 'tiny', text: text.slice(0, 2000) });
	assert.deepEqual(shape, [rows.length, 32]);
	const short = await running.json<Rows>('/v1/embed', { model: 'tiny', text: text.slice(0, 20) });
	assert.deepEqual(rows.slice(0, 20), short.rows.slice(0, 20));
});

/** Headers, and the first byte of a body whose rest never comes. */
function halfSent(running: Tested): Socket {
	const { hostname, port } = new URL(running.url);
	const socket = connect(Number(port), hostname).on('error', () => undefined);
	socket.write('POST /v1/tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{');
	return socket;
}

test('bodies that are half sent take no place; what is at work does', async () => {
	const running = await server({ 'max-requests': 1 }, [TINY]);
	const sockets = Array.from({ length: 50 }, () => halfSent(running));
	await wait(200);
	assert.equal((await running.post('/v1/tokenize', { model: 'tiny', input: 'a' })).status, 200);
	const long = { model: 'tiny', prompt: 'love', max_tokens: 250, logit_bias: { 257: -100 }, stream: true };
	const working = await running.post('/v1/completions', long);
	const refused = await running.post('/v1/tokenize', { model: 'tiny', input: 'a' });
	assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1']);
	await working.text();
	assert.equal((await running.post('/v1/tokenize', { model: 'tiny', input: 'a' })).status, 200);
	for (const socket of sockets) socket.destroy();
});

test('a half-sent body gets its 408, and its connection is closed though the other end keeps it open', async () => {
	const running = await server({ timeout: 1 }, [TINY]);
	const socket = halfSent(running);
	let text = '';
	socket.setEncoding('latin1').on('data', (more: string) => (text += more));
	await new Promise((done) => socket.on('close', done));
	assert.match(text, /^HTTP\/1\.1 408/);
});

test('clients are told apart by their address, whatever keys they invent; a trusted proxy tells it', async () => {
	const address = async (trusted: readonly string[], remoteAddress: string, headers: Record<string, string>) => {
		const clients = await openClients(readSettings([(name) => (name === 'trust-proxy' ? trusted : undefined)]), () => 0);
		const asked = { env: { incoming: { socket: { remoteAddress }, headers } }, req: { header: (name: string) => headers[name] } };
		assert.equal(clients.accountOf(asked as unknown as Asked), undefined);
		return clients.addressOf(asked as unknown as Asked);
	};
	const behind = { 'x-forwarded-for': '6.6.6.6, 9.9.9.9', authorization: 'Bearer invented' };
	assert.equal(await address([], '127.0.0.1', behind), '127.0.0.1');
	assert.equal(await address(['loopback'], '127.0.0.1', behind), '9.9.9.9'); // what the client itself wrote before it is not believed
	assert.equal(await address(['loopback'], '8.8.8.8', behind), '8.8.8.8');
	assert.equal(await address(['10.0.0.0/8', '9.9.9.9'], '10.1.2.3', behind), '6.6.6.6');
	await assert.rejects(address(['nonsense'], '127.0.0.1', {}), /a trusted proxy is an address/);
});

test('a short answer comes before a long one of the same client has ended', async () => {
	const running = await server({ 'max-tokens': 100_000 }, [TINY]);
	const body = { model: 'tiny', prompt: 'love', max_tokens: 250, logit_bias: { 257: -100 } };
	let over = false;
	const long = running.post('/v1/completions', { ...body, n: 100 }).then(async (response) => {
		over = true;
		return response.text();
	});
	await wait(300);
	assert.equal((await running.post('/v1/completions', { ...body, max_tokens: 1 })).status, 200);
	assert.equal(over, false);
	await long;
});

test('a client that does not read is left, and its model given back', async () => {
	const running = await server({ 'max-tokens': 100_000 }, [TINY]);
	const { hostname, port } = new URL(running.url);
	const body = JSON.stringify({
		model: 'tiny',
		messages: [{ role: 'user', content: 'love' }],
		n: 128,
		max_tokens: 200,
		logprobs: true,
		top_logprobs: 20,
		logit_bias: { 257: -100 },
		stream: true,
	});
	const socket = connect(Number(port), hostname).on('error', () => undefined);
	socket.pause();
	socket.write(
		`POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
	);
	const metric = async (name: string) =>
		new RegExp(`^${name}.* (\\d+)$`, 'm').exec(await (await fetch(`${running.url}/metrics`)).text())?.[1];
	while ((await metric('tongsa_aborted_total')) === undefined) await wait(50);
	while ((await metric('tongsa_model_users')) !== '0') await wait(50);
	const made = Number(await metric('tongsa_tokens_total\\{model="tiny",kind="completion"\\}'));
	assert.ok(made < 128 * 200, `${made} tokens`);
	socket.destroy();
});

// What the server does when requests are hostile, too many, too large, or abandoned: it answers in the right shape and lives on.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { server, type Tested, TINY } from './run.ts';

let running: Tested;
before(async () => {
	running = await server({ 'max-body': 1 });
});

interface Failed {
	readonly error: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string };
}
const failed = async (response: Response) => ({ status: response.status, ...((await response.json()) as Failed).error });

/** A GET with any headers: fetch sends its own Host. */
function raw(
	path: string,
	headers: Readonly<Record<string, string>>,
	url = running.url,
): Promise<{ status: number; headers: NodeJS.Dict<unknown> }> {
	return new Promise((done, fail) => {
		const { hostname, port } = new URL(url);
		request({ hostname, port, path, headers }, (answer) => {
			answer.resume();
			answer.on('end', () => done({ status: answer.statusCode!, headers: answer.headers }));
		})
			.on('error', fail)
			.end();
	});
}

/** Goes on for as long as it may: the end token cannot come. */
const long = { model: 'tiny', prompt: 'love', max_tokens: 250, logit_bias: { 257: -100 } };

test('a foreign host name is refused (DNS rebinding); addresses and localhost are not', async () => {
	assert.equal((await raw('/v1/models', { host: 'evil.example' })).status, 403);
	assert.equal((await raw('/v1/models', { host: '127.0.0.1.evil.example:80' })).status, 403);
	for (const host of ['localhost:1', 'tongsa.localhost', '192.168.1.2:8080', '[::1]:80']) {
		assert.equal((await raw('/v1/models', { host })).status, 200, host);
	}
});

test('pages of other origins are refused until allowed', async () => {
	assert.equal((await raw('/v1/models', { origin: 'https://example.org' })).status, 403);
	assert.equal((await raw('/v1/models', { origin: 'null' })).status, 403);
	assert.equal((await raw('/v1/models', { host: 'localhost:99', origin: 'http://localhost:99' })).status, 200);
	const open = await server({ 'allow-origin': ['https://example.org'], 'allow-host': ['tongsa.example'] }, ['lecture']);
	const allowed = await raw('/v1/models', { origin: 'https://example.org', host: 'tongsa.example' }, open.url);
	assert.deepEqual([allowed.status, allowed.headers['access-control-allow-origin']], [200, 'https://example.org']);
	const preflight = await fetch(`${open.url}/v1/embeddings`, { method: 'OPTIONS', headers: { origin: 'https://example.org' } });
	assert.equal(preflight.status, 204);
	assert.equal((await fetch(`${open.url}/v1/models`, { headers: { origin: 'https://example.com' } })).status, 403);
});

test('with a key, models answer only to it; health stays open', async () => {
	const locked = await server({ 'api-key': ['open', 'sesame'] }, ['lecture']);
	const status = async (path: string, authorization?: string) =>
		(await fetch(locked.url + path, { headers: authorization ? { authorization } : {} })).status;
	assert.deepEqual(
		[await status('/v1/models'), await status('/v1/models', 'Bearer sesam'), await status('/v1/models', 'Bearer sesame')],
		[401, 401, 200],
	);
	assert.deepEqual([await status('/health'), await status('/metrics'), await status('/api/tags')], [200, 401, 401]);
	assert.equal((await failed(await fetch(`${locked.url}/v1/models`))).code, 'invalid_api_key');
});

test('bodies that are no request get an error of the right shape', async () => {
	const cases: readonly (readonly [string, number, string])[] = [
		['', 400, 'invalid_request'],
		['{"model":', 400, 'invalid_request'],
		['[]', 400, 'invalid_value'],
		['{}', 400, 'invalid_value'],
		['null', 400, 'invalid_value'],
		[`{"model":"tiny","prompt":"${'a'.repeat(2 ** 20)}"}`, 413, 'body_too_large'],
		[`{"model":"tiny","prompt":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400, 'invalid_request'],
		[`{"model":"tiny","prompt":"a","suffix":${'['.repeat(500)}${']'.repeat(500)}}`, 400, 'unsupported_parameter'],
		['{"model":"tiny","prompt":[1e99]}', 400, 'invalid_value'],
		['{"model":"tiny","prompt":[-1]}', 400, 'invalid_value'],
		['{"model":"tiny","prompt":[99999]}', 400, 'out_of_range'],
		['{"model":"tiny","prompt":""}', 400, 'invalid_value'],
		['{"model":"tiny","prompt":"a","__proto__":{"n":2}}', 400, 'unknown_parameter'],
	];
	for (const [body, status, code] of cases) {
		const got = await failed(await running.post('/v1/completions', body));
		assert.deepEqual([got.status, got.code], [status, code], body.slice(0, 80));
	}
	const form = await fetch(`${running.url}/v1/completions`, { method: 'POST', body: 'model=tiny' });
	assert.equal(form.status, 415); // what a page may send without asking first is never JSON
	assert.equal((await failed(await fetch(`${running.url}/v1/nothing`))).status, 404);
	const ollama = await running.post('/api/chat', '{');
	assert.deepEqual([ollama.status, typeof ((await ollama.json()) as { error: unknown }).error], [400, 'string']);
});

test('Hangul, emoji and lone surrogates pass', async () => {
	for (const text of ['너를 정말 많이 사랑해.', '👨‍👩‍👧‍👦', '\ud83d', 'a\udc00b']) {
		const { results } = await running.json<{ results: { ids: number[] }[] }>('/v1/tokenize', { model: 'tiny', input: text });
		const { text: back } = await running.json<{ text: string }>('/v1/detokenize', { model: 'tiny', ids: results[0]!.ids });
		assert.equal(back, text.toWellFormed());
	}
});

test('too long a text is refused: by its tokens, and by its characters without being tokenized', async () => {
	const narrow = await server({ 'max-input-tokens': 10 }, ['gpt-2', TINY]);
	const refused = async (path: string, body: object) => failed(await narrow.post(path, body));
	for (const [path, field, model] of [
		['/v1/tokenize', 'input', 'gpt-2'],
		['/v1/embeddings', 'input', 'tiny'],
		['/v1/sentence', 'input', 'tiny'],
		['/v1/embed', 'text', 'tiny'],
		['/v1/completions', 'prompt', 'tiny'],
	] as const) {
		const tokens = await refused(path, { model, [field]: 'a b c d e f g h i j k' });
		assert.deepEqual([tokens.status, tokens.param, tokens.code], [400, field, 'context_length_exceeded'], path);
		assert.match(tokens.message, /1[12]|2[01] tokens/);
		assert.match((await refused(path, { model, [field]: 'a'.repeat(81) })).message, /81 characters/);
	}
	const messages = [{ role: 'user', content: 'a'.repeat(81) }];
	assert.match((await refused('/v1/chat/completions', { model: 'tiny', messages })).message, /81 characters/);
	const lists = await refused('/v1/embeddings', {
		model: 'tiny',
		input: [
			[1, 2, 3, 4, 5, 6],
			[1, 2, 3, 4, 5],
		],
	});
	assert.match(lists.message, /11 tokens/);
});

test('no name in a request opens a file, unless its folder is allowed; links out of it lead nowhere', async () => {
	for (const model of [TINY, '/etc/passwd', '../tiny.gguf', 'hf:a/b', 'http://127.0.0.1:1/x.gguf', 'tiny.gguf', '\0', 'gemma-3-270m']) {
		const got = await failed(await running.post('/v1/tokenize', { model, input: 'x' }));
		assert.deepEqual([got.status, got.code], [404, 'model_not_found'], model);
	}
	const root = mkdtempSync(join(tmpdir(), 'tongsa-allowed-'));
	after(() => rmSync(root, { recursive: true }));
	mkdirSync(join(root, 'in'));
	symlinkSync(TINY, join(root, 'in', 'out.gguf'));
	writeFileSync(join(root, 'in', 'mine.gguf'), 'not a model');
	const open = await server({ 'allow-folder': [join(root, 'in')] }, ['lecture']);
	const code = async (model: string) => (await failed(await open.post('/v1/tokenize', { model, input: 'x' }))).code;
	assert.equal(await code('out.gguf'), 'model_not_found');
	assert.equal(await code('../in/../../etc/passwd'), 'model_not_found');
	// A folder whose name begins with the allowed one's is another folder.
	mkdirSync(join(root, 'in-secret'));
	writeFileSync(join(root, 'in-secret', 'mine.gguf'), 'not a model');
	assert.equal(await code(join(root, 'in-secret', 'mine.gguf')), 'model_not_found');
	// What lies beside a file and in a folder is read with it.
	writeFileSync(join(root, 'secret.json'), '{}');
	for (const folder of ['in', 'in/folder']) {
		mkdirSync(join(root, folder), { recursive: true });
		writeFileSync(join(root, folder, 'model.safetensors'), 'not a model');
		const named = folder === 'in' ? 'model.safetensors' : 'folder';
		assert.notEqual(await code(named), 'model_not_found');
		symlinkSync(join(root, 'secret.json'), join(root, folder, 'config.json'));
		assert.equal(await code(named), 'model_not_found', named);
	}
	const mine = await failed(await open.post('/v1/tokenize', { model: 'mine.gguf', input: 'x' }));
	assert.notEqual(mine.code, 'model_not_found');
	assert.ok(!mine.message.includes(root), mine.message);
});

test('a full queue refuses at once and says when to come again', async () => {
	const small = await server({ 'max-queue': 1 }, [TINY]);
	await small.json('/v1/completions', { ...long, max_tokens: 1 });
	const answers = await Promise.all(Array.from({ length: 6 }, () => small.post('/v1/completions', long)));
	const statuses = answers.map(({ status }) => status);
	assert.equal(statuses.filter((status) => status === 200).length, 2, statuses.join(' '));
	const refused = answers.find(({ status }) => status === 429)!;
	assert.match(refused.headers.get('retry-after')!, /^[1-9]\d*$/);
	assert.equal(((await refused.json()) as Failed).error.type, 'rate_limit_error');
});

test('a request that its client abandons stops, at work or waiting', async () => {
	const own = await server({ 'max-tokens': 100_000 }, [TINY]);
	const control = new AbortController();
	const ask = (signal: AbortSignal) =>
		fetch(`${own.url}/v1/completions`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ ...long, n: 100, stream: true }),
			signal,
		});
	const response = await ask(control.signal);
	// Two of one client go on by turns; a third waits.
	const second = await ask(control.signal);
	const waiting = assert.rejects(ask(AbortSignal.timeout(100)));
	await response.body!.getReader().read();
	await waiting;
	await second.body!.getReader().read();
	control.abort();
	for (let tries = 0; tries < 100; tries++) {
		const users = /^tongsa_model_users\{model="tiny"\} (\d+)$/m.exec(await (await fetch(`${own.url}/metrics`)).text())![1];
		if (users === '0') break;
		await wait(20);
	}
	const metrics = await (await fetch(`${own.url}/metrics`)).text();
	assert.match(metrics, /^tongsa_aborted_total\{route="\/v1\/completions"\} 3$/m);
	assert.match(metrics, /^tongsa_model_users\{model="tiny"\} 0$/m);
	const made = Number(/^tongsa_tokens_total\{model="tiny",kind="completion"\} (\d+)$/m.exec(metrics)![1]);
	assert.ok(made < 100 * 250, `${made} tokens`);
	await own.json('/v1/completions', { ...long, max_tokens: 1 }); // the queue goes on
});

test('a request that takes too long ends, and clients are told not to ask the same again', async () => {
	const own = await server({ 'max-tokens': 100_000, timeout: 1 }, [TINY]);
	const late = await own.post('/v1/completions', { ...long, n: 100 });
	assert.deepEqual([late.status, late.headers.get('x-should-retry')], [408, 'false']);
});

test('many at once: each gets its own answer, and one that is wrong spoils no other', async () => {
	const texts = Array.from({ length: 40 }, (_, i) => `text number ${i}`);
	type Answer = { data: { embedding: number[] }[] };
	const single: Answer[] = [];
	for (const input of texts) single.push(await running.json<Answer>('/v1/embeddings', { model: 'tiny', input }));
	const [together, wrong] = await Promise.all([
		Promise.all(texts.map((input) => running.json<Answer>('/v1/embeddings', { model: 'tiny', input }))),
		running.post('/v1/embeddings', { model: 'tiny', input: [99_999] }),
	]);
	assert.deepEqual(
		together.map(({ data }) => data),
		single.map(({ data }) => data),
	);
	assert.equal(wrong.status, 400);
});

test('more models than places: the idle one goes, and comes back when asked', async () => {
	const narrow = await server({ 'max-models': 1 }, ['lecture', TINY]);
	for (const model of ['lecture', 'tiny', 'lecture', 'tiny']) {
		await narrow.json('/v1/tokenize', { model, input: 'I love' });
		assert.deepEqual((await narrow.json<{ open: string[] }>('/health')).open, [model]);
	}
});

test('stopping: what is at work ends in its time, or is cancelled after it', async () => {
	const patient = await server({ grace: 20 }, [TINY]);
	const answer = await patient.post('/v1/completions', { ...long, stream: true });
	const [text] = await Promise.all([answer.text(), patient.stop()]);
	assert.match(text, /\[DONE\]\n\n$/);
	await assert.rejects(fetch(`${patient.url}/health`));

	const hasty = await server({ grace: 0, 'max-tokens': 100_000 }, [TINY]);
	const cut = await hasty.post('/v1/completions', { ...long, n: 100, stream: true });
	const [rest] = await Promise.all([cut.text(), hasty.stop()]);
	assert.doesNotMatch(rest, /\[DONE\]/);
	assert.match(rest, /The server is stopping\./);
});

test('tongsa serve: says where it listens, takes settings from the environment and a file, exits 0 when told to stop', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'tongsa-config-'));
	after(() => rmSync(folder, { recursive: true }));
	writeFileSync(join(folder, 'serve.json'), JSON.stringify({ models: ['lecture'], port: 0, 'log-level': 'silent' }));
	const main = fileURLToPath(new URL('../../surfaces/cli/main.ts', import.meta.url));
	const child = spawn(process.execPath, ['--conditions=tongsa-source', main, 'serve', '--config', join(folder, 'serve.json')], {
		env: { ...process.env, TONGSA_SERVE_API_KEY: 'sesame' },
	});
	const url = await new Promise<string>((done) => {
		child.stdout.setEncoding('utf8').on('data', (text: string) => done(/http:\S+/.exec(text)![0]));
	});
	assert.equal((await fetch(`${url}/v1/models`)).status, 401);
	const models = await fetch(`${url}/v1/models`, { headers: { authorization: 'Bearer sesame' } });
	assert.deepEqual(((await models.json()) as { data: { id: string }[] }).data[0]!.id, 'lecture');
	child.kill('SIGTERM');
	assert.equal(await new Promise((done) => child.on('close', done)), 0);
});

// What whoever runs a server for others needs: keys with names and limits, proxies, request ids, readiness, an end that takes all along.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { allowedFolders } from '../../surfaces/server/folders.ts';
import { wantedOf } from '../../surfaces/server/openai/sampling.ts';
import { server, TINY } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'tongsa-running-'));
after(() => rmSync(folder, { recursive: true }));

function keyFile(keys: readonly object[]): string {
	const path = join(folder, `${Math.random()}.json`);
	writeFileSync(path, JSON.stringify(keys));
	return path;
}

test('keys from a file: each has its name and what it may have a minute', async () => {
	const file = keyFile([
		{ name: 'ana', key: 'a-key', requestsPerMinute: 2 },
		{ name: 'ben', key: 'b-key', tokensPerMinute: 5 },
	]);
	const running = await server({ 'key-file': file }, [TINY]);
	const ask = (headers: Record<string, string>, body: object = { model: 'tiny', input: 'abc' }, path = '/v1/tokenize') =>
		running.post(path, body, headers);
	const ana = { authorization: 'Bearer a-key' };
	assert.equal((await ask({})).status, 401);
	assert.deepEqual([(await ask(ana)).status, (await ask(ana)).status], [200, 200]);
	const third = await ask(ana);
	assert.equal(third.status, 429);
	assert.ok(Number(third.headers.get('retry-after')) >= 1);
	assert.match(await third.text(), /'ana' has had its requests/);
	// Tokens are known when they are written: the request after is refused. Anthropic's clients send the key by another name.
	const ben = { 'x-api-key': 'b-key' };
	assert.equal((await ask(ben, { model: 'tiny', prompt: 'love', max_tokens: 20 }, '/v1/completions')).status, 200);
	assert.match(await (await ask(ben)).text(), /'ben' has had its tokens/);
	for (const wrong of [[{ name: 'a' }], [{ name: 'a', key: 'k', requestsPerMinute: 0 }], [{ name: 'a', key: 'two words' }]]) {
		await assert.rejects(server({ 'key-file': keyFile(wrong) }, [TINY]), /keys|key is one/);
	}
});

test('a request has a name: its own, or one that the client gave', async () => {
	const running = await server({}, [TINY]);
	const name = async (headers: Record<string, string>) => (await fetch(`${running.url}/health`, { headers })).headers.get('x-request-id');
	assert.match((await name({}))!, /^req-[\da-f]{24}$/);
	assert.equal(await name({ 'x-request-id': 'mine-1' }), 'mine-1');
	assert.match((await name({ 'x-request-id': 'no spaces, please' }))!, /^req-/);
	const refused = await fetch(`${running.url}/v1/nothing`, { headers: { 'x-request-id': 'mine-2' } });
	assert.equal(refused.headers.get('x-request-id'), 'mine-2');
});

test('before its end a server says that it is not ready, and still answers', async () => {
	const running = await server({ 'drain-delay': 1 }, [TINY]);
	const status = async (path: string) => (await fetch(running.url + path)).status;
	assert.deepEqual([await status('/readyz'), await status('/livez'), await status('/health')], [200, 200, 200]);
	const stopping = running.stop();
	assert.deepEqual([await status('/readyz'), await status('/livez'), await status('/health')], [503, 200, 503]);
	assert.equal((await running.post('/v1/tokenize', { model: 'tiny', input: 'a' })).status, 200);
	await stopping;
	await assert.rejects(fetch(`${running.url}/livez`));
});

test('a server whose launcher was killed ends too', async () => {
	const main = fileURLToPath(new URL('../../surfaces/cli/main.ts', import.meta.url));
	// As bin/tongsa.js does where the Node that it was called by cannot run the sources.
	const launcher = `
		const { spawn } = require('node:child_process');
		const env = { ...process.env, TONGSA_LAUNCHER: String(process.pid) };
		spawn(process.execPath, ['--conditions=tongsa-source', ${JSON.stringify(main)}, 'serve', 'lecture', '--port', '0'], { stdio: 'inherit', env });`;
	const child = spawn(process.execPath, ['-e', launcher], { stdio: ['ignore', 'pipe', 'ignore'] });
	const url = await new Promise<string>((done) => {
		child.stdout.setEncoding('utf8').on('data', (text: string) => done(/http:\S+?(?=\s)/.exec(text)![0]));
	});
	assert.equal((await fetch(`${url}/livez`)).status, 200);
	child.kill('SIGKILL');
	for (;;) {
		const lives = await fetch(`${url}/livez`).then(
			() => true,
			() => false,
		);
		if (!lives) break;
		await wait(100);
	}
});

test('paths with empty parts are those without; pages carry a content policy, and are framed by none', async () => {
	const running = await server({}, [TINY]);
	assert.equal((await fetch(`${running.url}//v1//models`)).status, 200);
	const page = await fetch(`${running.url}/models/lecture.gguf`);
	assert.match(page.headers.get('content-security-policy')!, /default-src 'self'.*frame-ancestors 'none'/);
	const end = await fetch(`${running.url}/models/lecture.gguf`, { headers: { range: 'bytes=-4' } });
	const size = Number(page.headers.get('content-length'));
	assert.deepEqual([end.status, end.headers.get('content-range')], [206, `bytes ${size - 4}-${size - 1}/${size}`]);
});

test('a folder of a longer name is not inside the allowed one; a top_p of 0 leaves the most probable token alone', async () => {
	for (const name of ['data', 'data-secret']) {
		mkdirSync(join(folder, name));
		writeFileSync(join(folder, name, 'a.gguf'), '');
	}
	const find = await allowedFolders([join(folder, 'data')]);
	assert.equal((await find('a.gguf'))?.id, 'a.gguf');
	assert.equal(await find('../data-secret/a.gguf'), undefined);
	assert.equal(wantedOf({ top_p: 0 }, 1, 0).topP, Number.MIN_VALUE);
});

test("Ollama's routes take JSON of any type where no page sends it; what is open is listed; the older route gives the same vector", async () => {
	const running = await server({}, [TINY]);
	const ask = (headers: Record<string, string>, path = '/api/embed') =>
		fetch(running.url + path, { method: 'POST', headers, body: JSON.stringify({ model: 'tiny', input: 'a' }) });
	assert.equal((await ask({ 'content-type': 'text/plain' })).status, 200);
	assert.equal((await ask({ 'content-type': 'application/x-www-form-urlencoded' })).status, 200);
	assert.equal((await ask({ 'content-type': 'text/plain', origin: running.url })).status, 415);
	assert.equal((await ask({ 'content-type': 'text/plain', origin: 'https://example.org' })).status, 403);
	assert.equal((await ask({ 'content-type': 'text/plain' }, '/v1/embeddings')).status, 415);
	const { models } = await running.json<{ models: { name: string; expires_at: string }[] }>('/api/ps');
	assert.deepEqual([models.length, models[0]!.name], [1, 'tiny']);
	assert.ok(Date.parse(models[0]!.expires_at) > Date.now());
	const { embedding } = await running.json<{ embedding: number[] }>('/api/embeddings', { model: 'tiny', prompt: 'love' });
	const { embeddings } = await running.json<{ embeddings: number[][] }>('/api/embed', { model: 'tiny', input: 'love' });
	assert.deepEqual(embedding, embeddings[0]);
});

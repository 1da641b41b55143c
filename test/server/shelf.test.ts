// The shelf that the studio reads: whole models on this machine by ranges, what may be fetched, and who may ask for it.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RECIPES } from '../../hosts/node/recipes.ts';
import { remember } from '../../hosts/node/verified.ts';
import { server, TINY } from './run.ts';

const cache = mkdtempSync(join(tmpdir(), 'tongsa-shelf-'));
before(() => {
	// No other tool's cache, no network, no package index.
	Object.assign(process.env, {
		TONGSA_CACHE: cache,
		HF_HUB_CACHE: '/nonexistent',
		OLLAMA_MODELS: '/nonexistent',
		HF_ENDPOINT: 'http://127.0.0.1:1',
		PIP_NO_INDEX: '1',
	});
});
after(() => rmSync(cache, { recursive: true, force: true }));

interface Shelved {
	readonly name: string;
	readonly byteLength: number;
	readonly url?: string;
	readonly of?: string;
	readonly pull?: string;
	readonly licence?: { readonly name: string };
}

test('what is served by its path lies on the shelf and is read by ranges; what is not here can be fetched', async () => {
	const { url, json } = await server({}, [TINY, 'lecture', 'smollm2']);
	const shelf = await json<Shelved[]>('/shelf.json');
	assert.deepEqual(
		shelf.map(({ name, pull }) => [name, pull]),
		[
			['tiny', undefined],
			['smollm2-whole', 'smollm2'],
			['gemma-3-270m', 'gemma-3-270m'],
			['minilm', 'minilm'],
			['multilingual-e5-small-whole', 'multilingual-e5-small'],
			['qwen2.5-coder-0.5b', 'qwen2.5-coder-0.5b'],
			['tokenlearn-static', 'tokenlearn-static'],
		],
	);
	assert.deepEqual(shelf[1], {
		name: 'smollm2-whole',
		title: RECIPES[0]!.title,
		byteLength: RECIPES[0]!.files[0]!.byteLength,
		of: 'smollm2',
		pull: 'smollm2',
		licence: RECIPES[0]!.licence,
	});
	const part = await fetch(`${url}/${shelf[0]!.url}`, { headers: { range: 'bytes=0-3' } });
	assert.deepEqual([part.status, await part.text()], [206, 'GGUF']);
	for (const path of ['tiny/other.gguf', 'tiny/config.json', 'tiny/..%2ftiny.gguf', 'lecture/lecture.gguf', 'nothing/tiny.gguf'])
		assert.equal((await fetch(`${url}/shelf/${path}`)).status, 404, path);
});

test('a pulled model is offered as the whole of the packaged one; a folder gives its JSON files and no other', async () => {
	const [{ name, files }] = RECIPES as [(typeof RECIPES)[0]];
	mkdirSync(join(cache, 'models', name), { recursive: true });
	const path = join(cache, 'models', name, files[0]!.name);
	writeFileSync(path, 'GGUF');
	truncateSync(path, files[0]!.byteLength); // sparse: it takes no room
	await remember(path, files[0]!); // as if its bytes had been checked when they came
	const folder = join(cache, 'folder');
	mkdirSync(folder);
	for (const one of ['model.safetensors', 'config.json', 'secret.txt']) writeFileSync(join(folder, one), one);
	const { url, json } = await server({}, [folder]);
	const shelf = await json<Shelved[]>('/shelf.json');
	const whole = shelf.find((one) => one.name === 'smollm2-whole')!;
	assert.deepEqual([whole.of, whole.pull, whole.byteLength], ['smollm2', undefined, files[0]!.byteLength]);
	assert.equal(await (await fetch(`${url}/${whole.url}`, { headers: { range: 'bytes=0-3' } })).text(), 'GGUF');
	const read = async (file: string) => (await fetch(`${url}/shelf/folder/${file}`)).status;
	assert.deepEqual(await Promise.all(['model.safetensors', 'config.json', 'secret.txt'].map(read)), [200, 200, 404]);
});

test('fetching: foreign pages, guests of an open server and unknown names are refused; without any source it says why', async () => {
	const { post } = await server({}, ['lecture']);
	assert.equal((await post('/shelf/pull', { name: 'gemma-3-270m' }, { origin: 'https://example.org' })).status, 403);
	assert.equal((await post('/shelf/pull', { name: 'hf:owner/repo' })).status, 400);
	const simple = await post('/shelf/pull', '{"name":"gemma-3-270m"}', { 'content-type': 'text/plain' });
	assert.equal(simple.status, 415, 'what a page may send without asking first is not taken');
	const answer = await post('/shelf/pull', { name: 'gemma-3-270m' });
	const lines = (await answer.text())
		.trim()
		.split('\n')
		.map((one) => JSON.parse(one) as { note?: string; error?: string });
	assert.match(lines[0]!.note!, /Gemma Terms of Use/, 'the licence comes first');
	assert.match(lines.at(-1)!.error!, /gemma-3-270m could not be fetched/);
	const guests = await server({ host: '0.0.0.0' }, ['lecture']);
	const there = guests.url.replace('0.0.0.0', '127.0.0.1');
	const headers = { 'content-type': 'application/json' };
	assert.equal((await fetch(`${there}/shelf/pull`, { method: 'POST', headers, body: '{"name":"minilm"}' })).status, 403);
});

test('with a key the shelf is empty: the page has none to show', async () => {
	const { url, json } = await server({ 'api-key': ['k'] }, [TINY]);
	assert.deepEqual(await json('/shelf.json'), []);
	assert.equal((await fetch(`${url}/shelf/tiny/tiny.gguf`)).status, 404);
});

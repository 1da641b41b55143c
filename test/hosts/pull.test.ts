// pull against a server on the loopback: resume, truncation, a file that changes, caches that other tools share. No network.

import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { download } from '../../hosts/node/download.ts';
import { hubFiles, hubName } from '../../hosts/node/hub.ts';
import { withLock } from '../../hosts/node/lock.ts';
import { ollamaFiles, ollamaName } from '../../hosts/node/ollama.ts';
import { pull, pullRecipe } from '../../hosts/node/pull.ts';
import { RECIPES, type Recipe } from '../../hosts/node/recipes.ts';
import { TongsaError } from '../../src/errors.ts';
import { COMMIT, type HubServer, hubServer, sha256 } from './hub-server.ts';

const MODEL = Buffer.alloc(200_000, 'GGUF model bytes, ');
const OTHER = Buffer.alloc(200_000, 'other model bytes, ');

let server: HubServer;
let folder: string;
const saved = { ...process.env };

before(async () => {
	server = await hubServer(new Map());
});
after(() => server.close());

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-pull-'));
	server.files.clear();
	server.files.set('model.gguf', MODEL).set('README.md', Buffer.from('read me'));
	server.requests.length = 0;
	for (const key of Object.keys(server.faults)) delete server.faults[key as keyof typeof server.faults];
	Object.assign(process.env, {
		HF_ENDPOINT: server.url,
		HF_HUB_CACHE: join(folder, 'hub'),
		HF_HOME: join(folder, 'hf'),
		OLLAMA_MODELS: join(folder, 'ollama'),
		TONGSA_CACHE: join(folder, 'tongsa'),
	});
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
	process.env = { ...saved };
});

const options = { fetch };
const is = (code: string, words: RegExp) => (error: unknown) =>
	error instanceof TongsaError && error.code === code && words.test(error.message);
const target = () => join(folder, 'file.bin');
const job = (more: object = {}) => ({ url: `${server.url}/owner/repo/resolve/main/model.gguf`, to: target(), fetch, ...more });

test('a file arrives whole and has its name only then', async () => {
	const seen: number[] = [];
	server.faults.slowMs = 5;
	const running = download(job({ sha256: sha256(MODEL), onProgress: ({ done }: { done: number }) => seen.push(done) }));
	await new Promise((done) => setTimeout(done, 30));
	assert.equal(existsSync(target()), false);
	await running;
	assert.deepEqual(readFileSync(target()), MODEL);
	assert.equal(seen.at(-1), MODEL.length);
	assert.deepEqual(readdirSync(folder), ['file.bin']);
});

test('a connection that breaks is taken up where it broke', async () => {
	Object.assign(server.faults, { cutAfter: 65_536, cuts: 2 });
	await download(job({ sha256: sha256(MODEL) }));
	assert.deepEqual(readFileSync(target()), MODEL);
	const ranges = server.requests.map(({ range }) => Number(/\d+/.exec(range ?? '0')?.[0]));
	assert.equal(ranges.length, 3);
	assert.ok(ranges[0] === 0 && ranges[1]! > 0 && ranges[2]! > ranges[1]!, `ranges began at ${ranges}`);
});

test('an aborted download leaves no file, and the next goes on', async () => {
	server.faults.slowMs = 10;
	const controller = new AbortController();
	const running = download(job({ sha256: sha256(MODEL), signal: controller.signal }));
	await new Promise((done) => setTimeout(done, 60));
	controller.abort(new Error('stop'));
	await assert.rejects(running, /stop/);
	assert.equal(existsSync(target()), false);
	server.faults.slowMs = 0;
	await download(job({ sha256: sha256(MODEL) }));
	assert.match(server.requests[1]!.range ?? '', /^bytes=[1-9]\d*-$/);
	assert.deepEqual(readFileSync(target()), MODEL);
});

test('a body comes from another host, which never sees the token', async () => {
	Object.assign(server.faults, { redirect: true, cutAfter: 65_536, cuts: 1 });
	await download(job({ sha256: sha256(MODEL), headers: { authorization: 'Bearer hf_secret' } }));
	assert.deepEqual(readFileSync(target()), MODEL);
	assert.equal(server.requests.length, 2);
});

test('a busy server is left alone as long as it asks, and not for an hour', async () => {
	Object.assign(server.faults, { busy: 2, retryAfter: 1 });
	const started = performance.now();
	await download(job());
	assert.ok(performance.now() - started >= 1900);
	assert.deepEqual(readFileSync(target()), MODEL);
	rmSync(target());
	Object.assign(server.faults, { busy: 1, retryAfter: 3600 });
	await assert.rejects(download(job()), is('network', /got 429.*try again in 3600 s/));
});

test('a listing and a manifest without an end are refused', async () => {
	server.faults.endless = true;
	await assert.rejects(pull('hf:owner/repo', options), is('too-large', /too long/));
	await assert.rejects(pull(`ollama:${server.url.slice(7)}/library/tiny`, options), is('too-large', /too long/));
});

test('a file that changed in between is begun anew', async () => {
	server.faults.slowMs = 10;
	const controller = new AbortController();
	const running = download(job({ signal: controller.signal }));
	await new Promise((done) => setTimeout(done, 60));
	controller.abort(new Error('stop'));
	await assert.rejects(running, /stop/);
	server.faults.slowMs = 0;
	server.files.set('model.gguf', OTHER);
	await download(job());
	assert.deepEqual(readFileSync(target()), OTHER);
});

test('what is not the known file is thrown away', async () => {
	await assert.rejects(download(job({ sha256: sha256(OTHER) })), is('changed', /sha256/));
	await assert.rejects(download(job({ byteLength: MODEL.length + 1 })), is('changed', /another size/));
	assert.deepEqual(readdirSync(folder), []);
});

test('refusals are one typed error each', async () => {
	await assert.rejects(download(job({ url: `${server.url}/owner/repo/resolve/main/none` })), is('not-found', /404/));
	await assert.rejects(download(job({ url: 'http://127.0.0.1:1/x' })), is('network', /no answer/));
});

test('hf: a repository is fetched into the layout of huggingface_hub, and opened from there', async () => {
	const { path, source } = await pull('hf:owner/repo/model.gguf', options);
	assert.equal(source, 'hf');
	const repository = join(folder, 'hub', 'models--owner--repo');
	assert.equal(path, join(repository, 'snapshots', COMMIT, 'model.gguf'));
	assert.equal(readFileSync(join(repository, 'refs', 'main'), 'utf8'), COMMIT);
	assert.ok(lstatSync(path).isSymbolicLink());
	assert.equal(realpathSync(path), realpathSync(join(repository, 'blobs', sha256(MODEL))));
	const asked = server.requests.length;
	const { files } = await hubFiles('owner/repo/model.gguf', options);
	assert.equal(server.requests.length, asked, 'the cached file is used');
	assert.deepEqual(Buffer.from(await files.get('model.gguf')!.read(0, MODEL.length)), MODEL);
	await files.get('model.gguf')!.close();
	await pull('hf:owner/repo/model.gguf', options);
	assert.equal(server.requests.length, asked, 'a second pull fetches nothing');
});

test('hf: without a copy here, only ranges travel', async () => {
	const { files } = await hubFiles('owner/repo', options);
	const source = files.get('model.gguf')!;
	assert.equal(source.byteLength, MODEL.length);
	assert.deepEqual(Buffer.from(await source.read(190_000, 10)), MODEL.subarray(190_000, 190_010));
	assert.ok(server.requests.every(({ range }) => range?.startsWith('bytes=')));
	assert.equal(existsSync(join(folder, 'hub')), false);
	await source.close();
});

test('hf: names that climb, that are missing, or that are several are refused', async () => {
	for (const name of [
		'owner/../x',
		'owner/repo/../../x',
		'owner/repo/a/../b',
		'owner/repo/.',
		'owner/repo@../x',
		'owner/repo@..',
		'owner/repo@.',
	])
		assert.throws(() => hubName(name), is('usage', /owner\/repo/), name);
	assert.deepEqual(hubName('owner/repo@v1.0/a..b/model.gguf'), { repository: 'owner/repo', revision: 'v1.0', file: 'a..b/model.gguf' });
	assert.throws(() => hubName('alone'), is('usage', /owner\/repo/));
	await assert.rejects(hubFiles('owner/none', options), is('not-found', /404/));
	await assert.rejects(hubFiles('owner/repo/none.gguf', options), is('not-found', /model\.gguf/));
	server.files.set('second.gguf', OTHER).set('../../evil.gguf', OTHER);
	await assert.rejects(
		hubFiles('owner/repo', options),
		(error: Error) => /name one/.test(error.message) && !error.message.includes('evil'),
	);
});

test('hf: a listing with a wrong hash or size leaves nothing behind', async () => {
	server.faults.claimedSha256 = sha256(OTHER);
	await assert.rejects(pull('hf:owner/repo/model.gguf', options), is('changed', /thrown away/));
	assert.equal(existsSync(join(folder, 'hub', 'models--owner--repo', 'snapshots')), false);
});

test('hf: a commit that would be another folder is no commit, from the Hub and from the cache', async () => {
	for (const commit of ['..', '.', '...', 'a/b', '']) {
		server.faults.commit = commit;
		await assert.rejects(pull('hf:owner/repo/model.gguf', options), is('malformed', /no repository listing/), commit);
	}
	const folder_ = join(folder, 'hub', 'models--owner--repo');
	mkdirSync(join(folder_, 'refs'), { recursive: true });
	mkdirSync(join(folder_, 'snapshots'));
	writeFileSync(join(folder_, 'refs', 'main'), '..');
	writeFileSync(join(folder_, 'model.gguf'), 'beside');
	delete server.faults.commit;
	const { files } = await hubFiles('owner/repo/model.gguf', options);
	assert.equal(files.get('model.gguf')!.byteLength, MODEL.length, "the Hub's own, not the file beside the snapshots");
	await files.get('model.gguf')!.close();
});

test('bytes beyond the length that is known are not written', async () => {
	server.faults.beyond = 500_000;
	await assert.rejects(download(job({ byteLength: MODEL.length, sha256: sha256(MODEL) })), is('network', /more than it said/));
	assert.equal(existsSync(target()), false);
});

const CONFIG = Buffer.from('{"small": true}');
const known: Recipe = {
	name: 'made-up',
	title: 'a model and its configuration',
	licence: { name: 'none', url: 'http://127.0.0.1/' },
	files: [
		{ name: 'model.gguf', byteLength: MODEL.length, sha256: sha256(MODEL) },
		{ name: 'config.json', byteLength: CONFIG.length, sha256: sha256(CONFIG) },
	],
	hub: { repository: 'owner/repo', revision: COMMIT },
	wheels: [],
};
const fromHub = { fetch, from: 'hf' } as const;

test("recipe: the Hub's files are checked by the recipe's own hashes, whatever the listing says", async () => {
	server.files.set('config.json', CONFIG);
	assert.equal((await pullRecipe(known, fromHub)).source, 'hf');
	const asked = server.requests.length;
	assert.equal((await pullRecipe(known, fromHub)).source, 'here already');
	assert.equal(server.requests.length, asked);

	for (const [name, other] of [
		['model.gguf', OTHER],
		['config.json', Buffer.from('{"small": fals')],
		['config.json', Buffer.from('{"small": 1234}')],
	] as const) {
		rmSync(join(folder, 'hub'), { recursive: true, force: true });
		server.files.set('model.gguf', MODEL).set('config.json', CONFIG).set(name, other);
		await assert.rejects(pullRecipe(known, fromHub), is('network', /the file that is known|another size/), name);
	}
});

test('recipe: another commit than the one that was asked for is refused', async () => {
	server.files.set('config.json', CONFIG);
	server.faults.commit = COMMIT.replace('0', '1');
	await assert.rejects(pullRecipe(known, fromHub), is('network', /another commit/));
	assert.ok(
		RECIPES.every(({ hub }) => hub === undefined || /^[0-9a-f]{40}$/.test(hub.revision)),
		'a branch may move',
	);
});

test('recipe: what lies in a cache is checked once, and again when it changed; what is not the file is fetched anew', async () => {
	server.files.set('config.json', CONFIG);
	const { path } = await pullRecipe(known, fromHub);
	for (const [name, other] of [
		['model.gguf', OTHER],
		['config.json', Buffer.from('{"small": 1234}')],
	] as const) {
		writeFileSync(realpathSync(join(path, name)), other);
		assert.equal((await pullRecipe(known, fromHub)).source, 'hf', name);
		assert.deepEqual(readFileSync(join(path, 'model.gguf')), MODEL);
		assert.deepEqual(readFileSync(join(path, 'config.json')), CONFIG);
	}
});

test('a cache that cannot be written is said with the variable that names another', {
	skip: process.platform === 'win32' && 'needs /proc or /dev',
}, async () => {
	process.env.TONGSA_CACHE = '/dev/null/cache';
	await assert.rejects(pull('smollm2', options), is('not-found', /\/dev\/null\/cache.*TONGSA_CACHE/));
	process.env.HF_HUB_CACHE = '/dev/null/hub';
	await assert.rejects(pull('hf:owner/repo', options), is('not-found', /\/dev\/null\/hub.*HF_HUB_CACHE/));
	process.env.OLLAMA_MODELS = '/dev/null/ollama';
	await assert.rejects(pull(`ollama:${server.url.slice(7)}/library/tiny`, options), is('not-found', /\/dev\/null\/ollama.*OLLAMA_MODELS/));
});

test("ollama: manifest and layer land in Ollama's own store, the manifest last", async () => {
	const name = `${server.url.replace('http://', '')}/library/tiny`;
	await assert.rejects(ollamaFiles(name), is('not-found', /tongsa pull ollama:/));
	const { path } = await pull(`ollama:${name}`, options);
	assert.equal(path, join(folder, 'ollama', 'blobs', `sha256-${sha256(MODEL)}`));
	const { files } = await ollamaFiles(name);
	assert.deepEqual(Buffer.from(await files.get('model.gguf')!.read(0, 20)), MODEL.subarray(0, 20));
	await files.get('model.gguf')!.close();
});

test('ollama: names are completed as Ollama does, and digests are nothing but digests', async () => {
	assert.deepEqual(ollamaName('smollm2:135m'), { host: 'registry.ollama.ai', namespace: 'library', model: 'smollm2', tag: '135m' });
	assert.throws(() => ollamaName('../x'), is('usage', /Ollama/));
	const manifests = join(folder, 'ollama', 'manifests', 'registry.ollama.ai', 'library', 'bad');
	mkdirSync(manifests, { recursive: true });
	const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest: 'sha256:../../../etc/passwd', size: 1 }];
	writeFileSync(join(manifests, 'latest'), JSON.stringify({ layers }));
	await assert.rejects(ollamaFiles('bad'), is('malformed', /digest/));
});

test('a second process waits for the lock; one whose owner died does not hold it', async () => {
	const path = join(folder, 'locks', 'x');
	const order: string[] = [];
	const first = withLock(path, async () => {
		await new Promise((done) => setTimeout(done, 100));
		order.push('first');
	});
	await new Promise((done) => setTimeout(done, 20));
	await withLock(path, async () => void order.push('second'));
	await first;
	assert.deepEqual(order, ['first', 'second']);
	// 2^22 is the highest process id that Linux gives: nobody has it plus one.
	writeFileSync(path, String(2 ** 22 + 1));
	await withLock(path, async () => void order.push('third'));
	assert.equal(order.at(-1), 'third');
	assert.equal(existsSync(path), false);
});

test('an unknown name says what can be pulled', async () => {
	await assert.rejects(pull('gpt-4', options), is('not-found', /smollm2, gemma-3-270m, minilm/));
});

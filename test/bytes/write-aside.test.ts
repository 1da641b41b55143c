// Writing aside: the name is taken by a whole file or not at all.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { writeAside } from '../../hosts/node/write-aside.ts';
import { refusal } from '../formats/fixtures.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a whole file takes the name, with nothing beside it', async () => {
	const path = join(folder, 'a.gguf');
	writeFileSync(path, 'old');
	const result = await writeAside(path, async (sink) => {
		await sink.write(Buffer.from('new '));
		await sink.write(new Uint8Array(0));
		assert.equal(readFileSync(path, 'utf8'), 'old');
		await sink.write(Buffer.from('content'));
		return 7;
	});
	assert.equal(result, 7);
	assert.equal(readFileSync(path, 'utf8'), 'new content');
	assert.deepEqual(readdirSync(folder), ['a.gguf']);
});

test('an error half-way leaves what was there, and nothing else', async () => {
	const path = join(folder, 'a.gguf');
	writeFileSync(path, 'old');
	const failing = writeAside(path, async (sink) => {
		await sink.write(Buffer.from('half'));
		throw new Error('stopped half-way');
	});
	await assert.rejects(failing, /stopped half-way/);
	assert.equal(readFileSync(path, 'utf8'), 'old');
	assert.deepEqual(readdirSync(folder), ['a.gguf']);
});

test('a place where nothing can be written is refused in one line', async () => {
	const nothing = async () => {};
	await assert.rejects(writeAside(folder, nothing), refusal('usage', /a folder stands/));
	await assert.rejects(
		writeAside(join(folder, 'none', 'a.gguf'), nothing),
		refusal('not-found', /cannot be written: its folder does not exist/),
	);
	writeFileSync(join(folder, 'file'), '');
	await assert.rejects(writeAside(join(folder, 'file', 'a.gguf'), nothing), refusal('not-found', /cannot be written/));
});

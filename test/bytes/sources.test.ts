// Every ByteSource alike: exact ranges, exact counts, typed refusals.

import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileSource } from '../../hosts/node/file.ts';
import { blobSource } from '../../src/bytes/blob.ts';
import { httpSource } from '../../src/bytes/http.ts';
import { keptSource } from '../../src/bytes/kept.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import { refusal } from '../formats/fixtures.ts';

/** 200,000 bytes: more than the first chunk that HTTP brings. */
const BYTES = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const folder = mkdtempSync(join(tmpdir(), 'tongsa-'));
const path = join(folder, 'a.bin');
writeFileSync(path, BYTES);

/** Serves BYTES by ranges: a real server and a real fetch. */
const server = createServer((request, response) => {
	const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
	const end = Math.min(Number(last) + 1, BYTES.length);
	response.writeHead(206, {
		'content-range': `bytes ${first}-${end - 1}/${BYTES.length}`,
		etag: '"x"',
		'last-modified': new Date(0).toUTCString(),
	});
	response.end(BYTES.subarray(Number(first), end));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => {
	server.close();
	rmSync(folder, { recursive: true });
});
const network = { fetch, wait: (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }) };
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.bin`;

const KINDS: readonly (readonly [string, () => ByteSource | Promise<ByteSource>])[] = [
	['memory', () => memorySource('a.bin', BYTES)],
	["memory: a part of Node's Buffer", () => memorySource('a.bin', Buffer.concat([Buffer.alloc(3), BYTES]).subarray(3))],
	['Blob', () => blobSource(new Blob([BYTES]), 'a.bin')],
	['File', () => blobSource(new File([BYTES], 'a.bin', { lastModified: 5 }))],
	['Node file', () => fileSource(path)],
	['HTTP', () => httpSource(url, network)],
	['kept', () => keptSource(memorySource('a.bin', BYTES), 1000)],
];

for (const [kind, open] of KINDS) {
	test(`${kind}: ranges and counts are exact`, async () => {
		const source = await open();
		assert.match(source.name, /a\.bin$/);
		assert.equal(source.byteLength, BYTES.length);
		assert.equal(source.identity.byteLength, BYTES.length);
		const before = source.bytesRead;
		for (const [begin, end] of [
			[199_999, 200_000],
			[70_000, 70_001],
			[100_000, 150_001],
			[200_000, 200_000],
		]) {
			const bytes = await source.read(begin!, end! - begin!);
			assert.ok(bytes.constructor === Uint8Array);
			assert.deepEqual(bytes, BYTES.slice(begin, end));
		}
		assert.equal(source.bytesRead - before, 1 + 1 + 50_001);
		assert.deepEqual(await source.read(0, BYTES.length), BYTES);
		await source.close();
	});

	test(`${kind}: reads at the same time do not mix`, async () => {
		const source = await open();
		const begins = Array.from({ length: 20 }, (_, i) => (i * 9973) % 199_000);
		const read = await Promise.all(begins.map((begin) => source.read(begin, 1000)));
		for (const [i, begin] of begins.entries()) assert.deepEqual(read[i], BYTES.slice(begin, begin + 1000));
		await source.close();
	});

	test(`${kind}: what lies outside is refused`, async () => {
		const source = await open();
		for (const offset of [-1, 200_001, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
			await assert.rejects(source.read(offset, 0), refusal('out-of-range', /a\.bin.*0 to 200000/));
		}
		for (const length of [-1, 101, 0.5, Number.NaN, 2 ** 60]) {
			await assert.rejects(source.read(199_900, length), refusal('out-of-range', /beyond the end.*0 to 100/));
		}
		await source.close();
	});

	test(`${kind}: nothing after close, nothing when aborted`, async () => {
		const source = await open();
		await assert.rejects(source.read(0, 1, AbortSignal.abort(new Error('stopped'))), /stopped/);
		await source.close();
		await source.close();
		await assert.rejects(source.read(150_000, 1), refusal('closed', /closed/));
	});
}

test('a File brings its name and date, a Blob neither', () => {
	assert.deepEqual(blobSource(new File([BYTES], 'b.bin', { lastModified: 5 })).identity, { byteLength: 200_000, modifiedMs: 5 });
	assert.deepEqual(blobSource(new Blob([BYTES])).identity, { byteLength: 200_000 });
	assert.equal(blobSource(new Blob([])).name, 'blob');
});

test('a Blob that can no longer be read is a file that changed', async () => {
	const blob = new Blob([BYTES]);
	blob.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }) as unknown as Blob;
	await assert.rejects(blobSource(blob, 'a.bin').read(0, 5), refusal('changed', /Choose the file again/));
});

test('kept bytes: the oldest go first', async () => {
	const inner = memorySource('a.bin', BYTES);
	const source = keptSource(inner, 1000);
	await source.read(0, 600);
	await source.read(1000, 300);
	await source.read(0, 600);
	assert.equal(inner.bytesRead, 900);
	await source.read(2000, 300);
	await source.read(1000, 300);
	assert.equal(inner.bytesRead, 1200);
	await source.read(0, 600);
	assert.equal(inner.bytesRead, 1800);
	await source.read(5000, 2000);
	await source.read(5000, 2000);
	assert.equal(inner.bytesRead, 5800);
});

test('a Node file that changes is noticed', async () => {
	const changing = join(folder, 'changing.bin');
	writeFileSync(changing, BYTES);
	const shorter = await fileSource(changing);
	truncateSync(changing, 10);
	await assert.rejects(shorter.read(100, 10), refusal('changed', /shorter/));
	const written = await fileSource(changing);
	await wait(20);
	writeFileSync(changing, 'abcdefghij');
	await assert.rejects(written.read(0, 5), refusal('changed', /Open it again/));
	const replaced = await fileSource(changing);
	writeFileSync(join(folder, 'new.bin'), 'ABCDEFGHIJ');
	renameSync(join(folder, 'new.bin'), changing);
	assert.deepEqual(await replaced.read(0, 3), Uint8Array.of(97, 98, 99));
	await Promise.all([shorter, written, replaced].map((source) => source.close()));
});

test('what is no file is refused', async () => {
	await assert.rejects(fileSource(join(folder, 'none')), refusal('not-found', /no such file/));
	await assert.rejects(fileSource(join(path, 'below')), refusal('not-found', /no such file/));
	await assert.rejects(fileSource(folder), refusal('unsupported', /a folder, not a file/));
	await assert.rejects(fileSource('a\0b'), refusal('not-found', /character/));
});

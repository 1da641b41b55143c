// The header reader: few reads, never more than a chunk too much, and a refusal where the source ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderReader } from '../../src/bytes/header-reader.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import { refusal } from '../formats/fixtures.ts';

const KiB = 1024;
const BYTES = Uint8Array.from({ length: 5 * KiB * KiB }, (_, i) => (i ^ (i >> 8) ^ (i >> 16)) & 0xff);

test('chunks grow from 64 KiB to 1 MiB', async () => {
	const source = memorySource('a', BYTES);
	const header = new HeaderReader(source);
	const read: number[] = [];
	for (let i = 0; i < 3 * KiB; i++) {
		const before = source.bytesRead;
		await header.need(KiB, 'x');
		if (source.bytesRead > before) read.push((source.bytesRead - before) / KiB);
		assert.deepEqual(header.bytes.subarray(header.at, header.at + 4), BYTES.subarray(i * KiB, i * KiB + 4));
		assert.equal(header.view.getUint8(header.at), BYTES[i * KiB]);
		header.at += KiB;
	}
	assert.deepEqual(read, [64, 64, 128, 256, 512, 1024, 1024]);
});

test('what is asked for may be longer than a chunk, and cross its end', async () => {
	const header = new HeaderReader(memorySource('a', BYTES), { byteOffset: 100 });
	await header.need(10, 'x');
	header.at = header.bytes.length - 5;
	const at = header.byteOffset;
	await header.need(2 * KiB * KiB, 'x');
	assert.equal(header.byteOffset, at);
	assert.deepEqual(header.bytes.subarray(header.at, header.at + 2 * KiB * KiB), BYTES.subarray(at, at + 2 * KiB * KiB));
});

test('what is skipped is not read', async () => {
	const source = memorySource('a', BYTES);
	const header = new HeaderReader(source);
	await header.need(4, 'x');
	header.skip(3 * KiB * KiB);
	assert.equal(header.byteOffset, 3 * KiB * KiB);
	assert.equal(header.remaining, 2 * KiB * KiB);
	await header.need(4, 'x');
	assert.deepEqual(header.bytes.subarray(header.at, header.at + 4), BYTES.subarray(3 * KiB * KiB, 3 * KiB * KiB + 4));
	assert.equal(source.bytesRead, 128 * KiB);
});

test('the end and the limit are refused with their place', async () => {
	const header = new HeaderReader(memorySource('a.gguf', BYTES.subarray(0, 100)));
	await header.need(100, 'all');
	header.at = 95;
	await assert.rejects(header.need(6, 'key'), refusal('malformed', /a\.gguf, field key, byte 95\): got 5 bytes left, allowed at least 6/));
	const limited = new HeaderReader(memorySource('a.gguf', BYTES), { limit: 64 * KiB });
	await limited.need(1, 'x');
	limited.skip(64 * KiB);
	await assert.rejects(limited.need(1, 'key'), refusal('too-large', /header is too long.*allowed 65536 bytes/));
});

// SHA-256: FIPS 180-4's examples, and every length around a block as node:crypto has it, whole and in pieces.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createSha256, hex, sha256 } from '../../src/bytes/sha256.ts';

const of = (text: string) => hex(sha256(new TextEncoder().encode(text)));

test("FIPS 180-4's examples", () => {
	assert.equal(of('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
	assert.equal(of(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
	assert.equal(
		of('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
		'248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
	);
});

test("every length around a block is node:crypto's, whole and in pieces", () => {
	const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 89 + (i >> 3)) & 255);
	for (let length = 0; length <= 200; length++) {
		// Not at the beginning of its buffer.
		const part = bytes.subarray(3, 3 + length);
		const right = createHash('sha256').update(part).digest('hex');
		assert.equal(hex(sha256(part)), right, `${length}`);
		for (const piece of [1, 7, 63, 64, 65]) {
			const hash = createSha256();
			for (let at = 0; at < length; at += piece) hash.update(part.subarray(at, Math.min(at + piece, length)));
			assert.equal(hex(hash.digest()), right, `${length} by ${piece}`);
		}
	}
	const long = new Uint8Array(3_000_001).map((_, i) => i);
	assert.equal(hex(sha256(long)), createHash('sha256').update(long).digest('hex'));
});

// Real files: the dictionaries that the repository carries, and, where TONGSA_MODELS names a folder with them, whole models.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fileSource } from '../../hosts/node/file.ts';
import type { Checkpoint, LazyArray, StringTable } from '../../src/formats/checkpoint.ts';
import { isLazyArray } from '../../src/formats/get.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { readRows } from '../../src/formats/tensor-bytes.ts';
import { expected } from './fixtures.ts';

async function open(path: string): Promise<Checkpoint> {
	return openCheckpoint({ name: path, files: new Map([[path, await fileSource(path)]]) });
}

/** SHA-256 of an array's contents: strings joined by newlines, numbers as they lie. */
async function contentHash(array: LazyArray): Promise<string> {
	const data = await array.read();
	const hash = createHash('sha256');
	if (ArrayBuffer.isView(data)) return hash.update(data).digest('hex');
	const { bytes, offsets, length } = data as StringTable;
	for (let i = 0; i < length; i++) {
		if (i > 0) hash.update('\n');
		hash.update(bytes.subarray(offsets[i], offsets[i + 1]));
	}
	return hash.digest('hex');
}

for (const [name, arrays] of Object.entries(expected.models as Record<string, Record<string, { length: number; sha256: string }>>)) {
	test(`models/${name}: every array as the reference reads it`, async () => {
		const checkpoint = await open(fileURLToPath(new URL(`../../models/${name}`, import.meta.url)));
		const found: Record<string, { length: number; sha256: string }> = {};
		for (const [key, value] of checkpoint.metadata) {
			if (isLazyArray(value)) found[key] = { length: value.length, sha256: await contentHash(value) };
		}
		assert.deepEqual(found, arrays);
		await checkpoint.close();
	});
}

test('opening keeps no array in memory', async () => {
	// 65,024 tokens and their merges: 2.3 MB in the file.
	setFlagsFromString('--expose-gc');
	const collect: () => void = runInNewContext('gc');
	collect();
	const before = process.memoryUsage().arrayBuffers;
	const checkpoint = await open(fileURLToPath(new URL('../../models/falcon.gguf', import.meta.url)));
	// What has been collected is given back by another thread, when it gets its turn.
	let grown = Number.POSITIVE_INFINITY;
	for (let tries = 0; tries < 50 && grown >= 100_000; tries++) {
		collect();
		await setTimeout(20);
		grown = process.memoryUsage().arrayBuffers - before;
	}
	assert.ok(grown < 100_000, `${grown} bytes more`);
	await checkpoint.close();
});

/** Seen with gguf-py's gguf_dump; header: where the tensors begin. */
const WHOLE = [
	{ file: 'SmolLM2-135M-Instruct.Q4_1.gguf', keys: 33, tensors: 272, header: 1_785_664, table: [49_152, 576] },
	{ file: 'gemma-3-270m-q4_k_m.gguf', keys: 33, tensors: 236, header: 6_525_120, table: [262_144, 640] },
];
for (const { file, keys, tensors, header, table } of WHOLE) {
	const path = join(process.env.TONGSA_MODELS ?? '', file);
	const skip = process.env.TONGSA_MODELS && existsSync(path) ? false : `TONGSA_MODELS names no folder with ${file}`;
	test(`${file}: opening reads the header, a row costs a row`, { skip }, async () => {
		const checkpoint = await open(path);
		assert.equal(checkpoint.metadata.size, keys);
		assert.equal(checkpoint.tensors.size, tensors);
		const embedding = checkpoint.tensors.get('token_embd.weight')!;
		assert.deepEqual(embedding.shape, table);
		assert.equal(Math.min(...[...checkpoint.tensors.values()].map(({ byteOffset }) => byteOffset)), header);
		// At most one chunk behind the header, and the 64 bytes that told the format.
		assert.ok(checkpoint.bytesRead <= header + 2 ** 20 + 64, `${checkpoint.bytesRead}`);
		const before = checkpoint.bytesRead;
		const rows = await readRows(embedding, [1, 300, 2, 300]);
		assert.equal(rows.length / 4, (table[1]! / 32) * 34);
		assert.equal(checkpoint.bytesRead - before, (rows.length / 4) * 3);
		await checkpoint.close();
	});
}

// A model at a URL: opening and reading rows costs the header and the rows, in few requests.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpSource } from '../../src/bytes/http.ts';
import type { LazyArray } from '../../src/formats/checkpoint.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { readRows } from '../../src/formats/tensor-bytes.ts';
import { fakeServer } from '../bytes/fake-network.ts';
import { counting, ggufBytes } from './make.ts';

test('header once, rows once', async () => {
	const V = 20_000;
	const D = 64;
	const tokens = Array.from({ length: V }, (_, i) => `token number ${i}`);
	const table = counting('token_embd.weight', [V, D]);
	const file = await ggufBytes({
		metadata: new Map([['tokenizer.ggml.tokens', { type: 'array', of: 'string', values: tokens }]]),
		tensors: [table],
	});
	const header = file.length - table.byteLength;
	const { network, requests } = fakeServer(file);

	const source = await httpSource('https://example.org/a.gguf', network);
	const checkpoint = await openCheckpoint({ name: 'a', files: new Map([['a.gguf', source]]) });
	await (checkpoint.metadata.get('tokenizer.ggml.tokens') as LazyArray).read();
	// 524 kB in chunks of 64, 64, 128, 256 and 512 KiB: the last reads beyond the header.
	assert.ok(header > 500_000 && checkpoint.bytesRead <= 1024 * 1024, `${header}, ${checkpoint.bytesRead}`);
	assert.equal(requests.length, 5);

	const before = checkpoint.bytesRead;
	const rows = await readRows(checkpoint.tensors.get('token_embd.weight')!, [19_999, 12_345, 19_998]);
	assert.deepEqual(
		new Float32Array(rows.buffer).filter((_, i) => i % D === 0),
		Float32Array.of(19_999 * D, 12_345 * D, 19_998 * D),
	);
	assert.equal(checkpoint.bytesRead - before, 3 * D * 4);
	assert.equal(requests.length, 7);
});

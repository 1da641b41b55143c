// The lecture model: the course's 8 × 4 numbers come back as they were typed, and the file is what its script makes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeLecture } from '../../scripts/make-lecture.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import { nearestRows } from '../../src/embedding/nearest.ts';
import { scalarScorer } from '../../src/embedding/scalar-scorer.ts';
import { openTable } from '../../src/embedding/table.ts';
import { readGguf } from '../../src/formats/gguf/read.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { shortestFloat32s } from '../../src/tensor/index.ts';
import { loadTokenizer } from '../../src/tokenizer/sources/index.ts';

const path = new URL('../../models/lecture.gguf', import.meta.url);

/** As the course prints them; not taken from the script that wrote the file. */
const COURSE = `[[0.481,-0.7042,-0.7409,0.14624],[-0.5198,0.2901,0.3235,-0.5886],[1.524,2.5387,-1.0701,-0.119],[-0.2612,0.1227,-0.4248,0.6229],\
[-0.7988,1.667,0.0759,-1.2467],[0.1693,1.755,0.3056,0.0773],[-0.06,0.9258,-1.2276,0.4466],[1.3262,-0.8511,1.4349,-0.632]]`;

async function lectureTable() {
	const { tensors } = await readGguf(memorySource('lecture.gguf', readFileSync(path)));
	assert.deepEqual([...tensors.keys()], ['token_embd.weight']); // no output.weight: tied
	return openTable(tensors.get('token_embd.weight')!);
}

test('the file is what scripts/make-lecture.ts makes', async () => {
	assert.deepEqual(new Uint8Array(readFileSync(path)), new Uint8Array(await makeLecture()));
});

test('the 8 × 4 numbers are the ones typed', async () => {
	const table = await lectureTable();
	assert.deepEqual([table.rowCount, table.width, table.dtype.name], [8, 4, 'F32']);
	const matrix = await table.rows([0, 1, 2, 3, 4, 5, 6, 7]);
	const rows = Array.from({ length: 8 }, (_, t) => shortestFloat32s(matrix.subarray(t * 4, t * 4 + 4)));
	assert.equal(JSON.stringify(rows), COURSE);
});

test('each row is its own nearest by cosine', async () => {
	const table = await lectureTable();
	const nearest = nearestRows(table, scalarScorer, 2 ** 20);
	for (let id = 0; id < 8; id++) {
		const [best] = await nearest.find(await table.rows([id]), { top: 1, metric: 'cosine' });
		assert.deepEqual(best, { id, score: 1 });
	}
});

test('the sentence goes there and back; a word that is not among the eight is refused by name', async () => {
	const source = memorySource('lecture.gguf', readFileSync(path));
	const tokenizer = await loadTokenizer(await openCheckpoint({ name: 'lecture', files: new Map([['lecture.gguf', source]]) }));
	assert.ok(tokenizer);
	const { ids } = tokenizer.encode('I love you so much.');
	assert.deepEqual([...ids], [0, 1, 2, 3, 4, 5, 6, 7]);
	assert.deepEqual(
		['«시작»', 'I', 'love', 'you', 'so', 'much', '.', '«끝»'].map((word) => tokenizer.id(word)),
		[...ids],
	);
	assert.equal(tokenizer.decode(ids, { skipSpecial: true }), 'I love you so much.');
	assert.equal(tokenizer.decode(ids), '«시작» I love you so much. «끝»');
	assert.throws(() => tokenizer.encode('I adore you'), /adore/);
});

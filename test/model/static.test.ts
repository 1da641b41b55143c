// Static embedding models in every layout beside model2vec and sentence-transformers (scripts/reference/make_static.py).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openModel } from 'tongsa';

const FOLDER = 'test/fixtures/static';
const { texts, vectors }: { texts: string[]; vectors: Record<string, number[][]> } = JSON.parse(
	readFileSync(`${FOLDER}/expected.json`, 'utf8'),
);

for (const [name, expected] of Object.entries(vectors)) {
	test(`${name}: sentence embeddings as the reference has them`, async () => {
		const model = await openModel(`${FOLDER}/${name}`);
		try {
			const found = await model.sentence(texts);
			// A mean of float16 rows is itself rounded to float16 by the reference.
			const tolerance = name === 'float16' ? 1e-3 : 1e-5;
			for (const [i, vector] of expected.entries()) {
				vector.forEach((value, d) => {
					assert.ok(
						Math.abs(value - found.vectors[i]![d]!) < tolerance,
						`text ${i}, value ${d}: ${found.vectors[i]![d]}, expected ${value}`,
					);
				});
			}
			assert.equal(found.truncated[3], false);
		} finally {
			await model.close();
		}
	});
}

test('rows are those of the table times their weight, through the mapping; nearest finds a word itself', async () => {
	const model = await openModel(`${FOLDER}/both`);
	try {
		const { shape, data } = await model.embed([5, 5]);
		assert.deepEqual(shape, [2, 6]);
		assert.deepEqual(data.slice(0, 6), data.slice(6));
		const { vectors: own } = await model.sentence([[5]], { normalize: false });
		assert.deepEqual(own[0], data.slice(0, 6));
		const { matches } = await model.nearest('cat', { top: 14, metric: 'cosine' });
		assert.ok(matches.find(({ id }) => id === 5)!.score > 1 - 1e-6);
		await assert.rejects(model.embed([14]), { code: 'out-of-range' });
		await assert.rejects(model.sentence('cat', { pooling: 'cls' }), { code: 'unsupported', message: /pooling.*got cls/ });
	} finally {
		await model.close();
	}
});

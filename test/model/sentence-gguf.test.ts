// What a GGUF file says of its sentence vectors: the number of its pooling (llama.h, enum llama_pooling_type), and layers behind it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from 'tongsa';
import { pool } from '../../src/embedding/pooling.ts';
import { changedGguf, type GgufChange, tensorOf } from '../formats/changed.ts';

const FILE = 'test/fixtures/families/minilm.gguf';
const IDS = [5, 9, 2, 40, 17];

async function vectors(change: GgufChange, options: { readonly normalize?: boolean } = { normalize: false }) {
	const model = await openModel(await changedGguf(FILE, change));
	try {
		const { points } = await model.trace(IDS, { at: ['final.output'] });
		const found = await model.sentence([IDS], { precision: 'exact', ...options });
		const { shape, data } = points['final.output']!;
		return { states: data, width: shape[1]!, vector: found.vectors[0]!, pooling: found.provenance.pooling };
	} finally {
		await model.close();
	}
}

for (const [number, name] of [
	[1, 'mean'],
	[2, 'cls'],
	[3, 'last'],
] as const) {
	test(`bert.pooling_type ${number} is ${name}`, async () => {
		const { states, width, vector, pooling } = await vectors({ keys: { 'bert.pooling_type': { type: 'u32', value: number } } });
		assert.deepEqual(vector, pool(states, width, name));
		assert.equal(pooling, `${name} (bert.pooling_type)`);
	});
}

test('a ranking head is no sentence vector', async () => {
	await assert.rejects(vectors({ keys: { 'bert.pooling_type': { type: 'u32', value: 4 } } }), {
		code: 'unsupported',
		message: /bert\.pooling_type.*got 4/,
	});
});

/** Row m of the matrix picks value `columns[m]`, times `factor`. */
const picking = (name: string, columns: readonly number[], width: number, factor: number) =>
	tensorOf(
		name,
		[columns.length, width],
		columns.flatMap((column) => Array.from({ length: width }, (_, n) => (n === column ? factor : 0))),
	);

for (const names of [
	['dense_2', 'dense_3'],
	['dense.0', 'dense.1'],
] as const) {
	test(`${names.join(' and ')} stand behind the pooling`, async () => {
		const plain = await vectors({});
		const mean = pool(plain.states, plain.width, 'mean');
		const tensors = [picking(`${names[0]}.weight`, [3, 0, 7], plain.width, 2), picking(`${names[1]}.weight`, [2, 1], 3, -3)];
		const { vector } = await vectors({ tensors });
		// (mean[3], mean[0], mean[7]) · 2, then the third and the second of them · −3
		assert.deepEqual([...vector], [mean[7]! * -6, mean[0]! * -6].map(Math.fround));
	});
}

test('a layer that does not fit the pooled width is refused by its name', async () => {
	await assert.rejects(vectors({ tensors: [tensorOf('dense_2.weight', [1, 3], [1, 2, 3])] }), {
		code: 'wrong-shape',
		message: /dense_2\.weight.*1 × 3/,
	});
});

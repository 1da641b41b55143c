// The counting backend: on every family, and by hand where a reader can redo it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransformerConfig } from '../../src/spec/config.ts';
import { costOf } from '../../src/transformer/cost/cost.ts';
import { MADE, madeModel } from '../compute/made.ts';
import { familyFiles, openFamily } from './measure.ts';

test('llama-like, by hand: 2 blocks of D 64, H 6, K 2, Dh 16, F 96; V 101, tied', async () => {
	const { config, views } = madeModel(MADE[0]!);
	// A block: query 96 × 64, key and value 32 × 64, output 64 × 96, and three of 96 × 64.
	const block = 96 * 64 + 2 * 32 * 64 + 64 * 96 + 3 * 96 * 64;
	const one = await costOf(config, views, { tokens: 1 });
	assert.equal(one.products.weights, 2 * block + 101 * 64);
	// A token that sees itself alone: 96 products with its key and 96 with its value, in each block.
	assert.equal(one.products.attention, 2 * 2 * 96);
	assert.equal(one.weightBytes, 4 * (2 * block + 101 * 64));
	// Keys and values: 2 heads of 16 halves each, in each block.
	assert.equal(one.stateBytesPerToken, 2 * 2 * (2 * 16 * 2));
	// Three tokens behind seven see 8, 9 and 10; of them one has logits.
	const three = await costOf(config, views, { tokens: 3, before: 7 });
	assert.equal(three.products.weights, 3 * 2 * block + 101 * 64);
	assert.equal(three.products.attention, 2 * 2 * 96 * (8 + 9 + 10));
	assert.equal(three.weightBytes, one.weightBytes, 'each weight is read once');
});

test('a window bounds what a token sees; where every token sees all, each sees all', async () => {
	const gemma = madeModel(MADE[1]!); // one block sees everything, one 7 tokens; 8 heads of 16
	const { products } = await costOf(gemma.config, gemma.views, { tokens: 1, before: 19 });
	assert.equal(products.attention, 2 * 128 * (20 + 7));
	const bert = madeModel({
		...MADE[3]!,
		blocks: MADE[3]!.blocks.map((b) => ({ ...b, attention: { ...b.attention, window: 99 } })),
	} as TransformerConfig);
	assert.equal((await costOf(bert.config, bert.views, { tokens: 5 })).products.attention, 2 * 2 * 64 * 5 * 5);
});

for (const file of familyFiles()) {
	test(`${file}: a run is counted, more tokens cost more, and nothing is read`, async () => {
		const { model } = await openFamily(file);
		const { source } = model.views.table.tensor;
		const before = source.bytesRead;
		const [one, two] = [await costOf(model.config, model.views, { tokens: 1 }), await costOf(model.config, model.views, { tokens: 2 })];
		assert.ok(one.products.weights > 0 && one.products.attention > 0);
		assert.ok(two.products.weights > one.products.weights && two.products.attention > one.products.attention);
		assert.ok(two.weightBytes >= one.weightBytes);
		// Of a mixture as many experts as the tokens can see; of everything else all of it.
		const sparse = model.config.blocks.some(({ feedForward }) => feedForward.experts);
		if (!sparse) assert.equal(two.weightBytes, one.weightBytes);
		assert.equal(source.bytesRead, before);
	});
}

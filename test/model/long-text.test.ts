// A text that is longer than the model was made for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeHost } from '../../hosts/node/host.ts';
import { openModel } from '../../src/model.ts';
import { FAMILIES } from '../transformer/open.ts';

test('what is longer than the model was made for is refused with the numbers, whatever the precision', async () => {
	const model = await openModel(nodeHost(), `${FAMILIES}llama`);
	const ids = new Array<number>(65).fill(5);
	for (const precision of ['exact', 'fast'] as const) {
		await assert.rejects(model.trace(ids, { at: ['logits'], precision }), /longer than the model.*got 65 tokens, allowed at most 64/);
		await assert.rejects(model.surprise(ids, { precision }), /got 65 tokens, allowed at most 64/);
	}
	assert.equal((await model.surprise(ids.slice(1))).tokens.length, 64);
	await model.close();
});

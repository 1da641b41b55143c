// What a token stands for, where that is no whole character: its bytes, in a split and in every step of its merging.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from 'tongsa';

const TEXT = ' 나는 고양이 👩‍👩‍👧‍👦';

for (const name of ['gpt-2', 'smollm2', 'falcon', 'gpt-4']) {
	test(`${name}: the bytes of a text's tokens are the text's`, async () => {
		const model = await openModel(name);
		const tokenizer = model.tokenizer!;
		const { ids } = tokenizer.encode(TEXT, { special: 'none' });
		const bytes = Buffer.concat(Array.from(ids, (id) => tokenizer.token(id).bytes));
		assert.equal(bytes.toString('utf8'), TEXT);
		await model.close();
	});
}

test('a step of merging shows bytes where a piece is no whole character', async () => {
	const model = await openModel('smollm2');
	const steps = model.tokenizer!.merges(' 사');
	// U+C0AC is EC 82 AC in UTF-8.
	assert.deepEqual(
		steps[0]!.bytes.map((piece) => [...piece]),
		[[0x20], [0xec], [0x82], [0xac]],
	);
	for (const { pieces, bytes } of steps) {
		assert.deepEqual(
			pieces,
			bytes.map((piece) => new TextDecoder().decode(piece)),
		);
		assert.equal(Buffer.concat(bytes).toString('utf8'), ' 사');
	}
	await model.close();
});

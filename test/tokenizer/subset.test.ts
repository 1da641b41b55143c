// A vocabulary cut to the tokens of some texts: those texts are cut into the same tokens, and the tables' rows go with them.
// The expected ids are the whole model's own; what is tested is that the map between the two leads back to them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolve } from '../../hosts/node/resolve.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import type { Checkpoint } from '../../src/formats/checkpoint.ts';
import { readNumbers } from '../../src/formats/get.ts';
import { extractGguf } from '../../src/formats/gguf/extract.ts';
import { WHOLE_IDS } from '../../src/formats/gguf/subset.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { readRows } from '../../src/formats/tensor-bytes.ts';
import { loadTokenizer, tokenizerSpec } from '../../src/tokenizer/sources/index.ts';
import { keptTokens } from '../../src/tokenizer/subset.ts';
import { roleIds } from '../../src/tokenizer/writers/gguf.ts';

const TEXTS = [
	'I love you so much. The quick brown fox jumped over 13 lazy dogs; it cost $4.50!',
	'겨울에 먹는 음식은 따뜻하다. 사랑해 너를 정말 많이',
	'東京の冬は寒いです。私はあなたをとても愛しています。',
	'我非常爱你。冬天吃的食物很温暖。',
	'def main():\n    return {"answer": 42}\n',
];

async function subsetOf(whole: Checkpoint, ids: Uint32Array): Promise<Checkpoint> {
	const parts: Uint8Array[] = [];
	const tokens = { ids, roles: roleIds((await tokenizerSpec(whole))!) };
	await extractGguf(whole, { write: async (bytes) => void parts.push(bytes.slice()) }, { tokens });
	const source = memorySource('subset.gguf', Buffer.concat(parts));
	return openCheckpoint({ name: source.name, files: new Map([[source.name, source]]) });
}

// BPE of bytes, SentencePiece's BPE by score, WordPiece, BPE with digits apart, unigram.
for (const name of ['gpt-2', 'llama-2', 'bert', 'falcon', 'multilingual-e5-small']) {
	test(`${name}: kept texts are cut into the same tokens`, async () => {
		const whole = await openCheckpoint(await resolve(name));
		const original = (await loadTokenizer(whole))!;
		const tokens = keptTokens((await tokenizerSpec(whole))!, { texts: TEXTS });
		assert.ok(tokens.length < original.size / 2, `${tokens.length} of ${original.size} tokens`);
		const part = await subsetOf(whole, tokens);
		const tokenizer = (await loadTokenizer(part))!;
		assert.equal(tokenizer.size, tokens.length);
		for (const text of TEXTS) {
			const ids = Array.from(tokenizer.encode(text).ids, (id) => tokens[id]);
			assert.deepEqual(ids, [...original.encode(text).ids]);
			// Words of the texts in another order.
			const mixed = text.split(' ').reverse().join(' ');
			const used = [...original.encode(mixed).ids];
			if (used.every((id) => tokens.includes(id)))
				assert.deepEqual(
					Array.from(tokenizer.encode(mixed).ids, (id) => tokens[id]),
					used,
				);
		}
		const table = part.tensors.get('token_embd.weight');
		if (table) {
			const last = tokens.length - 1;
			const [own, from] = await Promise.all([
				readRows(table, [0, last]),
				readRows(whole.tensors.get(table.name)!, [tokens[0]!, tokens[last]!]),
			]);
			assert.deepEqual(own, from);
		}
		await part.close();
		await whole.close();
	});
}

test('a subset of a subset still names the ids of the whole', async () => {
	const whole = await openCheckpoint(await resolve('gpt-2'));
	const tokens = keptTokens((await tokenizerSpec(whole))!, { texts: TEXTS });
	const part = await subsetOf(whole, tokens);
	const again = keptTokens((await tokenizerSpec(part))!, { texts: TEXTS.slice(0, 1) });
	const twice = await subsetOf(part, again);
	const ids = await readNumbers(twice, WHOLE_IDS, 2 ** 20);
	assert.deepEqual(
		[...ids!],
		Array.from(again, (id) => tokens[id]!),
	);
});

test('languages keep the tokens of their letters', async () => {
	const checkpoint = await openCheckpoint(await resolve('multilingual-e5-small'));
	const tokenizer = (await loadTokenizer(checkpoint))!;
	const spec = (await tokenizerSpec(checkpoint))!;
	const kept = new Set(keptTokens(spec, { languages: ['ko'] }));
	const has = (text: string) => kept.has(tokenizer.id(text)!);
	assert.ok(has('▁겨울') && has('은') && has('2018'));
	assert.ok(!has('▁love') && !has('東京'));
	assert.throws(() => keptTokens(spec, { languages: ['klingon'] }), /klingon/);
	assert.throws(() => keptTokens(spec, {}), /neither/);
});

// Added tokens and byte letters where pipelines meet them in odd places. Expected ids: Hugging Face tokenizers 0.23 on the same JSON.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFiles } from './reference.ts';

const WORDS = { type: 'WordLevel', vocab: { '<unk>': 0, a: 1, b: 2 }, unk_token: '<unk>' };
const added = (id: number, content: string, flags: object = {}) => ({
	...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: false },
	...flags,
});

async function idsOf(json: { model: object; added_tokens: object[]; pre_tokenizer: object }, text: string): Promise<number[]> {
	const whole = { version: '1.0', normalizer: null, post_processor: null, decoder: null, ...json };
	const tokenizer = await openFiles({ 'tokenizer.json': new TextEncoder().encode(JSON.stringify(whole)) });
	return [...tokenizer.encode(text, { special: 'none' }).ids];
}

test('a token that only the added list has is cut out of the text, and is no piece of the model', async () => {
	const json = {
		model: WORDS,
		added_tokens: [added(3, 'zz', { single_word: true })],
		pre_tokenizer: { type: 'FixedLength', length: 2 },
	};
	assert.deepEqual(await idsOf(json, 'zz'), [3]);
	assert.deepEqual(await idsOf(json, 'zzzz'), [0, 0]);
});

test('white space that a token has stripped still holds tokens, unless they strip it too', async () => {
	const json = (flags: object) => ({
		model: WORDS,
		added_tokens: [added(3, '  ', flags)],
		pre_tokenizer: { type: 'WhitespaceSplit' },
	});
	assert.deepEqual(await idsOf(json({ rstrip: true }), 'a      b'), [1, 3, 3, 3, 2]);
	assert.deepEqual(await idsOf(json({ rstrip: true, lstrip: true }), 'a      b'), [1, 3, 2]);
});

test('byte letters in the text reach a model that is not BPE, in the first texts as in later ones', async () => {
	const vocab = { '<unk>': 0, Ġ: 1, '##ä': 2, '##¸': 3, '##Ń': 4 };
	const model = { type: 'WordPiece', unk_token: '<unk>', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab };
	const pre_tokenizer = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
	assert.deepEqual(await idsOf({ model, added_tokens: [], pre_tokenizer }, ' 中'), [1, 2, 3, 4]);
});

// Names that were nearly right.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TongsaError } from '../src/errors.ts';
import { closest } from '../src/suggest.ts';

test('the nearest name, where one is near', () => {
	const names = ['embed', 'nearest', 'trace', 'train', 'tokenize', 'template', 'smollm2', 'gpt-2', 'gpt-4'];
	for (const [written, name] of [
		['emb', 'embed'],
		['embd', 'embed'],
		['ebmed', 'embed'],
		['EMBED', 'embed'],
		['smolm2', 'smollm2'],
		['smollm', 'smollm2'],
		['tokenise', 'tokenize'],
		['nearst', 'nearest'],
		['trase', 'trace'],
	] as const)
		assert.equal(closest(written, names), name, written);
	for (const written of ['sing', 'x', '', 'zzzzzzzz', 'e'.repeat(10_000)]) assert.equal(closest(written, names), undefined, written);
});

test('marks that turn the direction of text reach no message', () => {
	const marks = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
	const { message } = new TongsaError('not-found', 'x', { file: `a${marks}b`, got: marks, field: marks });
	assert.doesNotMatch(message, /\p{Bidi_Control}/u);
	assert.match(message, /a\\u061c\\u200e.*\\u2069b/);
});

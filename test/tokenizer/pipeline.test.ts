// Around the model: added tokens, flags, streams, splitting at n tokens, and looking through the vocabulary.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';
import { byteTokenizer, MERGES, specOf, TOKENS } from './specs.ts';

test('added tokens: leftmost, longest, whole words, white space taken, special only when asked', () => {
	const added = (id: number, content: string, more: object = {}) => ({
		id,
		content,
		single_word: false,
		lstrip: false,
		rstrip: false,
		normalized: false,
		special: false,
		...more,
	});
	const tokenizer = byteTokenizer({
		added_tokens: [
			added(1, '<|end|>', { special: true }),
			added(2, '  '),
			added(3, '    '),
			added(4, 'cat', { single_word: true }),
			added(5, '[M]', { lstrip: true, rstrip: true }),
		],
	});
	const encode = (text: string, special: 'none' | 'parse' = 'none'): number[] => [...tokenizer.encode(text, { special }).ids];
	const bytes = (text: string): number[] => [...Buffer.from(text)];
	assert.deepEqual(encode('a<|end|>'), bytes('a<|end|>'));
	assert.deepEqual(encode('a<|end|>', 'parse'), [97, 1]);
	assert.deepEqual(encode('      x'), [3, 2, 120]);
	assert.deepEqual(encode('cat cats'), [4, ...bytes(' cats')]);
	assert.deepEqual(encode('a  [M]\n b'), [97, 2, 5, 98]);
	assert.deepEqual(encode('a [M]\n b'), [97, 5, 98]);
});

test('flags are added once', () => {
	const flags = [{ SpecialToken: { ids: [1] } }, { Sequence: { id: 'A' as const } }, { SpecialToken: { ids: [2] } }];
	const token = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
	const tokenizer = byteTokenizer({
		post_processor: { type: 'TemplateProcessing', single: flags },
		added_tokens: [
			{ ...token, id: 1, content: '<s>' },
			{ ...token, id: 2, content: '</s>' },
		],
	});
	assert.deepEqual([...tokenizer.encode('a').ids], [1, 97, 2]);
	assert.deepEqual([...tokenizer.encode('a', { offsets: true }).offsets!], [0, 0, 0, 1, 1, 1]);
	assert.deepEqual([...tokenizer.encode('a', { special: 'none' }).ids], [97]);
	assert.deepEqual([...tokenizer.encode('<s>a', { special: 'parse' }).ids], [1, 97, 2]);
	assert.deepEqual([...tokenizer.encode('<s>a</s>', { special: 'parse' }).ids], [1, 97, 2]);
	assert.deepEqual([...tokenizer.encode('<s>a', { special: 'parse', flags: false }).ids], [1, 97]);
	assert.equal(tokenizer.decode([1, 97, 2]), '<s>a</s>'.replace('<s>', '\u0001').replace('</s>', '\u0002'));
	assert.equal(tokenizer.decode([1, 97, 2], { skipSpecial: true }), 'a');
	assert.throws(() => tokenizer.decode([256]), { code: 'out-of-range' });
	assert.throws(() => tokenizer.encode('a'.repeat(2 ** 25 + 1)), { code: 'too-large' });
});

test('streams never end a piece inside a character, and join to decode(ids)', () => {
	const tokenizer = byteTokenizer();
	const text = 'e\u0301 한글 👩‍👩‍👧‍👦🇰🇷 가 👍🏽! \ufeffx';
	const decoder = tokenizer.decoder();
	const ids = [...tokenizer.encode(text).ids];
	const pieces = [...ids.map((id) => decoder.push(id)), decoder.end()];
	assert.equal(pieces.join(''), text);
	const starts = new Set([...new Intl.Segmenter('en').segment(text)].map(({ index }) => index));
	let at = 0;
	for (const piece of pieces) {
		// A letter is not held back for the accent that may follow it.
		assert.ok(starts.has(at) || text[at] === '\u0301' || at === text.length, `a piece begins at ${at}`);
		at += piece.length;
	}
	// Bytes that are no character: the same U+FFFD as decode gives.
	const broken = [0xea, 0xb0, 0x61, 0xff, 0xf0, 0x9f];
	const stream = tokenizer.decoder();
	assert.equal(broken.map((id) => stream.push(id)).join('') + stream.end(), tokenizer.decode(broken));
});

test('split keeps graphemes whole and takes as much as fits', () => {
	const tokenizer = byteTokenizer();
	// 각 has 3 bytes, 👍🏽 8, x 1.
	const text = '각👍🏽x';
	const heads = Array.from({ length: 14 }, (_, n) => tokenizer.split(text, n).head);
	assert.deepEqual(heads, ['', '', '', ...Array(8).fill('각'), '각👍🏽', text, text]);
	assert.deepEqual(tokenizer.split(text, 11), { head: '각👍🏽', rest: 'x', tokens: 11 });
	// 'aaaa' is one token and 'aaa' two: with one token, four letters fit.
	assert.equal(createTokenizer(specOf(TOKENS, MERGES)).split('aaaaa', 1).head, 'aaaa');
	// Cut into parts, a long text is what it was.
	const long = '한글 text 🙂 '.repeat(20_000);
	let rest = long;
	let parts = 0;
	for (let joined = ''; rest !== ''; parts++) {
		const part = tokenizer.split(rest, 4000);
		assert.ok(part.tokens <= 4000 && part.head !== '');
		joined += part.head;
		rest = part.rest;
		if (rest === '') assert.equal(joined, long);
	}
	// 340,000 bytes; a part is 4,000 or up to 3 less, for its last character.
	assert.equal(parts, 86);
});

test('the vocabulary can be looked through', () => {
	const tokenizer = createTokenizer(specOf(TOKENS, MERGES));
	assert.equal(tokenizer.size, TOKENS.length);
	assert.deepEqual(
		tokenizer.search({ text: 'lo' }).map(({ text }) => text),
		['lo', 'low'],
	);
	assert.deepEqual(
		tokenizer.search({ script: 'Hangul' }).map(({ text, id }) => [text, id]),
		[['각', TOKENS.indexOf('각')]],
	);
	assert.deepEqual(
		tokenizer.search({ kind: 'unknown' }).map(({ id }) => id),
		[0],
	);
	assert.equal(tokenizer.search({ limit: 3, from: 4 })[0]!.id, 4);
	assert.throws(() => tokenizer.search({ script: 'Klingon' }), { code: 'usage' });
	assert.equal(tokenizer.id('low'), TOKENS.indexOf('low'));
	assert.equal(tokenizer.id('nothing'), undefined);
	assert.throws(() => tokenizer.token(-1), { code: 'out-of-range' });
});

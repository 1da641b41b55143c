// Chunks: whole sentences and blocks, within their size, with ranges that can be checked byte for byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChunkSizes, chunksOf, contextOf } from '../../src/retrieval/chunk.ts';
import type { ParsedDocument } from '../../src/retrieval/types.ts';
import { blocksOf, termModel } from './made.ts';

const model = termModel();
const count = (text: string): number => model.offsets(text).length / 2;
const parsed = (text: string, blocks = blocksOf(text)): ParsedDocument => ({ text, blocks, type: 'text' });
const texts = (text: string, sizes: ChunkSizes): string[] =>
	chunksOf(parsed(text), model, sizes).map(({ start, end }) => text.slice(start, end));

test('sections become chunks that know their headings, lines and ranges', () => {
	const text = '# 음식\n\n겨울에는 김장을 한다.\n\n## 만두 🥟\n\n설날에 빚는다.\n';
	const chunks = chunksOf(parsed(text), model, { tokens: 40, overlap: 0 });
	assert.deepEqual(
		chunks.map(({ start, end, headings, line }) => ({ text: text.slice(start, end), headings, line })),
		[
			{ text: '# 음식\n\n겨울에는 김장을 한다.', headings: ['음식'], line: 1 },
			{ text: '## 만두 🥟\n\n설날에 빚는다.', headings: ['음식', '만두 🥟'], line: 5 },
		],
	);
	const bytes = new TextEncoder().encode(text);
	for (const { start, end, byteStart, byteEnd, tokens } of chunks) {
		assert.equal(new TextDecoder().decode(bytes.subarray(byteStart, byteEnd)), text.slice(start, end));
		assert.equal(tokens, count(text.slice(start, end)));
	}
});

test('a long section is cut between sentences, and each chunk begins with the last of the one before', () => {
	// Nine characters a sentence, signs included.
	const text = ['一二三四五六七八。', '甲乙丙丁戊己庚辛。', '东南西北上下左右。', '春夏秋冬早晚昼夜。'].join('');
	assert.deepEqual(texts(text, { tokens: 18, overlap: 9 }), [text.slice(0, 18), text.slice(9, 27), text.slice(18, 36)]);
	assert.deepEqual(texts(text, { tokens: 18, overlap: 0 }), [text.slice(0, 18), text.slice(18)]);
});

test('no chunk is longer than it may be, none is cut in a character, and nothing but space is lost', () => {
	const family = '👨‍👩‍👧‍👦'; // seven code points, four of them beyond U+FFFF, one character
	const cases = [
		'가나다라마바사아자차카타파하'.repeat(30),
		`${'word '.repeat(100)}${'x'.repeat(300)} ${'end. '.repeat(50)}`,
		family.repeat(40),
		`a${'\u0301'.repeat(500)}b`, // one character of more code points than a chunk may have
		'한글'.normalize('NFD').repeat(50),
		'\n\n\t \u3000\n',
	];
	for (const text of cases) {
		for (const tokens of [8, 20, 64]) {
			const chunks = chunksOf(parsed(text), model, { tokens, overlap: 4 });
			const covered = new Uint8Array(text.length);
			for (const chunk of chunks) {
				const own = text.slice(chunk.start, chunk.end);
				assert.ok(count(own) <= tokens, `${count(own)} > ${tokens}`);
				assert.ok(own.isWellFormed());
				covered.fill(1, chunk.start, chunk.end);
			}
			for (let i = 0; i < text.length; i++)
				assert.ok(covered[i] || text[i]!.trim() === '', `unit ${i} of ${JSON.stringify(text.slice(0, 20))}`);
		}
	}
	const graphemes = new Set(
		Array.from(new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(family.repeat(40)), ({ index }) => index),
	);
	for (const { start } of chunksOf(parsed(family.repeat(40)), model, { tokens: 20, overlap: 0 })) assert.ok(graphemes.has(start));
});

test('headings are no chunk of their own where their text follows', () => {
	const text = '# 一二三\n\n一二三四五六七八。甲乙丙丁戊己庚辛。';
	assert.deepEqual(texts(text, { tokens: 18, overlap: 0 }), ['# 一二三\n\n一二三四五六七八。', '甲乙丙丁戊己庚辛。']);
});

test('code is cut at lines, and pages are not mixed', () => {
	const code = 'let a = 1;\nlet b = 2;\nlet c = 3;\n';
	const chunks = chunksOf(parsed(code, [{ kind: 'code', start: 0, end: code.length }]), model, { tokens: 16, overlap: 0 });
	assert.deepEqual(
		chunks.map(({ start, end }) => code.slice(start, end)),
		['let a = 1;\nlet b = 2;', 'let c = 3;'],
	);
	const pages = 'One.\n\nTwo.';
	const blocks = [
		{ kind: 'paragraph', start: 0, end: 4, page: 1 },
		{ kind: 'paragraph', start: 6, end: 10, page: 2 },
	] as const;
	assert.deepEqual(
		chunksOf(parsed(pages, [...blocks]), model, { tokens: 100, overlap: 0 }).map(({ page }) => page),
		[1, 2],
	);
});

test('a block of a megabyte without a line end is cut in time', () => {
	const text = 'a'.repeat(300_000) + ' 가'.repeat(100_000);
	const chunks = chunksOf(parsed(text), model, { tokens: 256, overlap: 32 });
	assert.ok(chunks.length > 1000);
	assert.equal(chunks.at(-1)!.end, text.length);
});

test('the context is title and headings, none twice', () => {
	assert.equal(contextOf('Guide', ['Guide', 'Refunds']), 'Guide › Refunds\n');
	assert.equal(contextOf(undefined, []), '');
});

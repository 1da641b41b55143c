// Counting words: the pieces of the regular expression, line by line, however the text comes in.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BYTE_TO_CODE_POINT } from '../../src/tokenizer/models/byte-level.ts';
import { WordCounter } from '../../src/training/tokenizer/words.ts';

const text = readFileSync(new URL('../fixtures/tokenizer/running.txt', import.meta.url));

/** The definition: GPT-2's expression on each line with its line feed (openai/gpt-2 src/encoder.py). */
function expected(): Map<string, number> {
	const pattern = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
	const words = new Map<string, number>();
	for (const line of text.toString('utf8').match(/[^\n]*\n|[^\n]+$/g)!) {
		for (const [piece] of line.matchAll(pattern)) {
			const word = String.fromCharCode(...Array.from(Buffer.from(piece), (byte) => BYTE_TO_CODE_POINT[byte]!));
			words.set(word, (words.get(word) ?? 0) + 1);
		}
	}
	return words;
}

const sorted = (words: ReadonlyMap<string, number>) => [...words].sort(([a], [b]) => (a < b ? -1 : 1));

for (const size of [1, 7, 1000, text.length]) {
	test(`in parts of ${size} bytes`, () => {
		const counter = new WordCounter('gpt2');
		const part = size === 1 ? text.subarray(0, 3000) : text;
		for (let at = 0; at < part.length; at += size) counter.add(part.subarray(at, at + size));
		counter.endLine();
		if (part === text) assert.deepEqual(sorted(counter.words()), sorted(expected()));
		const whole = new WordCounter('gpt2');
		whole.add(part);
		whole.endLine();
		assert.deepEqual(sorted(counter.words()), sorted(whole.words()));
	});
}

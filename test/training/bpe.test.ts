// Training byte-pair encoding: the same tokens and merges as Hugging Face's trainer, and as the naive one that can be read aloud.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type BpeOptions, trainBpe, trainBpeNaively } from '../../src/training/tokenizer/bpe.ts';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');

function counted(text: string): Map<string, number> {
	const words = new Map<string, number>();
	for (const word of text.split(/\s+/u)) if (word) words.set(word, (words.get(word) ?? 0) + 1);
	return words;
}

/** Settings under Hugging Face's names (scripts/reference/make_trainers.py). */
interface Reference {
	readonly options: Record<string, unknown>;
	readonly tokens: readonly string[];
	readonly merges: readonly (readonly [string, string])[];
}

const OPTION_NAMES: Readonly<Record<string, keyof BpeOptions>> = {
	vocab_size: 'vocabularySize',
	min_frequency: 'minFrequency',
	special_tokens: 'specialTokens',
	limit_alphabet: 'limitAlphabet',
	initial_alphabet: 'initialAlphabet',
	max_token_length: 'maxTokenLength',
};

const words = counted(fixture('tokenizer/running.txt'));

for (const [name, { options, tokens, merges }] of Object.entries(JSON.parse(fixture('training/bpe.json')) as Record<string, Reference>)) {
	test(`${name}: tokens and merges equal Hugging Face's`, () => {
		const own = Object.fromEntries(Object.entries(options).map(([key, value]) => [OPTION_NAMES[key]!, value])) as unknown as BpeOptions;
		const trained = trainBpe(words, own);
		assert.deepEqual(trained.tokens, tokens);
		assert.deepEqual(
			trained.merges.map(([left, right]) => [trained.tokens[left], trained.tokens[right]]),
			merges,
		);
	});
}

test('the example of the doc comment, by hand', () => {
	// 'u' 'g': 10 + 5 + 5 = 20; 'u' 'n': 12 + 4 = 16; 'h' 'ug': 10 + 5 = 15.
	const example = new Map(Object.entries({ hug: 10, pug: 5, pun: 12, bun: 4, hugs: 5 }));
	const { tokens } = trainBpe(example, { vocabularySize: 10 });
	assert.deepEqual(tokens, ['b', 'g', 'h', 'n', 'p', 's', 'u', 'ug', 'un', 'hug']);
});

test('the naive trainer gives the same', () => {
	const some = new Map([...words].slice(0, 400));
	for (const options of [
		{ vocabularySize: 700 },
		{ vocabularySize: 700, continuingSubwordPrefix: '##' },
		{ vocabularySize: 700, endOfWordSuffix: '</w>' },
	])
		assert.deepEqual(trainBpe(some, options), trainBpeNaively(some, options));
});

test('a vocabulary below its alphabet is refused, and an abort stops', () => {
	assert.throws(() => trainBpe(words, { vocabularySize: 100 }), /smaller than its alphabet/);
	assert.throws(() => trainBpe(words, { vocabularySize: 2000, signal: AbortSignal.abort(new Error('stopped')) }), /stopped/);
	assert.deepEqual(trainBpe(new Map(), { vocabularySize: 10 }), { tokens: [], merges: [] });
});

// The engine by itself: splitting rules against their regexes, the kernel against its definition, and cases to redo by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from 'tongsa';
import {
	CL100K_PATTERN,
	GPT2_PATTERN,
	LLAMA3_PATTERN,
	O200K_PATTERN,
	QWEN2_PATTERN,
	splitterOf,
	TEKKEN_PATTERN,
} from '../../src/tokenizer/regex/splitters.ts';
import type { PreTokenizerSpec, TokenizerSpec } from '../../src/tokenizer/spec.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';
import { vocabularyOfTable } from '../../src/tokenizer/vocabulary.ts';
import { randomBelow } from '../random.ts';
import { byteTokenizer, MERGES, specOf, TOKENS, tableOf } from './specs.ts';

/** Letters of each class, marks, digits, white space, contractions, joiners, characters that are new in Unicode 16 and 17. */
const HARD = [
	...(' \n\r\t\u00a0\u0085\u3000\u2028' +
		"'''sStTrReEvVmMlLdD\u017faZbÀßǅʰªआ्ाक한글中のไก\u0301\u0903\u20dd1234²½٣Ⅷ!?/.,;$+€…🙂👍🏽\u200d\ufeff\u0000𝐀𝒶𐐀𐐨\u{1c89}\u{2ebf0}\u{323b0}\ue000_"),
];

function randomText(random: (n: number) => number): string {
	const few = 1 + random(HARD.length);
	return Array.from({ length: 1 + random(14) }, () => HARD[random(random(2) ? few : HARD.length)]).join('');
}

const BYTE_LEVEL: PreTokenizerSpec = { type: 'ByteLevel', add_prefix_space: false, use_regex: true, trim_offsets: true };
const split = (Regex: string, syntax: 'oniguruma' | 'rust' = 'oniguruma'): PreTokenizerSpec => ({
	type: 'Split',
	pattern: { Regex, syntax },
	behavior: 'Isolated',
	invert: false,
});

const SPLITTERS: readonly (readonly [name: string, spec: PreTokenizerSpec])[] = [
	['gpt2', BYTE_LEVEL],
	['gpt2', split(GPT2_PATTERN)],
	['digitsGpt2', { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, BYTE_LEVEL] }],
	['cl100k', split(CL100K_PATTERN, 'rust')],
	['llama3', split(LLAMA3_PATTERN)],
	['qwen2', split(QWEN2_PATTERN)],
	['o200k', split(O200K_PATTERN)],
	['tekken', split(TEKKEN_PATTERN)],
];

for (const [name, pre_tokenizer] of SPLITTERS) {
	test(`the automaton ${name} splits as its regex does (${pre_tokenizer.type}, 5,000 random strings)`, () => {
		assert.equal(splitterOf(pre_tokenizer), name);
		// Every character is unknown, and the unknown of one piece fuse: a token a piece.
		const spec = specOf(['<unk>'], [], { pre_tokenizer });
		const kernel = createTokenizer(spec);
		const definition = createTokenizer(spec, { kernel: false });
		const random = randomBelow(7);
		let pieces = 0;
		for (let i = 0; i < 5000; i++) {
			const text = randomText(random);
			const expected = definition.encode(text, { offsets: true });
			assert.deepEqual(kernel.encode(text, { offsets: true }), expected, JSON.stringify(text));
			pieces += expected.ids.length;
		}
		assert.ok(pieces > 10_000, 'the strings fall into pieces');
	});
}

const MODELS: readonly (readonly [name: string, spec: TokenizerSpec])[] = [
	['merges', specOf(TOKENS, MERGES)],
	['merges, words', specOf(TOKENS, MERGES, { pre_tokenizer: { type: 'WhitespaceSplit' } })],
	[
		'merges in pairs, unknown not fused',
		specOf(TOKENS, [], {
			model: { merges: { type: 'pairs', table: tableOf(MERGES.flatMap((merge) => merge.split(' '))) }, fuse_unk: false },
		}),
	],
	['ignore_merges', specOf(TOKENS, MERGES, { model: { ignore_merges: true }, pre_tokenizer: { type: 'WhitespaceSplit' } })],
	['ranks', specOf(TOKENS, [], { model: { merges: { type: 'ranks' } } })],
	[
		'scores',
		(() => {
			const scores = Float32Array.from(TOKENS, (token, i) => (token.length > 1 ? -((i * 7) % 5) : -100));
			return specOf(TOKENS, [], {
				model: { merges: { type: 'scores' }, vocabulary: { ...vocabularyOfTable(tableOf(TOKENS), { scores }) } },
			});
		})(),
	],
	['without an unknown token', specOf(TOKENS, MERGES, { model: { unknown: undefined } as never })],
	['bytes, most of them without a token', specOf(TOKENS, MERGES, { model: { alphabet: 'byte-level' } })],
	['bytes without a token, not fused', specOf(TOKENS, MERGES, { model: { alphabet: 'byte-level', fuse_unk: false } })],
	['bytes without a token, none unknown', specOf(TOKENS, MERGES, { model: { alphabet: 'byte-level', unknown: undefined } as never })],
	['raw bytes by rank, most without a token', specOf(TOKENS, [], { model: { alphabet: 'bytes', merges: { type: 'ranks' } } })],
];

for (const [name, spec] of MODELS) {
	test(`the kernel merges as its definition does (${name}, 3,000 random strings)`, () => {
		const kernel = createTokenizer(spec);
		const definition = createTokenizer(spec, { kernel: false });
		const random = randomBelow(11);
		const letters = [...'aaabcdeehllowwr▁▁ 각한x🙂'];
		for (let i = 0; i < 3000; i++) {
			const text = Array.from({ length: random(random(10) === 0 ? 200 : 12) }, () => letters[random(letters.length)]).join('');
			assert.deepEqual(kernel.encode(text, { offsets: true }), definition.encode(text, { offsets: true }), JSON.stringify(text));
		}
	});
}

test('merging goes by rank, the leftmost first', () => {
	// Ranks: l+o 1, o+w 2, e+r 4, w+e 5, lo+w 6. 'lower': lo w e r → lo w er (rank 4 before 5) → low er.
	const tokenizer = createTokenizer(specOf(TOKENS, MERGES));
	assert.deepEqual(
		tokenizer.merges('lower').map(({ pieces, merged, rank }) => [pieces.join(' '), merged, rank]),
		[
			['l o w e r', undefined, undefined],
			['lo w e r', 0, 1],
			['lo w er', 2, 4],
			['low er', 0, 6],
		],
	);
	assert.deepEqual([...tokenizer.encode('lower').ids], [TOKENS.indexOf('low'), TOKENS.indexOf('er')]);
	// a a a a a: the pairs at 0 and 2 merge, then both; the fifth is left.
	assert.deepEqual([...tokenizer.encode('aaaaa').ids], [TOKENS.indexOf('aaaa'), TOKENS.indexOf('a')]);
});

for (const kernel of [true, false]) {
	test(`ranges are whole characters (kernel: ${kernel})`, () => {
		// a, 각 (3 bytes), 🙂 (4 bytes, 2 units), b
		const { ids, offsets } = byteTokenizer({}, kernel).encode('a각🙂b', { offsets: true });
		assert.equal(ids.length, 9);
		assert.deepEqual([...offsets!], [0, 1, 1, 2, 1, 2, 1, 2, 2, 4, 2, 4, 2, 4, 2, 4, 4, 5]);
	});

	test(`lone surrogates are U+FFFD, and chunks never cut a character (kernel: ${kernel})`, () => {
		const tokenizer = byteTokenizer({ pre_tokenizer: split(QWEN2_PATTERN) }, kernel);
		assert.deepEqual([...tokenizer.encode('\ud800x\udc00').ids], [0xef, 0xbf, 0xbd, 0x78, 0xef, 0xbf, 0xbd]);
		assert.equal(tokenizer.encode('').ids.length, 0);
		// Longer than the kernel's chunks, with pieces across every border.
		for (const unit of ['🙂', ' word각', '\n', '한']) {
			const text = `x${unit.repeat(40_000)}`;
			assert.equal(Buffer.from(tokenizer.encode(text).ids).toString('utf8'), text);
			const { offsets } = tokenizer.encode(text, { offsets: true });
			assert.equal(offsets!.at(-1), text.length);
		}
	});

	test(`a million of one character takes n log n (kernel: ${kernel})`, () => {
		const tokenizer = createTokenizer(specOf(TOKENS, MERGES), { kernel });
		assert.equal(tokenizer.encode('a'.repeat(1_000_000)).ids.length, 250_000);
		assert.equal(tokenizer.encode('▁'.repeat(1_000_000)).ids.length, 250_000);
		assert.equal(tokenizer.encode('각'.repeat(300_000)).ids.length, 300_000);
		assert.equal(tokenizer.encode('한'.repeat(300_000)).ids.length, 1);
		// Quadratic merging takes hours: the runner's limit ends it.
	});
}

test('a byte that the vocabulary lacks vanishes before merging, so that its neighbours meet: as tokenizers does', async () => {
	// tokenizers 0.23.3 on SmolLM2's tokenizer.json: ' \x13⋞' → [4636, 229, 248]; 4636 is ' ' with the first byte of '⋞'.
	const model = await openModel('models/smollm2.gguf');
	const { tokenizer } = model;
	assert.deepEqual([...tokenizer!.encode(' \x13⋞').ids], [4636, 229, 248]);
	const long = tokenizer!.encode(' \x13⋞'.repeat(2000)); // by the kernel
	assert.deepEqual([...long.ids.subarray(0, 6)], [4636, 229, 248, 4636, 229, 248]);
	assert.equal(long.ids.length, 6000);
	assert.deepEqual([...tokenizer!.encode('\x13\x13').ids], []);
	await model.close();
});

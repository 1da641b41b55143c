// Tokenizers of a folder: tokenizer.json, tokenizer.model, vocabularies, rank tables, chat templates.

import { bytes, f32, field, u32, varint } from './bytes.ts';
import type { Case, Verb } from './folders.ts';

const MERGED = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, I: 3, ' ': 4 }, merges: [['a', 'b']] };
const json = (name: string, value: unknown, refuses: readonly Verb[] = ['tokenize']): Case => [
	`tokenizer.json: ${name}`,
	{ 'tokenizer.json': typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value) },
	refuses,
];
const model = (more: object, rest: object = {}) => ({ version: '1.0', added_tokens: [], model: { ...MERGED, ...more }, ...rest });
const regex = (pattern: string) =>
	model({}, { pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false } });
const added = (...tokens: object[]) => model({}, { added_tokens: tokens });
const token = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

const spm = (name: string, content: Uint8Array, refuses: readonly Verb[] = ['tokenize']): Case => [
	`tokenizer.model: ${name}`,
	{ 'tokenizer.model': content },
	refuses,
];
const piece = (text: string | Uint8Array, score = -1, type = 1): Uint8Array =>
	field(1, bytes(field(1, bytes(text)), varint((2 << 3) | 5), f32(score), field(3, type)));
const pieces = bytes(piece('<unk>', 0, 2), piece('<s>', 0, 3), piece('▁', -2), piece('a', -3));

const file = (name: string, path: string, content: Uint8Array | string, refuses: readonly Verb[] = ['tokenize']): Case => [
	`${path}: ${name}`,
	{ [path]: content },
	refuses,
];
const template = (name: string, value: unknown): Case => [
	`chat template: ${name}`,
	{ 'tokenizer.json': JSON.stringify(model({})), 'tokenizer_config.json': typeof value === 'string' ? value : JSON.stringify(value) },
	['template'],
];

/** Patterns that take exponential time in a backtracking engine. They must be refused, or split in time. */
const SLOW = ['(a+)+$', '(a|a)*b', '(a|aa)+$', '(.*)*x', '(?:a*)*b', '([a-zA-Z]+)*1', '(\\s+)+x', '(?=(a+)+b)a'];

export const TOKENIZERS: readonly Case[] = [
	json('sound', model({}), []),
	...SLOW.map((pattern) => json(`the pattern ${pattern}`, regex(pattern), [])),
	json('a pattern nested 1,000 deep', regex('('.repeat(1000) + ')'.repeat(1000))),
	json('a pattern of 9,000 sets', regex('a?'.repeat(9_000)), []),
	json(
		'a pattern of 6,000 sets, each another',
		regex(Array.from({ length: 6_000 }, (_, i) => `[${String.fromCharCode(0x4e00 + i)}]`).join('')),
		[],
	),
	json('a pattern of 100,000 letters', regex('a'.repeat(100_000))),
	json('a pattern that repeats 2^31 times', regex('(a{2147483647}){2147483647}')),
	json('a pattern without its end', regex('[a-')),
	json('a pattern that is empty', regex(''), []),
	json('a property of nobody', regex('\\p{Klingon}')),
	json(
		'a replacement that multiplies',
		model(
			{},
			{
				normalizer: {
					type: 'Sequence',
					normalizers: Array.from({ length: 40 }, () => ({ type: 'Replace', pattern: { String: 'a' }, content: 'aaaaaaaaaa' })),
				},
			},
		),
		[],
	),
	json('a prefix of 1 MB', model({}, { normalizer: { type: 'Prepend', prepend: 'x'.repeat(1_000_000) } })),
	json('pieces of length 0', model({}, { pre_tokenizer: { type: 'FixedLength', length: 0 } })),
	json('sequences 10,000 deep', `${'{"normalizer":{"type":"Sequence","normalizers":['.repeat(10_000)}`),
	json('a vocabulary that is a list', model({ vocab: [] })),
	json('a vocabulary of text', model({ vocab: 'abc' })),
	json('no vocabulary', model({ vocab: undefined })),
	json('an empty vocabulary', model({ vocab: {}, merges: [] }), []),
	json('an id of −1', model({ vocab: { a: -1 }, merges: [] })),
	json('an id of 2^31', model({ vocab: { a: 2 ** 31 }, merges: [] })),
	json('an id of 2^53', model({ vocab: { a: 2 ** 53 }, merges: [] })),
	json('an id of 4,194,303', model({ vocab: { a: 4_194_303 }, merges: [] })),
	json('an id twice', model({ vocab: { a: 0, b: 0 }, merges: [] })),
	json('a token twice', '{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}}'),
	json('__proto__ as a token', '{"model": {"type": "BPE", "vocab": {"__proto__": 0, "a": 1}, "merges": []}}', []),
	json('a merge of three', model({ merges: ['a b ab'] })),
	json('a merge of numbers', model({ merges: [[1, 2]] })),
	json('a merge of what is not there', model({ merges: ['a zebra'] })),
	json('merges that are an object', model({ merges: {} })),
	json('a model of nobody', model({ type: 'Neural' })),
	json('no model', { version: '1.0' }),
	json('null', 'null'),
	json('a list', '[]'),
	json('cut short', JSON.stringify(model({})).slice(0, 50)),
	json('UTF-16', new Uint8Array(Buffer.from(`\ufeff${JSON.stringify(model({}))}`, 'utf16le'))),
	json('a byte order mark', bytes(Uint8Array.of(0xef, 0xbb, 0xbf), JSON.stringify(model({}))), []),
	json('an added token without content', added({ ...token, id: 9 })),
	json('an added token of 2^60', added({ ...token, id: 2 ** 60, content: 'x' })),
	json('an added token with the id of another', added({ ...token, id: 0, content: 'x' })),
	json(
		'100,000 added tokens of one beginning',
		added(...Array.from({ length: 100_000 }, (_, i) => ({ ...token, id: i + 5, content: `<${'a'.repeat(20)}${i}>` }))),
		[],
	),
	json(
		'a template of a token that is not there',
		model({}, { post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: 'x', type_id: 0 } }], special_tokens: {} } }),
	),
	json('a charsmap that is no base64', model({}, { normalizer: { type: 'Precompiled', precompiled_charsmap: '%%%%' } })),
	json('a charsmap cut short', model({}, { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAAAA==' } })),
	json('scores that are text', { model: { type: 'Unigram', unk_id: 0, vocab: [['a', 'x']] } }),
	json('an unknown id beyond the pieces', { model: { type: 'Unigram', unk_id: 99, vocab: [['a', -1]] } }),
	json('a unigram of scores that overflow', '{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", 1e999], ["b", -1e999]]}}'),
	json('WordPiece without its prefix', { model: { type: 'WordPiece', vocab: { a: 0 }, unk_token: 'a', max_input_chars_per_word: 100 } }),
	json('a mark of 1 MB at the end of words', model({ end_of_word_suffix: 'w'.repeat(1_000_000) })),
	json('a word of 2^53 letters', {
		model: { type: 'WordPiece', vocab: { a: 0 }, unk_token: 'a', continuing_subword_prefix: '##', max_input_chars_per_word: 2 ** 53 },
	}),

	spm('sound', pieces, []),
	spm('zeros', new Uint8Array(100)),
	spm('0xff', new Uint8Array(100).fill(255)),
	spm('cut short', pieces.subarray(0, 17)),
	spm('a length of 2^31', bytes(varint(10), varint(2 ** 31), 'abc')),
	spm('a length of 2^63', bytes(varint(10), varint(2n ** 63n), 'abc')),
	spm('a number of 11 bytes', bytes(varint(8), new Uint8Array(11).fill(0x80))),
	spm('field 0', bytes(varint(2), varint(1), 'a')),
	spm('groups', bytes(varint(11), varint(12))),
	spm('no pieces', field(2, field(3, 2))),
	spm('a piece that is empty', piece('')),
	spm('a piece that is not UTF-8', piece(Uint8Array.of(0xff, 0xfe))),
	spm('a score that is NaN', piece('a', Number.NaN)),
	spm('a type of nobody', piece('a', 0, 99)),
	spm('a model of words', bytes(pieces, field(2, field(3, 3)))),
	spm('a charsmap whose trie is longer than it', bytes(pieces, field(3, field(2, bytes(u32(0x7fffffff), 'abcd'))))),
	spm('a denormalizer', bytes(pieces, field(5, field(2, bytes('abcd'))))),
	spm('the same piece 100,000 times', bytes(...Array.from({ length: 100_000 }, () => piece('a'))), []),

	file('an empty file', 'vocab.txt', ''),
	file('one line 100,000 times', 'vocab.txt', 'a\n'.repeat(100_000)),
	file('bytes that are not UTF-8', 'vocab.txt', new Uint8Array(1000).fill(255), []),
	file('without merges', 'vocab.json', '{"a": 0}'),
	[
		'vocab.json: a class of nobody',
		{ 'vocab.json': '{"a": 0}', 'merges.txt': '', 'tokenizer_config.json': '{"tokenizer_class": "KlingonTokenizer"}' },
		['tokenize'],
	],
	['merges.txt: lines of one and of three', { 'vocab.json': '{"a": 0}', 'merges.txt': 'a\na b c\n' }, ['tokenize']],
	file('three lines', 'a.tiktoken', 'IQ== 0\nIg== 1\nIw== 2\n'),
	file('no base64', 'a.tiktoken', 'IQ== 0\n%%%% 1\n'),
	file('a rank twice', 'a.tiktoken', 'IQ== 0\nIg== 0\n'),
	file('a rank of 2^53', 'a.tiktoken', `IQ== 0\nIg== ${2 ** 53}\n`),
	file('a rank of −1', 'a.tiktoken', 'IQ== 0\nIg== -1\n'),
	file('4,000,000 ranks on a line', 'a.tiktoken', `! 0 ${'IQ== '.repeat(1_000_000)}`),

	template('loops', { chat_template: '{% for i in range(100000) %}{% for j in range(100000) %}{% set x = j %}{% endfor %}{% endfor %}' }),
	template('a number', { chat_template: 5 }),
	template('a list without a default', { chat_template: [{ name: 'x', template: 'y' }] }),
	template('no JSON', '{'),
	template('2 MB', { chat_template: 'x'.repeat(2_000_000) }),
	template('a macro that calls itself', { chat_template: '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}' }),
	template('an unknown filter', { chat_template: '{{ messages | explode }}' }),
	template('a text of 2^40 letters', { chat_template: '{{ "x" * 1099511627776 }}{{ range(99999999999) }}' }),
	[
		'added_tokens_decoder: ids of 2^60',
		{
			'tokenizer.json': JSON.stringify(model({})),
			'tokenizer_config.json': '{"added_tokens_decoder": {"1152921504606846976": {"content": "x"}, "-1": {}, "a": 5}}',
		},
		[],
	],
	[
		'generation_config.json: ids of nobody',
		{ 'tokenizer.json': JSON.stringify(model({})), 'generation_config.json': '{"eos_token_id": [-1, 1e300, "x", null, {}]}' },
		[],
	],
];

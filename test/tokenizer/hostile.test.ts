// Tokenizer files that lie, and texts made to be slow: a typed error that names the field, or linear time; never a hang, never a gigabyte.
// No reference: what is expected follows from the formats' rules.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TongsaError } from '../../src/errors.ts';
import { parseCharsmap } from '../../src/tokenizer/pipeline/charsmap.ts';
import { fields } from '../../src/tokenizer/sources/protobuf.ts';
import { randomWords } from '../random.ts';
import { openFiles, readGzip } from './reference.ts';

const encoder = new TextEncoder();
const json = (value: object): Record<string, Uint8Array> => ({ 'tokenizer.json': encoder.encode(JSON.stringify(value)) });
const bpe = (more: object = {}, rest: object = {}): object => ({
	version: '1.0',
	model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']], ...more },
	...rest,
});

/** The refusal is ours, of this code, and its message has these words. */
async function refuses(files: Record<string, Uint8Array>, code: string, ...words: string[]): Promise<void> {
	await assert.rejects(openFiles(files), (error: unknown) => {
		assert.ok(error instanceof TongsaError, `a typed error, not ${error}`);
		assert.equal(error.code, code, error.message);
		for (const word of words) assert.ok(error.message.includes(word), `'${word}' in: ${error.message}`);
		return true;
	});
}

const nested = (depth: number, list: string): object => {
	let value: object = { type: 'Sequence', [list]: [] };
	for (let i = 0; i < depth; i++) value = { type: 'Sequence', [list]: [value] };
	return value;
};

const JSON_CASES: readonly (readonly [string, object, string, ...string[]])[] = [
	['an unknown normalizer', bpe({}, { normalizer: { type: 'Rot13' } }), 'unsupported', 'Rot13', 'NFKC'],
	['an unknown pre-tokenizer', bpe({}, { pre_tokenizer: { type: 'Jieba' } }), 'unsupported', 'Jieba', 'Metaspace'],
	['an unknown post-processor', bpe({}, { post_processor: { type: 'Shuffle' } }), 'unsupported', 'Shuffle', 'TemplateProcessing'],
	['an unknown decoder', bpe({}, { decoder: { type: 'Morse' } }), 'unsupported', 'Morse', 'ByteFallback'],
	['an unknown model', bpe({ type: 'Neural' }), 'unsupported', 'Neural', 'Unigram'],
	['a type from the prototype', bpe({}, { normalizer: { type: 'constructor' } }), 'unsupported', 'constructor'],
	['dropout', bpe({ dropout: 0.1 }), 'unsupported', 'dropout'],
	['an unknown behavior', bpe({}, { pre_tokenizer: { type: 'Punctuation', behavior: 'Exploded' } }), 'unsupported', 'Exploded', 'Isolated'],
	['a missing field', bpe({}, { normalizer: { type: 'Strip', strip_left: true } }), 'malformed', 'strip_right'],
	['an id of 2^60', bpe({ vocab: { a: 2 ** 60 } }), 'malformed', '115292150460684'],
	['a negative id', bpe({ vocab: { a: -1 } }), 'malformed', '-1'],
	['an id that is no whole number', bpe({ vocab: { a: 0.5 } }), 'malformed', '0.5'],
	['two tokens of one id', bpe({ vocab: { a: 0, b: 0 } }), 'malformed', 'one id'],
	[
		'an added token of 2^60',
		bpe(
			{},
			{ added_tokens: [{ id: 2 ** 60, content: 'x', single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }] },
		),
		'malformed',
		'added_tokens[0]',
	],
	['a merge of a token that is not there', bpe({ merges: [['a', 'zebra']] }), 'malformed', 'merges[0]', 'zebra'],
	['a token of 100,000 bytes', bpe({ vocab: { a: 0, ['b'.repeat(100_000)]: 1 }, merges: [] }), 'too-large', '[1]', '100000'],
	['a merge of three', bpe({ merges: ['a b c'] }), 'malformed', 'merges[0]'],
	['sequences 1,000 deep', bpe({}, { normalizer: nested(1000, 'normalizers') }), 'malformed', 'nested'],
	['sequences 20 deep', bpe({}, { pre_tokenizer: nested(20, 'pretokenizers') }), 'malformed', 'nested'],
	[
		'a sequence of 1,000',
		bpe({}, { decoder: { type: 'Sequence', decoders: new Array(1000).fill({ type: 'Fuse' }) } }),
		'too-large',
		'1000',
	],
	[
		'a template that puts 1,000 ids before every text',
		bpe(
			{},
			{
				post_processor: {
					type: 'TemplateProcessing',
					single: [{ SpecialToken: { id: 'a', type_id: 0 } }],
					special_tokens: { a: { id: 'a', ids: new Array(1000).fill(0), tokens: [] } },
				},
			},
		),
		'too-large',
		'special_tokens.a',
	],
	['a charsmap that is no base64', bpe({}, { normalizer: { type: 'Precompiled', precompiled_charsmap: '%%%' } }), 'malformed', 'base64'],
	['a charsmap that ends early', bpe({}, { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAA=' } }), 'malformed', 'charsmap'],
	[
		'a template with a token that it lacks',
		bpe({}, { post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>', type_id: 0 } }], special_tokens: {} } }),
		'malformed',
		'<s>',
	],
	[
		'a regex that does not end',
		bpe({}, { pre_tokenizer: { type: 'Split', pattern: { Regex: '(a' }, behavior: 'Isolated', invert: false } }),
		'malformed',
		'(a',
	],
	['unigram without scores', { version: '1.0', model: { type: 'Unigram', vocab: ['a', 'b'] } }, 'malformed', 'vocab[0]'],
	[
		'an unknown id past the vocabulary',
		{ version: '1.0', model: { type: 'Unigram', unk_id: 9, vocab: [['a', 0]] } },
		'malformed',
		'unk_id',
	],
	['a model that is a list', { version: '1.0', model: [] }, 'malformed', 'model'],
	['no model', { version: '1.0' }, 'malformed', 'model'],
];

for (const [name, value, code, ...words] of JSON_CASES) {
	test(`tokenizer.json with ${name}`, () => refuses(json(value), code, ...words));
}

test('tokenizer.json that is no JSON', () => refuses({ 'tokenizer.json': encoder.encode('{"version":') }, 'malformed', 'JSON'));

test('truncation and padding in the file are not applied', async () => {
	const settings = {
		truncation: { max_length: 1, stride: 0, strategy: 'LongestFirst', direction: 'Right' },
		padding: { strategy: { Fixed: 9 }, direction: 'Right', pad_id: 0, pad_type_id: 0, pad_token: 'a' },
	};
	const tokenizer = await openFiles(json(bpe({}, settings)));
	assert.deepEqual([...tokenizer.encode('abba').ids], [2, 1, 0]);
});

test('a chain of rules that makes each letter fifty is refused, and not only when memory is gone', async () => {
	const rule = { type: 'Replace', pattern: { String: 'a' }, content: 'a'.repeat(50) };
	const tokenizer = await openFiles(json(bpe({}, { normalizer: { type: 'Sequence', normalizers: new Array(12).fill(rule) } })));
	assert.throws(() => tokenizer.encode('abba'), { code: 'too-large' });
});

test('protobuf: lengths, varints, field numbers and wire types out of their bounds', () => {
	const broken: readonly (readonly [string, readonly number[]])[] = [
		['a length past the end', [0x0a, 0x05, 0x61]],
		['a length of 2^63', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
		['a varint of eleven bytes', [0x08, ...new Array<number>(10).fill(0xff), 0x01]],
		['a varint cut off', [0x08, 0x80]],
		['field number 0', [0x00, 0x00]],
		['a group (wire type 3)', [0x0b]],
		['a fixed32 cut off', [0x0d, 0x00]],
	];
	for (const [name, bytes] of broken) assert.throws(() => [...fields(Uint8Array.from(bytes), 'x.model')], TongsaError, name);
});

test('tokenizer.model: cut anywhere, it is refused or opened, never anything else', async () => {
	const whole = readGzip('sentencepiece/spm-bpe-llama.model.gz');
	let refused = 0;
	for (let length = 0; length < whole.length; length += 397) {
		try {
			await openFiles({ 'tokenizer.model': whole.subarray(0, length) });
		} catch (error) {
			assert.ok(error instanceof TongsaError, `${length} bytes: ${error}`);
			refused++;
		}
	}
	assert.ok(refused > 0);
});

/** One SentencePiece piece as protobuf. */
function piece(text: string, score: number, type: number): number[] {
	const bytes = [...encoder.encode(text)];
	const view = new DataView(new ArrayBuffer(4));
	view.setFloat32(0, score, true);
	const body = [0x0a, bytes.length, ...bytes, 0x15, ...new Uint8Array(view.buffer), 0x18, type];
	return [0x0a, body.length, ...body];
}

test('tokenizer.model: a score that is no number, an empty piece, a type of nobody', async () => {
	const model = (...pieces: number[][]) => ({ 'tokenizer.model': Uint8Array.from([...piece('<unk>', 0, 2), ...pieces.flat()]) });
	await refuses(model(piece('a', Number.NaN, 1)), 'malformed', 'pieces[1].score');
	await refuses(model(piece('', 0, 1)), 'malformed', 'pieces[1]');
	await refuses(model(piece('a', 0, 9)), 'malformed', 'pieces[1].type');
});

test('a charsmap whose units point anywhere gives an error or no match, in bounded steps', () => {
	// 1,000 arrays of 64 units at random, with a pool that has one end only.
	const random = randomWords(1);
	const text = encoder.encode('aaaa한bbbb'.repeat(100));
	for (let round = 0; round < 1000; round++) {
		const blob = new Uint8Array(4 + 256 + 4);
		const view = new DataView(blob.buffer);
		view.setUint32(0, 256, true);
		for (let unit = 0; unit < 64; unit++) view.setUint32(4 + unit * 4, random(), true);
		const charsmap = parseCharsmap(blob, 'test');
		for (let at = 0; at < text.length; at += 50) {
			try {
				charsmap.longest(text, at, text.length);
				charsmap.shortest(text, at, text.length);
			} catch (error) {
				assert.ok(error instanceof TongsaError, String(error));
			}
		}
	}
});

test('tiktoken: lines that are no ranks, ranks twice, tables of nobody', async () => {
	const table = (text: string) => ({ 'x.tiktoken': encoder.encode(text) });
	await refuses(table('IQ== 0\nIg== 1152921504606846976\n'), 'malformed', 'line 2');
	await refuses(table('IQ== 0\nIg== 0\n'), 'malformed', 'one rank');
	await refuses(table('IQ== 0\n%% 1\n'), 'malformed', 'base64');
	await refuses(table('IQ== 0\nIg== 1\n'), 'unsupported', 'cl100k_base');
});

/** Texts on which a quadratic algorithm takes 10^12 steps: the runner's limit ends it. */
const SLOW: Readonly<Record<string, string>> = {
	'"a" × 1,000,000': 'a'.repeat(1_000_000),
	'a million spaces': ' '.repeat(1_000_000),
	'한 × 300,000': '한'.repeat(300_000),
	'a letter with 200,000 accents': `a${'\u0301\u0323'.repeat(100_000)}`,
};
for (const [name, read] of Object.entries({
	'byte-level BPE': () => ({ 'model.gguf': readFileSync(new URL('../../models/gpt-2.gguf', import.meta.url)) }),
	'SentencePiece BPE': () => ({ 'model.gguf': readFileSync(new URL('../../models/llama-2.gguf', import.meta.url)) }),
	WordPiece: () => ({ 'model.gguf': readFileSync(new URL('../../models/bert-bge.gguf', import.meta.url)) }),
	unigram: () => ({ 'tokenizer.model': readGzip('sentencepiece/spm-unigram-nfkc.model.gz') }),
	'unigram of tokenizer.json': () => ({ 'tokenizer.json': readGzip('json/xlmr-like.json.gz') }),
	'BPE with a normalization form': () => ({ 'tokenizer.json': readGzip('json/nfc-cl100k.json.gz') }),
})) {
	test(`${name}: linear time`, async () => {
		const tokenizer = await openFiles(read());
		for (const long of Object.values(SLOW)) tokenizer.encode(long, { special: 'none' });
	});
}

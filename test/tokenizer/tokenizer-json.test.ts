// A tokenizer.json's tables read as bytes are those that JSON.parse gives; what is not of just that form is left to JSON.parse.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parseJson } from '../../src/formats/json.ts';
import { huggingFaceSpec } from '../../src/tokenizer/sources/huggingface.ts';
import { readTokenizerJson } from '../../src/tokenizer/sources/tokenizer-json.ts';
import { fixture, readGzip } from './reference.ts';

const CONFIG = { fields: {}, roles: new Map(), added: [], extra: [], ends: [], family: undefined };
const encoder = new TextEncoder();

const parsed = (bytes: Uint8Array) => huggingFaceSpec(parseJson(bytes, 'tokenizer.json'), 'tokenizer.json', CONFIG);

function read(bytes: Uint8Array): { readonly beside: boolean; readonly spec: () => ReturnType<typeof parsed> } {
	const [json, apart] = readTokenizerJson(bytes, 'tokenizer.json');
	return { beside: apart.vocabulary !== undefined, spec: () => huggingFaceSpec(json, 'tokenizer.json', CONFIG, apart) };
}

for (const name of readdirSync(fixture('json'))) {
	test(`${name}: equal tables`, () => {
		const bytes = new Uint8Array(readGzip(`json/${name}`));
		const { beside, spec } = read(bytes);
		assert.ok(beside);
		assert.deepEqual(spec(), parsed(bytes));
	});
}

/** A BPE file with this text for its vocabulary and its merges. */
const bpe = (vocab: string, merges = '[]', more = ''): Uint8Array =>
	encoder.encode(`{"version":"1.0","model":{"type":"BPE",${more}"vocab":${vocab},"merges":${merges}},"added_tokens":[]}`);

const unigram = (vocab: string, unknown = '0'): Uint8Array =>
	encoder.encode(`{"model":{"type":"Unigram","unk_id":${unknown},"byte_fallback":true,"vocab":${vocab}}}`);

const TABLES: Readonly<Record<string, Uint8Array>> = {
	empty: bpe('{}'),
	'every escape': bpe(String.raw`{"\"\\\/\b\f\n\r\t":0,"\u0041\u00e9\ud55c\uD83D\uDE00":1,"é한😀":2,"":3}`),
	'white space': bpe('{ "a" : 0 ,\r\n\t"b":1 }', '[ ["a" , "b"] ,\n[ "b","a" ] ]'),
	'merges as lines': bpe('{"a":0,"b":1}', '["a b","b a"]'),
	'ids in any order, with gaps': bpe('{"a":7,"0":2,"b":0,"10":5}'),
	'bytes for what is unknown': bpe('{"<0x0A>":0,"<0xff>":1,"<0xFF>":2}', '[]', '"byte_fallback":true,'),
	'a vocabulary behind its merges': encoder.encode('{"model":{"merges":["a b"],"vocab":{"a":0,"b":1},"type":"BPE"}}'),
	'no merges': encoder.encode('{"model":{"type":"WordLevel","vocab":{"a":0,"[UNK]":1},"unk_token":"[UNK]"}}'),
	'pieces with scores': unigram(
		'[["<unk>",0],["▁a",-1.5e-2],["b",-13.529323101043701],["c",0.10000000000000001],["d",1E2],["<0x0A>",0e0]]',
	),
	'no pieces': unigram('[ ]', 'null'),
	'brackets and quotes in strings': bpe(String.raw`{"}":0,"\"]":1,"{[,":2}`, '["} {[,"]'),
};

for (const [name, bytes] of Object.entries(TABLES)) {
	test(`equal tables: ${name}`, () => {
		const { beside, spec } = read(bytes);
		assert.ok(beside);
		assert.deepEqual(spec(), parsed(bytes));
	});
}

const NOT_OF_THE_FORM: Readonly<Record<string, Uint8Array>> = {
	'half a character': bpe(String.raw`{"\ud83d":0}`),
	'two halves in the wrong order': bpe(String.raw`{"\ude00\ud83d":0}`),
	'an id with a fraction': bpe('{"a":1.5}'),
	'an id with an exponent': bpe('{"a":1e0}'),
	'an id below zero': bpe('{"a":-1}'),
	'an id too large': bpe('{"a":4194304}'),
	'no id': bpe('{"a":null}'),
	'a token twice': bpe(String.raw`{"a":0,"\u0061":1}`),
	'a merge of one token': bpe('{"a":0}', '["a"]'),
	'a merge of three': bpe('{"a":0}', '["a a a"]'),
	'a merge of what is not there': bpe('{"a":0}', '[["a","b"]]'),
	'a comment among the merges': bpe('{"a":0,"b":1}', '["#version: 0.2","a b"]'),
	'two models': encoder.encode('{"model":{"type":"BPE","vocab":{},"merges":[]},"model":{}}'),
	'two vocabularies': encoder.encode('{"model":{"type":"BPE","vocab":{},"vocab":{},"merges":[]}}'),
	'a comma too many': bpe('{"a":0,}'),
	'a number that begins with zero': bpe('{"a":01}'),
	'a line break in a string': bpe('{"a\n":0}'),
	'an escape of nobody': bpe(String.raw`{"\x41":0}`),
	'cut off': bpe('{"a":0}').slice(0, 60),
	'not UTF-8': Uint8Array.from(bpe('{"é":0}'), (byte) => (byte === 0xa9 ? 0x41 : byte)),
	'a piece twice': unigram('[["a",-1],["a",-2]]'),
	'a piece without a score': unigram('[["a"]]'),
	'a piece with two': unigram('[["a",-1,-2]]'),
	'a score with two points': unigram('[["a",1.2.3]]'),
	'a score with a plus': unigram('[["a",+1]]'),
	'a score that ends in its point': unigram('[["a",1.]]'),
	'a score that is a word': unigram('[["a",NaN]]'),
};

for (const [name, bytes] of Object.entries(NOT_OF_THE_FORM)) {
	test(`left to JSON.parse: ${name}`, () => {
		const outcome = (spec: () => unknown): unknown => {
			try {
				return spec();
			} catch (error) {
				return (error as Error).message;
			}
		};
		assert.deepEqual(
			outcome(() => {
				const { beside, spec } = read(bytes);
				assert.ok(!beside);
				return spec();
			}),
			outcome(() => parsed(bytes)),
		);
	});
}

test('two tokens with one id are refused by either reading', () => {
	const bytes = bpe('{"a":0,"b":0}');
	assert.throws(() => read(bytes).spec(), /two tokens have one id.*field b.*got 0/);
	assert.throws(() => parsed(bytes), /two tokens have one id.*field b.*got 0/);
});

test('an object where Unigram has a list', () => {
	const bytes = encoder.encode('{"model":{"type":"Unigram","unk_id":null,"vocab":{"a":0}}}');
	assert.throws(() => read(bytes).spec(), /model\.vocab.*an array/);
	const list = encoder.encode('{"model":{"type":"BPE","vocab":[["a",0]],"merges":[]}}');
	assert.throws(() => read(list).spec(), /model\.vocab.*an object/);
});

test('ten thousand tokens drawn', () => {
	const tokens = Array.from({ length: 10_000 }, (_, i) => (i * 2654435761).toString(36).slice(i % 5) + '한é\n"'.slice(i % 4));
	const vocab = Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));
	const texts = Object.keys(vocab);
	const merges = texts.slice(1).map((text, i) => [texts[i]!, text]);
	const bytes = bpe(JSON.stringify(vocab), JSON.stringify(merges));
	const { beside, spec } = read(bytes);
	assert.ok(beside);
	assert.deepEqual(spec(), parsed(bytes));
});

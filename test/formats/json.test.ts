// Strict JSON: what JSON.parse takes and we do not, and that everything else is as JSON.parse has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '../../src/formats/json.ts';
import { refusal } from './fixtures.ts';

const parse = (text: string) => parseJson(new TextEncoder().encode(text), 'a.json');

for (const text of [
	'{"a":[1,2.5,-3e2,true,false,null,"x\\"\\u00e9\\\\"],"b":{"a":{}}}',
	'"{[\\"a\\":1"',
	'[{"a":1},{"a":1}]',
	' {"\\\\":1,"\\\\\\"":2} ',
	'{"a":":","b":"a"}',
	'\ufeff{}',
	'0',
]) {
	test(`as JSON.parse: ${text}`, () => assert.deepEqual(parse(text), JSON.parse(text.replace('\ufeff', ''))));
}

test('keys are only keys', () => {
	const value = parse('{"__proto__":{"polluted":true},"constructor":1}') as Record<string, unknown>;
	assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
	assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('a key twice is refused, however it is spelled', () => {
	assert.throws(() => parse('{"a":1,"b":2,"a":3}'), refusal('malformed', /stands twice.*a\.json.*field a/));
	assert.throws(() => parse('{"x":[{"a":1 , "\\u0061" :3}]}'), refusal('malformed', /stands twice/));
});

test('depth is bounded at 64', () => {
	assert.ok(parse('['.repeat(64) + ']'.repeat(64)));
	assert.throws(() => parse('['.repeat(65) + ']'.repeat(65)), refusal('malformed', /nested too deeply/));
	assert.throws(() => parse('{"a":'.repeat(1_000_000)), refusal('malformed', /nested too deeply/));
});

for (const text of [
	'',
	'{',
	'{"a"',
	'"abc',
	'"abc\\',
	'{"a":1,}',
	'{a:1}',
	'[1 2]',
	']',
	'}}}',
	'nan',
	'NaNa',
	'Infinit',
	'{"a\\x":1,"a\\x":1}',
]) {
	test(`no JSON: ${text}`, () => assert.throws(() => parse(text), refusal('malformed', /not valid JSON.*a\.json/)));
}

test('numbers that only Python writes', () => {
	// json.dumps({"a": [inf, -inf, nan], "NaN": "Infinity \\" NaN"}) in Python
	assert.deepEqual(parse('{"a": [Infinity, -Infinity, NaN], "NaN": "Infinity \\" NaN"}'), {
		a: [Infinity, -Infinity, 'NaN'],
		NaN: 'Infinity " NaN',
	});
});

test('what a file may hold is bounded', () => {
	const many = (piece: string, times: number) => `[${piece.repeat(times)}0]`;
	assert.throws(
		() => parse(many('0,', 2 ** 22 + 1)),
		refusal('too-large', /too much.*field values\): got 4194305, allowed at most 4194304/),
	);
	assert.throws(() => parse(many('[],', 2 ** 20)), refusal('too-large', /field containers/));
	assert.throws(() => parse(many('"a":', 2 ** 19 + 1)), refusal('too-large', /field keys/));
});

test('what would take many times its length in memory is refused before it is parsed', () => {
	const of = (count: number, piece: (i: number) => string) => Array.from({ length: count }, (_, i) => piece(i)).join(',');
	// 16 MiB and eight times the text: objects of one key, 160 bytes in 11 characters; 30,000 tokens of a vocabulary are far from it.
	assert.throws(
		() => parse(`[${of(400_000, (i) => `{"${i}":0}`)}]`),
		refusal('too-large', /many times its length.*400000 keys, 400001 objects/),
	);
	assert.throws(() => parse(`{${of(400_000, (i) => `"${i}":{}`)}}`), refusal('too-large', /many times its length/));
	assert.ok(parse(`{${of(30_000, (i) => `"${i}":${i}`)}}`));
	// A header of 90,000 tensors, as safetensors writes it.
	assert.ok(
		parse(`{${of(90_000, (i) => `"model.layers.${i}.weight":{"dtype":"BF16","shape":[1024,1024],"data_offsets":[${i},${i + 1}]}`)}}`),
	);
});

test('bytes that are not UTF-8 are refused', () => {
	assert.throws(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), 'a.json'), refusal('malformed', /not UTF-8/));
});

// Answers bound to a JSON Schema. What is written at random within the constraint is judged by zod, which read the schema first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type JsonSchema, openConstraint } from '../../src/generation/constraint.ts';
import { seededRandom } from '../../src/generation/random.ts';
import { compileSchema } from '../../src/generation/schema/compile.ts';
import type { Tokenizer } from '../../src/tokenizer/types.ts';

const encoder = new TextEncoder();
/** Every byte, some tokens of several, half characters among them, and one that is no text. */
const TOKENS = [
	...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
	...['{"', '":', '": "', '","', '"}', '"]', '12', '-0.', '.5', 'true', 'fal', 'ab', '\n  ', '사랑', '}}', ', ', '\\u00', '2026-'].map(
		(text) => encoder.encode(text),
	),
	encoder.encode('사').subarray(0, 2),
	encoder.encode('"<|end|>'),
];
const CONTROL = TOKENS.length - 1;
const tokenizer = {
	size: TOKENS.length,
	special: { stops: [CONTROL] },
	token: (id: number) => ({ id, bytes: TOKENS[id], text: '', kind: id === CONTROL ? 'control' : 'normal' }),
} as unknown as Tokenizer;

/** A text that the constraint lets through, tokens taken by chance; undefined where it has not ended after so many. */
function written(schema: JsonSchema, seed: number, most = 300): string | undefined {
	const random = seededRandom(seed);
	const constraint = openConstraint(tokenizer, schema);
	const bytes: number[] = [];
	for (let i = 0; i < most; i++) {
		if (constraint.over || (constraint.complete && random() < 0.4)) break;
		const allowed = [...TOKENS.keys()].filter((id) => constraint.allows(id));
		if (allowed.length === 0) {
			assert.ok(constraint.complete, `a dead end after ${Buffer.from(bytes)}`);
			break;
		}
		// What closes is taken more often than chance would.
		const closing = allowed.filter((id) => '"]}'.includes(String.fromCharCode(TOKENS[id]![0]!)));
		const from = closing.length > 0 && random() < 0.4 ? closing : allowed;
		const id = from[Math.floor(random() * from.length)]!;
		constraint.push(id);
		bytes.push(...TOKENS[id]!);
	}
	return constraint.complete ? new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes)) : undefined;
}

const Tree = z.object({
	name: z.string().max(3),
	get children() {
		return z.array(Tree).max(2);
	},
});
const CASES: Readonly<Record<string, z.ZodType>> = {
	'an object': z.object({ name: z.string().max(8), age: z.int().min(0).max(150), ok: z.boolean(), nothing: z.null() }),
	'optional properties': z.object({ a: z.string().max(2).optional(), b: z.int().optional(), c: z.boolean().optional() }),
	'a list': z.array(z.number()).min(2).max(4),
	'a tuple': z.tuple([z.int(), z.string().max(3), z.boolean()]),
	'a record': z.record(z.string().max(3), z.number()),
	'a record with its keys': z.record(z.enum(['가', 'b']), z.boolean()),
	'an enum': z.enum(['red', 're', 'green', '초록']),
	'a union': z.union([z.literal('a'), z.literal(5), z.null(), z.array(z.boolean()).length(1)]),
	'told apart by a constant': z.discriminatedUnion('kind', [
		z.object({ kind: z.literal('x'), value: z.number() }),
		z.object({ kind: z.literal('y'), text: z.string().length(3) }),
	]),
	'holds itself': Tree,
	anything: z.json(),
	'a range of integers': z.int().min(-12).max(305),
	'a range of numbers': z.number().gt(-0.25).lt(0.001),
	multiples: z.int().multipleOf(7).min(100).max(10_000),
	parts: z.number().multipleOf(0.25).min(-3).max(3),
	'a pattern': z.string().regex(/^[A-Z]{2}\d{3,5}(?:-[^a-y\s"\\]|x{2})?$/),
	'a pattern of Hangul': z.string().regex(/^[가-힣]{2,3}\.$/),
	formats: z.object({ date: z.iso.date(), id: z.uuid(), address: z.ipv4(), time: z.iso.datetime() }),
};

for (const [name, type] of Object.entries(CASES)) {
	test(`whatever is drawn satisfies the schema: ${name}`, () => {
		const schema = z.toJSONSchema(type) as JsonSchema;
		let ended = 0;
		for (let seed = 0; seed < 60; seed++) {
			const text = written(schema, seed);
			if (text === undefined) continue;
			ended++;
			const { success, error } = type.safeParse(JSON.parse(text));
			assert.ok(success, `${text}\n${error}`);
		}
		assert.ok(ended >= 20, `${ended} of 60 ended`);
	});
}

/** Whether a text can be written so, and may end there. */
function accepts(schema: JsonSchema, text: string): boolean {
	const constraint = openConstraint(tokenizer, schema);
	for (const byte of encoder.encode(text)) {
		if (!constraint.allows(byte)) return false;
		constraint.push(byte);
	}
	return constraint.complete;
}

test('texts by hand: what is let through, and what is not', () => {
	const object: JsonSchema = { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'string' } }, required: ['b'] };
	for (const text of ['{"b":""}', '{"a":1,"b":"x"}', '{ "b": "x" }', '{\n  "a": -1,\n  "b": "\\n\\u00e9사"\n}'])
		assert.ok(accepts(object, text), text);
	for (const text of [
		'',
		'{}',
		'{"a":1}',
		'{"b":"x","a":1}',
		'{"b":"x",}',
		'{"b":"x","c":1}',
		'{"a":1.5,"b":""}',
		'{"a":01,"b":""}',
		' {"b":""}',
	])
		assert.ok(!accepts(object, text), text);
	const number: JsonSchema = { type: 'number' };
	for (const text of ['0', '-0', '12.5', '0.001']) assert.ok(accepts(number, text), text);
	for (const text of ['01', '.5', '1.', '-', '+1', '1e5', 'NaN', '1'.repeat(16)]) assert.ok(!accepts(number, text), text);
	for (const text of ['"\\ud800"', '"\n"', '"\\x"']) assert.ok(!accepts({ type: 'string' }, text), JSON.stringify(text));
	assert.ok(accepts({ pattern: 'b' }, '"abc"') && !accepts({ pattern: 'b' }, '"ac"')); // found anywhere
	assert.ok(accepts({ type: 'string', minLength: 2, maxLength: 2 }, '"😀가"')); // characters, not units
});

test('a token that is no text never comes, and half a character only where the other half can follow', () => {
	const constraint = openConstraint(tokenizer, { type: 'string' });
	assert.ok(!constraint.allows(CONTROL));
	const half = TOKENS.length - 2;
	constraint.push(34);
	assert.ok(constraint.allows(half) && !constraint.allows(0xac));
	constraint.push(half);
	assert.ok(constraint.allows(0xac) && !constraint.allows(34) && !constraint.complete);
});

test('what cannot be held is refused by name, with its place', () => {
	const refused: readonly (readonly [unknown, RegExp])[] = [
		[{ type: 'object', properties: { a: { type: 'array', uniqueItems: true } } }, /#\.properties\.a.*got uniqueItems/],
		[{ not: {} }, /got not/],
		[{ type: 'object', patternProperties: {} }, /got patternProperties/],
		[{ if: true }, /got if/],
		[{ type: 'string', format: 'hostname' }, /got format hostname, allowed date, time/],
		[{ type: 'string', pattern: '^(?!a)b$' }, /pattern.*\(\?!/],
		[{ type: 'string', pattern: '(a)\\1' }, /\\1/],
		[{ type: 'string', pattern: 'a', maxLength: 3 }, /minLength or maxLength/],
		[{ allOf: [{}, {}] }, /got allOf/],
		[{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, /oneOf.*anyOf/],
		[{ $ref: 'https://example.org/schema' }, /\$ref/],
		[{ $ref: '#/$defs/a' }, /not a JSON Schema.*\$defs\/a/],
		[{ anyOf: [{}], minLength: 3 }, /got minLength, allowed nothing else beside anyOf/],
		[{ type: 'strin' }, /not a JSON Schema.*strin/],
		[{ type: 'integer', minimum: 3, maximum: 2 }, /no value that ends/],
		[{ enum: [] }, /list that is not empty/],
		[{ type: 'string', pattern: '(' }, /not a regular expression/],
		[false, /no value that ends/],
		[3, /not a JSON Schema/],
		[{ type: 'object', properties: { __proto__: null, constructor: 3 } }, /constructor/],
	];
	for (const [schema, message] of refused) assert.throws(() => compileSchema(schema), message, JSON.stringify(schema));
});

test('a schema that holds itself without end is refused; one with a way out takes it', () => {
	const endless = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] };
	assert.throws(() => compileSchema(endless), /no value that ends/);
	assert.throws(() => compileSchema({ $ref: '#' }), /no value that ends/);
	const list: JsonSchema = { anyOf: [{ type: 'null' }, { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] }] };
	assert.ok(accepts(list, '{"next":{"next":null}}'));
	assert.ok(accepts({ anyOf: [endless, { type: 'null' }] } as JsonSchema, 'null'));
});

test('hostile schemas end quickly: refused, or walked in bounded memory', () => {
	const nested = (depth: number): unknown => (depth === 0 ? {} : { type: 'array', items: nested(depth - 1) });
	assert.throws(() => compileSchema(nested(3000)), /too large/);
	assert.throws(() => compileSchema({ enum: Array.from({ length: 30_000 }, (_, i) => i) }), /too large/);
	assert.throws(() => compileSchema({ const: 'a'.repeat(300_000) }), /too large/);
	assert.throws(() => compileSchema({ type: 'array', minItems: 2 ** 40 }), /minItems/);
	assert.throws(() => compileSchema({ type: 'array', minItems: 900_000 }), /shortest/);
	assert.throws(() => openConstraint(tokenizer, { pattern: '^((a?){4000}){4000}$' }), /too many ways/);
	const classes = Array.from({ length: 60 }, () => ({ type: 'string', pattern: '[\\W]'.repeat(800) }));
	assert.throws(() => compileSchema({ anyOf: classes }), /too many letters in patterns/);
	const chain = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`d${i}`, { $ref: `#/$defs/d${i + 1}` }]));
	assert.throws(() => compileSchema({ $ref: '#/$defs/d0', $defs: { ...chain, d5000: true } }), /too many schemas within schemas/);
	openConstraint(tokenizer, { const: 'a'.repeat(90_000) });
	assert.throws(() => written({ pattern: '^(?:[^"]{0,4000}[^"]{0,4000}){0,4000}x$' }, 1, 3), /too many ways/);
	const wide = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`p${i}`, { type: 'string' }]));
	openConstraint(tokenizer, { type: 'object', properties: wide });
	assert.ok(accepts({ pattern: '^(a+)+(a|aa)*$' }, `"${'a'.repeat(500)}"`));
	assert.ok(accepts({ type: 'string', maxLength: 900_000 }, `"${'a'.repeat(2000)}"`));
});

// Files of some megabytes, each full of what takes the most room in memory a byte: tokens of one letter, long tokens without a common
// beginning, tokens that are all looked for in the text. Made when they are asked for.

import { randomBelow } from '../random.ts';
import { entry, field, gguf, str, TYPE, u32, u64, varint } from './bytes.ts';

/** A name, and the files of a folder. */
export type Large = readonly [name: string, files: () => Readonly<Record<string, Uint8Array>>];

const utf8 = new TextEncoder();
const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** One letter, another for each i below 1,000,000: no control characters, no surrogates. */
const letter = (i: number): string => String.fromCodePoint(i + 0xa1 < 0xd800 ? i + 0xa1 : i + 0xa1 + 0x800);
/** A token of `length` bytes, alike with no other beyond its first few. */
const long = (i: number, length: number): Uint8Array => {
	const out = new Uint8Array(length);
	const random = randomBelow(i + 1);
	for (let at = 0; at < length; at++) out[at] = 0x61 + random(26);
	return out;
};

const text = (value: string | Uint8Array): Uint8Array => {
	const data = typeof value === 'string' ? utf8.encode(value) : value;
	return joined([u64(data.length), data]);
};
const array = (key: string, type: number, count: number, items: Uint8Array): Uint8Array =>
	entry(key, TYPE.array, joined([u32(type), u64(count), items]));
const vocabulary = (model: string, tokens: readonly (string | Uint8Array)[], kind: number): Uint8Array =>
	gguf({
		entries: [
			str('general.architecture', 'llama'),
			str('tokenizer.ggml.model', model),
			array('tokenizer.ggml.tokens', TYPE.string, tokens.length, joined(tokens.map(text))),
			array('tokenizer.ggml.scores', TYPE.f32, tokens.length, new Uint8Array(4 * tokens.length)),
			array('tokenizer.ggml.token_type', TYPE.i32, tokens.length, new Uint8Array(new Int32Array(tokens.length).fill(kind).buffer)),
			array('tokenizer.ggml.merges', TYPE.string, 0, new Uint8Array(0)),
		],
	});

const piece = (value: string | Uint8Array, type: number): Uint8Array =>
	field(1, joined([field(1, typeof value === 'string' ? utf8.encode(value) : value), field(3, type)]));
/** `kind`: SentencePiece's model type, 1 unigram, 2 BPE. */
const pieces = (kind: number, values: readonly (string | Uint8Array)[], type: number): Uint8Array =>
	joined([piece('<unk>', 2), ...values.map((value) => piece(value, type)), varint((2 << 3) | 2), varint(2), field(3, kind)]);

const json = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));
const byId = (count: number): Record<string, number> => Object.fromEntries(many(count, (i) => [letter(i), i]));

export const LARGE: readonly Large[] = [
	...(
		[
			['gpt2', 3],
			['llama', 3],
			['llama', 4],
			['bert', 3],
			['bert', 1],
			['gpt2', 1],
			['t5', 1],
			['t5', 4],
		] as const
	).map(
		([model, kind]): Large => [
			`gguf, ${model}: letters of kind ${kind}`,
			() => ({ 'a.gguf': vocabulary(model, many(300_000, letter), kind) }),
		],
	),
	...(['gpt2', 'bert', 't5'] as const).map(
		(model): Large => [
			`gguf, ${model}: long tokens`,
			() => ({
				'a.gguf': vocabulary(
					model,
					many(200, (i) => long(i, 30_000)),
					1,
				),
			}),
		],
	),
	...[1, 2].flatMap((kind) =>
		[1, 3, 4].map(
			(type): Large => [
				`tokenizer.model of kind ${kind}: letters of type ${type}`,
				() => ({ 'tokenizer.model': pieces(kind, many(600_000, letter), type) }),
			],
		),
	),
	...[1, 4].map(
		(type): Large => [
			`tokenizer.model: long pieces of type ${type}`,
			() => ({
				'tokenizer.model': pieces(
					1,
					many(200, (i) => long(i, 30_000)),
					type,
				),
			}),
		],
	),
	['gguf, llama: 65,000 letters of kind 3', () => ({ 'a.gguf': vocabulary('llama', many(65_000, letter), 3) })],
	['vocab.txt: letters', () => ({ 'vocab.txt': utf8.encode(`[UNK]\n${many(900_000, letter).join('\n')}`) })],
	['vocab.txt: empty lines', () => ({ 'vocab.txt': utf8.encode(`[UNK]\n${'\n'.repeat(4_000_000)}`) })],
	['vocab.txt: long words', () => ({ 'vocab.txt': joined(many(200, (i) => joined([long(i, 30_000), utf8.encode('\n')]))) })],
	[
		'merges.txt: one line a million times',
		() => ({ 'vocab.json': json({ a: 0, b: 1, ab: 2 }), 'merges.txt': utf8.encode('a b\n'.repeat(1_500_000)) }),
	],
	['added_tokens.json: letters', () => ({ 'vocab.txt': utf8.encode('[UNK]\n'), 'added_tokens.json': json(byId(400_000)) })],
	[
		'added_tokens_decoder: letters',
		() => ({
			'tokenizer.model': pieces(2, ['a'], 1),
			'tokenizer_config.json': json({ added_tokens_decoder: Object.fromEntries(many(200_000, (i) => [i + 9, { content: letter(i) }])) }),
		}),
	],
	...(['WordLevel', 'BPE'] as const).map(
		(type): Large => [
			`tokenizer.json, ${type}: letters`,
			() => ({ 'tokenizer.json': json({ added_tokens: [], model: { type, vocab: byId(300_000), merges: [], unk_token: null } }) }),
		],
	),
	[
		'tokenizer.json, Unigram: letters',
		() => ({ 'tokenizer.json': json({ model: { type: 'Unigram', unk_id: 0, vocab: many(280_000, (i) => [letter(i), -1]) } }) }),
	],
	[
		'tokenizer.json: added tokens',
		() => ({
			'tokenizer.json': json({
				added_tokens: many(70_000, (i) => ({
					id: i,
					content: letter(i),
					special: true,
					single_word: false,
					lstrip: false,
					rstrip: false,
					normalized: true,
				})),
				model: { type: 'BPE', vocab: {}, merges: [] },
			}),
		}),
	],
	[
		'tokenizer.json, BPE: merges',
		() => ({
			'tokenizer.json': json({
				added_tokens: [],
				model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: many(1_000_000, () => 'a b') },
			}),
		}),
	],
	[
		'a.tiktoken: ranks',
		() => ({ 'a.tiktoken': utf8.encode(many(199_998, (i) => `${Buffer.from(letter(i)).toString('base64')} ${i}\n`).join('')) }),
	],
];

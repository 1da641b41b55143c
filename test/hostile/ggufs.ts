// GGUF files that lie.

import { bytes, entry, f32, floats, type Gguf, gguf, ints, list, num, str, strings, TYPE, tensor, text, u32, u64 } from './bytes.ts';
import type { Case } from './folders.ts';

const ARCHITECTURE = str('general.architecture', 'llama');
const F32 = 0;
const TOKENS = ['<unk>', '<s>', '</s>', 'a', 'b', 'ab', '▁a', '<0x0A>'];
const byteLevel = (merges: readonly string[] = ['a b'], tokens: readonly (string | Uint8Array)[] = TOKENS): Uint8Array[] => [
	ARCHITECTURE,
	str('tokenizer.ggml.model', 'gpt2'),
	strings('tokenizer.ggml.tokens', tokens),
	strings('tokenizer.ggml.merges', merges),
];
const scored = (...more: readonly Uint8Array[]): Uint8Array[] => [
	ARCHITECTURE,
	str('tokenizer.ggml.model', 'llama'),
	strings('tokenizer.ggml.tokens', TOKENS),
	...more,
];
const scores = floats('tokenizer.ggml.scores', [0, 0, 0, -1, -2, -0.5, -1, 0]);
const types = ints('tokenizer.ggml.token_type', [2, 3, 3, 1, 1, 1, 1, 6]);
const TABLE = tensor('token_embd.weight', [4, 8], F32, 0);
const DATA = f32(...Array.from({ length: 32 }, (_, i) => i / 8));
/** A sound small model, with a part of it replaced. */
const sound = (more: Gguf = {}): Uint8Array =>
	gguf({
		entries: [...scored(scores, types), num('llama.embedding_length', 4), num('llama.block_count', 0)],
		tensors: [TABLE],
		data: DATA,
		...more,
	});

/** One value of metadata; `info` reads all of it. */
const metadata = (name: string, ...entries: readonly Uint8Array[]): Case => [
	`gguf: ${name}`,
	{ 'a.gguf': gguf({ entries: [ARCHITECTURE, ...entries] }) },
	['info'],
];
const tensors = (name: string, infos: readonly Uint8Array[], data = DATA): Case => [
	`gguf: ${name}`,
	{ 'a.gguf': sound({ tensors: infos, data }) },
	['info', 'embed'],
];
const tokenizer = (name: string, entries: readonly Uint8Array[], refuses: Case[2] = ['tokenize']): Case => [
	`gguf tokenizer: ${name}`,
	{ 'a.gguf': sound({ entries }) },
	refuses,
];

const whole = sound();
const cuts: Case[] = [1, 4, 7, 8, 15, 16, 23, 24, 31, 40, 60, 100, 200, 300, whole.length - 129, whole.length - 1].map((length) => [
	`gguf: cut at ${length}`,
	{ 'a.gguf': whole.subarray(0, length) },
	['info', 'embed'],
]);
const lengths: Case[] = [2 ** 31, 2 ** 53, 2n ** 60n, 2n ** 63n, -1].flatMap((length): Case[] => [
	[`gguf: ${length} tensors`, { 'a.gguf': sound({ tensorCount: length }) }, ['info']],
	[`gguf: ${length} keys`, { 'a.gguf': sound({ keyCount: length }) }, ['info']],
	metadata(`a key of ${length} bytes`, bytes(u64(length), 'key', u32(TYPE.u8), u32(0))),
	metadata(`a string of ${length} bytes`, bytes(text('x'), u32(TYPE.string), u64(length), 'abc')),
	metadata(`an array of ${length} strings`, list('x', TYPE.string, length, text('a'))),
	metadata(`an array of ${length} numbers`, list('x', TYPE.f64, length, u64(0))),
	metadata(`an array of ${length} arrays`, list('x', TYPE.array, length, bytes(u32(0), u64(0)))),
	tensors(`a dimension of ${length}`, [tensor('token_embd.weight', [4, length], F32, 0)]),
	tensors(`an offset of ${length}`, [tensor('token_embd.weight', [4, 8], F32, length)]),
]);

export const GGUFS: readonly Case[] = [
	['gguf: sound', { 'a.gguf': whole }, []],
	...cuts,
	...lengths,
	['gguf: another magic', { 'a.gguf': sound({ magic: 'GGLA' }) }, ['info']],
	['gguf: lower-case magic', { 'a.gguf': sound({ magic: 'gguf' }) }, ['info']],
	...[0, 1, 4, 0x03000000, 0xffffffff].map((version): Case => [`gguf: version ${version}`, { 'a.gguf': sound({ version }) }, ['info']]),
	...[0, 3, 33, 2 ** 31 + 1].map((alignment) => metadata(`alignment ${alignment}`, num('general.alignment', alignment))),
	metadata('alignment 2^31', num('general.alignment', 2 ** 31), bytes()),
	metadata('alignment as text', str('general.alignment', '32')),
	metadata('a key twice', num('x', 1), num('x', 2)),
	metadata('a key without a name', num('', 1)),
	metadata('a key that is not UTF-8', entry(Uint8Array.of(0xff, 0xfe), TYPE.u8, Uint8Array.of(1))),
	metadata('a bool of 2', entry('x', TYPE.bool, Uint8Array.of(2))),
	metadata('type 13', entry('x', 13, u32(0))),
	metadata('type 2^32 − 1', entry('x', 0xffffffff, u32(0))),
	metadata('an array of type 13', list('x', 13, 1, u32(0))),
	metadata(
		'arrays in arrays, 50 deep',
		entry('x', TYPE.array, bytes(...Array.from({ length: 50 }, () => bytes(u32(TYPE.array), u64(1))), u32(0), u64(0))),
	),
	metadata(
		'an array of 100,000 arrays',
		list('x', TYPE.array, 100_000, bytes(...Array.from({ length: 100_000 }, () => bytes(u32(0), u64(0))))),
	),
	[
		'gguf: names with control characters and turned text',
		{ 'a.gguf': sound({ entries: [...scored(scores), str('general.name', '\x1b[2J\x07\u202egnirts\0')] }) },
		[],
	],
	['gguf: a name of 100,000 letters', { 'a.gguf': sound({ entries: [...scored(scores), str('general.name', 'x'.repeat(100_000))] }) }, []],

	tensors('a tensor twice', [TABLE, tensor('token_embd.weight', [4, 8], F32, 0)]),
	tensors('tensors over each other', [TABLE, tensor('b', [4, 8], F32, 32)]),
	tensors('an offset that is not aligned', [tensor('token_embd.weight', [4, 4], F32, 5)]),
	tensors('a tensor half beyond the end', [tensor('token_embd.weight', [4, 8], F32, 64)]),
	tensors('5 dimensions', [tensor('token_embd.weight', [4, 2, 2, 2, 1], F32, 0)]),
	tensors('2^32 − 1 dimensions', [bytes(text('token_embd.weight'), u32(0xffffffff), u64(4))]),
	tensors('dimensions whose product is 2^64', [tensor('token_embd.weight', [2 ** 32, 2 ** 32], F32, 0)]),
	tensors('dimensions whose product overflows to 0', [tensor('token_embd.weight', [2n ** 33n, 2n ** 31n], F32, 0)]),
	...[99, 4, 0xffffffff].map(
		(type): Case => [
			`gguf: a table of the unknown type ${type}`,
			{ 'a.gguf': sound({ tensors: [tensor('token_embd.weight', [4, 8], type, 0)] }) },
			['embed'],
		],
	),
	tensors('a row that is no whole number of blocks', [tensor('token_embd.weight', [33, 2], 8, 0)]),
	tensors('a tensor without a name', [tensor('', [4, 8], F32, 0)]),
	tensors('a tensor whose name has 70,000 letters', [tensor('x'.repeat(70_000), [4, 8], F32, 0)]),
	['gguf: a table without rows', { 'a.gguf': sound({ tensors: [tensor('token_embd.weight', [4, 0], F32, 0)] }) }, ['embed']],
	['gguf: a table of width 0', { 'a.gguf': sound({ tensors: [tensor('token_embd.weight', [0, 8], F32, 0)] }) }, ['embed']],
	['gguf: a table of one dimension', { 'a.gguf': sound({ tensors: [tensor('token_embd.weight', [32], F32, 0)] }) }, ['embed']],
	['gguf: a table of three dimensions', { 'a.gguf': sound({ tensors: [tensor('token_embd.weight', [4, 4, 2], F32, 0)] }) }, ['embed']],
	['gguf: a table shorter than the vocabulary', { 'a.gguf': sound({ tensors: [tensor('token_embd.weight', [4, 1], F32, 0)] }) }, ['embed']],
	['gguf: a table of NaN', { 'a.gguf': sound({ data: f32(...Array.from({ length: 32 }, () => Number.NaN)) }) }, []],
	[
		'gguf: a table of infinities',
		{ 'a.gguf': sound({ data: f32(...Array.from({ length: 32 }, (_, i) => (i % 2 ? Infinity : -Infinity))) }) },
		[],
	],
	[
		'gguf: Q8_0 with scales that are NaN',
		{ 'a.gguf': sound({ tensors: [tensor('token_embd.weight', [32, 8], 8, 0)], data: new Uint8Array(34 * 8).fill(0xff) }) },
		[],
	],
	['gguf: a width of 2^31 in the keys', { 'a.gguf': sound({ entries: [...scored(scores), num('llama.embedding_length', 2 ** 31)] }) }, []],
	['gguf: 2^31 blocks', { 'a.gguf': sound({ entries: [...scored(scores), num('llama.block_count', 2 ** 31)] }) }, ['embed', 'trace']],
	['gguf: a width as text', { 'a.gguf': sound({ entries: [...scored(scores), str('llama.embedding_length', '4')] }) }, ['trace']],
	[
		'gguf: 0 heads',
		{ 'a.gguf': sound({ entries: [...scored(scores), num('llama.block_count', 1), num('llama.attention.head_count', 0)] }) },
		['trace'],
	],
	['gguf: no architecture', { 'a.gguf': gguf({ entries: [num('x', 1)], tensors: [TABLE], data: DATA }) }, ['tokenize', 'trace']],
	[
		'gguf: an architecture with a path',
		{ 'a.gguf': sound({ entries: [str('general.architecture', '../../etc/passwd'), ...scored(scores).slice(1)] }) },
		['trace'],
	],
	[
		'gguf: an architecture of the prototype',
		{ 'a.gguf': sound({ entries: [str('general.architecture', '__proto__'), ...scored(scores).slice(1)] }) },
		['trace'],
	],
	['gguf: nothing in it', { 'a.gguf': gguf({}) }, ['tokenize', 'embed', 'trace', 'extract']],

	tokenizer('an unknown kind', [ARCHITECTURE, str('tokenizer.ggml.model', 'klingon'), strings('tokenizer.ggml.tokens', TOKENS)]),
	tokenizer('a kind that is a number', [ARCHITECTURE, num('tokenizer.ggml.model', 5)]),
	tokenizer('no tokens', [ARCHITECTURE, str('tokenizer.ggml.model', 'gpt2')]),
	tokenizer('an empty list of tokens', [ARCHITECTURE, str('tokenizer.ggml.model', 'gpt2'), strings('tokenizer.ggml.tokens', [])]),
	tokenizer('tokens that are numbers', [ARCHITECTURE, str('tokenizer.ggml.model', 'gpt2'), ints('tokenizer.ggml.tokens', [1, 2])]),
	tokenizer('no merges', byteLevel().slice(0, 3)),
	tokenizer('merges that are numbers', [...byteLevel().slice(0, 3), ints('tokenizer.ggml.merges', [1])]),
	tokenizer('merges of tokens that are not there', byteLevel(['x y', 'a zebra', '', ' ', 'a', 'a  b']), []),
	tokenizer('a merge listed 50,000 times', byteLevel(Array.from({ length: 50_000 }, () => 'a b')), []),
	tokenizer('tokens that are not UTF-8', byteLevel([], [Uint8Array.of(0xff), Uint8Array.of(0xc4), 'a', 'b']), []),
	tokenizer('a token of 100,000 bytes', byteLevel([], ['a', 'b'.repeat(100_000)])),
	tokenizer('all tokens empty', byteLevel([], ['', '', '', '']), []),
	tokenizer('all tokens equal', byteLevel([], ['a', 'a', 'a', 'a']), []),
	tokenizer('an unknown pre-tokenizer', [...byteLevel(), str('tokenizer.ggml.pre', 'rot13')]),
	tokenizer('a pre-tokenizer of the prototype', [...byteLevel(), str('tokenizer.ggml.pre', 'constructor')]),
	tokenizer('no scores', scored(types)),
	tokenizer('fewer scores than tokens', scored(floats('tokenizer.ggml.scores', [1, 2]))),
	tokenizer(
		'scores that are NaN',
		scored(
			floats(
				'tokenizer.ggml.scores',
				TOKENS.map(() => Number.NaN),
			),
		),
	),
	tokenizer(
		'scores that are infinite',
		scored(
			floats(
				'tokenizer.ggml.scores',
				TOKENS.map(() => Infinity),
			),
		),
	),
	tokenizer('scores that are text', scored(strings('tokenizer.ggml.scores', TOKENS))),
	tokenizer('fewer types than tokens', scored(scores, ints('tokenizer.ggml.token_type', [1]))),
	tokenizer('types of nobody', scored(scores, ints('tokenizer.ggml.token_type', [7, 99, -1, 2 ** 31 - 1, 0, 1, 1, 1])), []),
	tokenizer(
		'all tokens bytes',
		scored(
			scores,
			ints(
				'tokenizer.ggml.token_type',
				TOKENS.map(() => 6),
			),
		),
		[],
	),
	tokenizer(
		'all tokens control',
		scored(
			scores,
			ints(
				'tokenizer.ggml.token_type',
				TOKENS.map(() => 3),
			),
		),
		[],
	),
	tokenizer(
		'ids beyond the vocabulary',
		[...scored(scores, types), num('tokenizer.ggml.bos_token_id', 99), num('tokenizer.ggml.unknown_token_id', 2 ** 31)],
		[],
	),
	tokenizer('an id as text', [...scored(scores, types), str('tokenizer.ggml.bos_token_id', 'one')]),
	tokenizer('an id of −2', [...scored(scores, types), entry('tokenizer.ggml.bos_token_id', TYPE.i32, u32(0xfffffffe))]),
	tokenizer('a flag that is a number', [...scored(scores, types), num('tokenizer.ggml.add_bos_token', 1)]),
	...(
		[
			['of one byte', [1]],
			['whose trie is longer than it', [0xff, 0xff, 0xff, 0x7f, 0, 0]],
			['of zeros', new Array(400).fill(0)],
			['of ones', [0, 1, 0, 0, ...new Array(256).fill(255), 65, 0]],
		] as const
	).map(([name, charsmap]) =>
		tokenizer(
			`a charsmap ${name}`,
			[
				ARCHITECTURE,
				str('tokenizer.ggml.model', 't5'),
				strings('tokenizer.ggml.tokens', TOKENS),
				scores,
				list('tokenizer.ggml.precompiled_charsmap', TYPE.u8, charsmap.length, Uint8Array.from(charsmap)),
			],
			name === 'of zeros' || name === 'of ones' ? [] : ['tokenize'],
		),
	),
	tokenizer('a tokenizer.json inside that is none', [ARCHITECTURE, str('tokenizer.huggingface.json', '{"model": ')]),
	tokenizer(
		'a chat template that loops',
		[...scored(scores, types), str('tokenizer.chat_template', '{% for i in range(1000000000) %}{{ i }}{% endfor %}')],
		['template'],
	),
	tokenizer(
		'a chat template that grows',
		[
			...scored(scores, types),
			str(
				'tokenizer.chat_template',
				"{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(64) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
			),
		],
		['template'],
	),
	tokenizer(
		'a chat template without its end',
		[...scored(scores, types), str('tokenizer.chat_template', '{% for m in messages %}')],
		['template'],
	),
	tokenizer(
		'a chat template nested 20,000 deep',
		[...scored(scores, types), str('tokenizer.chat_template', `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`)],
		['template'],
	),
	tokenizer(
		'a chat template that raises',
		[...scored(scores, types), str('tokenizer.chat_template', "{{ raise_exception('no\\n\\nno') }}")],
		['template'],
	),
	tokenizer(
		'a chat template that reaches for the host',
		[...scored(scores, types), str('tokenizer.chat_template', "{{ messages.constructor.constructor('return process')().exit(7) }}")],
		['template'],
	),
	tokenizer('a chat template that is a number', [...scored(scores, types), num('tokenizer.chat_template', 1)], ['template']),
];

// Safetensors files, folders and things that are no model at all.

import { bytes, f32, safetensors, u64 } from './bytes.ts';

export type Verb = 'info' | 'tokenize' | 'embed' | 'nearest' | 'trace' | 'extract' | 'template' | 'compare';

/**
 * What it is; files by path (a text is a link's target where the path ends in '@', a folder where its content is null); and the verbs that
 * must refuse it. Every other verb may answer or refuse. MODEL is the one file, or the folder.
 */
export type Case = readonly [name: string, files: Readonly<Record<string, Uint8Array | string | null>>, refuses: readonly Verb[]];

const CONFIG = JSON.stringify({
	model_type: 'llama',
	architectures: ['LlamaForCausalLM'],
	hidden_size: 4,
	num_hidden_layers: 0,
	vocab_size: 8,
});
const WORDS = JSON.stringify({
	version: '1.0',
	added_tokens: [],
	pre_tokenizer: { type: 'WhitespaceSplit' },
	model: { type: 'WordLevel', unk_token: '<unk>', vocab: { '<unk>': 0, I: 1, love: 2, you: 3, so: 4, 'much.': 5, a: 6, b: 7 } },
});
const TABLE = '"model.embed_tokens.weight"';
const DATA = f32(...Array.from({ length: 32 }, (_, i) => i));
const info = (dtype: unknown, shape: unknown, offsets: unknown): string => JSON.stringify({ dtype, shape, data_offsets: offsets });
const sound = info('F32', [8, 4], [0, 128]);

const weights = (name: string, header: string | Uint8Array, refuses: readonly Verb[] = ['info', 'embed'], data = DATA): Case => [
	`safetensors: ${name}`,
	{ 'model.safetensors': safetensors({ header, data }), 'config.json': CONFIG, 'tokenizer.json': WORDS },
	refuses,
];
const config = (name: string, text: string | Uint8Array, refuses: readonly Verb[] = ['info']): Case => [
	`config.json: ${name}`,
	{ 'model.safetensors': safetensors({ header: `{${TABLE}: ${sound}}`, data: DATA }), 'config.json': text, 'tokenizer.json': WORDS },
	refuses,
];
const sharded = (name: string, index: unknown, refuses: readonly Verb[] = ['info']): Case => [
	`index: ${name}`,
	{
		'model.safetensors.index.json': typeof index === 'string' ? index : JSON.stringify(index),
		'model-00001-of-00001.safetensors': safetensors({ header: `{${TABLE}: ${sound}}`, data: DATA }),
		'config.json': CONFIG,
		'tokenizer.json': WORDS,
	},
	refuses,
];
const one = (name: string, file: string, content: Uint8Array | string, refuses: readonly Verb[] = ['info', 'tokenize', 'embed']): Case => [
	`no model: ${name}`,
	{ [file]: content },
	refuses,
];

export const FOLDERS: readonly Case[] = [
	weights('sound', `{${TABLE}: ${sound}}`, []),
	...[0, 1, 2n ** 31n, 2n ** 53n, 2n ** 60n, 2n ** 63n, -1, 100_000_001].map(
		(length): Case => [
			`safetensors: a header of ${length} bytes`,
			{ 'model.safetensors': safetensors({ header: '{}', length, data: DATA }) },
			['info'],
		],
	),
	['safetensors: 7 bytes', { 'model.safetensors': new Uint8Array(7) }, ['info']],
	weights('a header that is a list', '[1, 2]'),
	weights('a header that is text', '"x"'),
	weights('a header that is null', 'null'),
	weights('a header that is no JSON', '{"a": '),
	weights('a header that is not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)),
	weights('a byte order mark', bytes(Uint8Array.of(0xef, 0xbb, 0xbf), `{${TABLE}: ${sound}}`), []),
	weights('a tensor twice', `{${TABLE}: ${sound}, ${TABLE}: ${sound}}`),
	weights('a tensor twice, spelled in two ways', `{"a": ${sound}, "\\u0061": ${sound}}`),
	weights('an unknown dtype', `{${TABLE}: ${info('F33', [8, 4], [0, 128])}}`, ['embed']),
	weights('a dtype of the prototype', `{${TABLE}: ${info('constructor', [8, 4], [0, 128])}}`),
	weights('a dtype that is a number', `{${TABLE}: ${info(5, [8, 4], [0, 128])}}`),
	weights('a shape that is text', `{${TABLE}: ${info('F32', '8,4', [0, 128])}}`),
	weights('a negative dimension', `{${TABLE}: ${info('F32', [-8, -4], [0, 128])}}`),
	weights('a dimension of a half', `{${TABLE}: ${info('F32', [8.5, 4], [0, 136])}}`),
	weights('a dimension of 2^60', `{${TABLE}: ${info('F32', [2 ** 60, 4], [0, 128])}}`),
	weights('dimensions whose product overflows', `{${TABLE}: {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]}}`),
	weights('1,000 dimensions', `{${TABLE}: ${info('F32', new Array(1000).fill(1), [0, 4])}}`, ['embed']),
	weights('offsets that are reversed', `{${TABLE}: ${info('F32', [8, 4], [128, 0])}}`),
	weights('an offset of −1', `{${TABLE}: ${info('F32', [8, 4], [-1, 127])}}`),
	weights('an offset of 2^63', `{${TABLE}: {"dtype": "F32", "shape": [8, 4], "data_offsets": [9223372036854775808, 9223372036854775936]}}`),
	weights('one offset', `{${TABLE}: ${info('F32', [8, 4], [0])}}`),
	weights('offsets that are no list', `{${TABLE}: ${info('F32', [8, 4], { begin: 0, end: 128 })}}`),
	weights('offsets beyond the end', `{${TABLE}: ${info('F32', [8, 5], [0, 160])}}`),
	weights('fewer bytes than the shape', `{${TABLE}: ${info('F32', [8, 4], [0, 64])}}`),
	weights('tensors over each other', `{${TABLE}: ${sound}, "b": ${info('F32', [4], [64, 80])}}`),
	weights('a hole between tensors', `{"b": ${info('F32', [1], [0, 4])}, "c": ${info('F32', [1], [64, 68])}}`),
	weights('metadata that is a list', `{"__metadata__": [1], ${TABLE}: ${sound}}`),
	weights('metadata with an object', `{"__metadata__": {"a": {"b": 1}}, ${TABLE}: ${sound}}`),
	weights(
		'an extra field',
		`{${TABLE}: {"dtype": "F32", "shape": [8, 4], "data_offsets": [0, 128], "x": ${'['.repeat(60)}${']'.repeat(60)}}}`,
		[],
	),
	weights('nested 100,000 deep', `{"x": ${'['.repeat(100_000)}`),
	weights('__proto__ as a tensor', `{"__proto__": ${sound}, ${TABLE}: ${sound}}`),
	weights('no tensors', '{}', ['embed', 'extract']),
	weights('a table of NaN', `{${TABLE}: ${sound}}`, [], f32(...Array.from({ length: 32 }, () => Number.NaN))),
	weights('a table of one dimension', `{${TABLE}: ${info('F32', [32], [0, 128])}}`, ['embed']),
	weights('200,000 empty tensors', `{${Array.from({ length: 200_000 }, (_, i) => `"${i}":{}`).join(',')}}`),

	config('no JSON', '{"model_type": '),
	config('a list', '[]'),
	config('a byte order mark', bytes(Uint8Array.of(0xef, 0xbb, 0xbf), CONFIG), []),
	config('UTF-16', new Uint8Array(Buffer.from(`\ufeff${CONFIG}`, 'utf16le'))),
	config('a key twice', '{"model_type": "llama", "model_type": "gpt2"}'),
	config('empty', ''),
	config('zeros', new Uint8Array(1000)),
	config('20 MB', `{"x": "${'x'.repeat(2e7)}"}`),
	config('1,000,000 empty objects', `{"x": [${'{},'.repeat(1_000_000)}0]}`),
	config('a model type that is a number', '{"model_type": 5}', []),
	config(
		'numbers that cannot be',
		CONFIG.replace('"hidden_size":4', '"hidden_size":1e300').replace('"num_hidden_layers":0', '"num_hidden_layers":-5'),
		['trace'],
	),
	config('2^53 layers', CONFIG.replace('"num_hidden_layers":0', '"num_hidden_layers":9007199254740992'), ['trace']),

	sharded('sound', { weight_map: { 'model.embed_tokens.weight': 'model-00001-of-00001.safetensors' } }, []),
	sharded('a path that leaves the folder', { weight_map: { 'model.embed_tokens.weight': '../../../etc/passwd' } }),
	sharded('an absolute path', { weight_map: { 'model.embed_tokens.weight': '/etc/passwd' } }),
	sharded('a NUL in a name', { weight_map: { 'model.embed_tokens.weight': 'model\0.safetensors' } }),
	sharded('a file that is not there', { weight_map: { 'model.embed_tokens.weight': 'model-00002-of-00002.safetensors' } }),
	sharded('a tensor that its file lacks', { weight_map: { other: 'model-00001-of-00001.safetensors' } }),
	sharded('no map', { metadata: {} }),
	sharded('a map of numbers', { weight_map: { 'model.embed_tokens.weight': 5 } }),
	sharded('a list', []),
	sharded('no JSON', '{'),
	sharded('100,000 files', { weight_map: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`t${i}`, `f${i}.safetensors`])) }),

	['folder: empty', { folder: null }, ['info', 'tokenize', 'embed']],
	['folder: named .gguf', { 'a.gguf': null }, ['info']],
	['folder: with a folder named model.safetensors', { 'model.safetensors': null, 'config.json': CONFIG }, ['info']],
	['folder: config.json alone', { 'config.json': CONFIG, 'README.md': '#' }, ['embed']],
	['folder: a link in a circle', { 'a.gguf@': 'a.gguf' }, ['info']],
	['folder: a link to nothing', { 'model.safetensors@': 'nowhere', 'config.json': CONFIG }, ['info']],
	['folder: a link to a device', { 'a.gguf@': '/dev/zero' }, ['info', 'tokenize', 'embed']],
	['folder: pickles', { 'pytorch_model.bin': bytes('PK\x03\x04'), 'config.json': CONFIG }, ['info']],
	[
		'folder: two split files that contradict each other',
		{ 'a-00001-of-00002.gguf': bytes('GGUF'), 'a-00002-of-00003.gguf': bytes('GGUF') },
		['info'],
	],

	one('empty', 'a.gguf', ''),
	one('one byte', 'a.gguf', 'G'),
	one('a web page', 'a.gguf', '<!DOCTYPE html><html></html>'),
	one('a Git LFS pointer', 'model.safetensors', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
	one('a zip', 'a.gguf', bytes('PK\x03\x04', new Uint8Array(100))),
	one('a pickle', 'a.bin', Uint8Array.of(0x80, 2, 0x7d)),
	one('a gzip', 'a.gguf', Uint8Array.of(0x1f, 0x8b, 8, 0)),
	one('zeros', 'a.gguf', new Uint8Array(10_000)),
	one('0xff', 'a.safetensors', new Uint8Array(10_000).fill(255)),
	one('text', 'a.txt', 'hello'),
	one('a length and no more', 'model.safetensors', u64(2)),
	one('JSON', 'a.json', '{"a": 1}'),
];

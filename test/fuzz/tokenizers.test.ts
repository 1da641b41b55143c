// Fuzzes tokenizers of every source: what still opens encodes and decodes, or refuses by a TongsaError.

import { openCheckpoint } from '../../src/formats/open.ts';
import { loadTokenizer } from '../../src/tokenizer/sources/index.ts';
import { readGzip } from '../tokenizer/reference.ts';
import { type Files, fuzz } from './harness.ts';
import { shortened } from './shortened.ts';

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
// Plain arrays: slice() of Node's Buffer is no copy.
const json = (name: string): Uint8Array => new Uint8Array(readGzip(`json/${name}.json.gz`));
const model = (name: string): Uint8Array => new Uint8Array(readGzip(`sentencepiece/${name}.model.gz`));

const gpt2 = JSON.parse(new TextDecoder().decode(json('gpt2-like')));
const bert: { model: { vocab: Record<string, number> } } = JSON.parse(new TextDecoder().decode(json('bert-uncased')));
const words = Object.entries(bert.model.vocab).sort(([, a], [, b]) => a - b);
const config = encode({
	tokenizer_class: 'BertTokenizer',
	do_lower_case: true,
	strip_accents: null,
	add_bos_token: true,
	bos_token: { content: '[CLS]', special: true },
	unk_token: '[UNK]',
	added_tokens_decoder: { 3: { content: '[MASK]', special: true, lstrip: true } },
	chat_template: "{% for m in messages %}{{ m['content'] }}{% endfor %}",
});
/** The first 400 tokens and merges of real files, and whole small ones. */
const TARGETS: readonly (readonly [string, Files])[] = [
	...(await Promise.all(
		['gpt-2', 'llama-2', 'falcon', 'bert-bge'].map(
			async (name): Promise<[string, Files]> => [name, { 'a.gguf': await shortened(`${name}.gguf`, 400) }],
		),
	)),
	...['gpt2-like', 'llama2-like', 'bert-added', 'unigram-bytes', 'wordlevel', 'prefix-suffix', 'deepseek-like', 'ctc-decoder'].map(
		(name): [string, Files] => [`tokenizer.json, ${name}`, { 'tokenizer.json': json(name), 'tokenizer_config.json': config }],
	),
	...['spm-bpe-llama', 'spm-unigram-bytes', 'spm-char', 'spm-unigram-user'].map((name): [string, Files] => [
		`tokenizer.model, ${name}`,
		{ 'tokenizer.model': model(name), 'tokenizer_config.json': config },
	]),
	['vocab.txt', { 'vocab.txt': encode(words.map(([word]) => word).join('\n')), 'tokenizer_config.json': config }],
	[
		'vocab.json and merges.txt',
		{
			'vocab.json': encode(gpt2.model.vocab),
			'merges.txt': encode(`#version: 0.2\n${gpt2.model.merges.map((pair: string[]) => pair.join(' ')).join('\n')}`),
			'added_tokens.json': encode({ '<|user|>': 1200 }),
			'special_tokens_map.json': encode({ bos_token: '<|endoftext|>', eos_token: { content: '<|endoftext|>' } }),
		},
	],
];

const TEXT = 'I love you so much. 사랑해요 🙂\u200d <s></s>[CLS]\ud800  \n\t0123 the the';

fuzz({
	targets: TARGETS,
	share: 0.15,
	async readAll(files) {
		const tokenizer = await loadTokenizer(await openCheckpoint(files));
		if (!tokenizer) return;
		for (const special of ['add', 'none', 'parse'] as const) tokenizer.decode(tokenizer.encode(TEXT, { special, offsets: true }).ids);
	},
	maxRead: 3,
});

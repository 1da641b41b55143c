// Every kind of tokenizer file gives the ids, texts and pieces of its original library: tokenizer.json, tokenizer.model, tiktoken, vocab files.
// Expected: scripts/reference/make_tokenizers.py components, sentencepiece, tiktoken

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { resolve } from '../../hosts/node/resolve.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { BYTE_TO_CODE_POINT } from '../../src/tokenizer/models/byte-level.ts';
import { tokenizerSpec } from '../../src/tokenizer/sources/index.ts';
import { tokenString } from '../../src/tokenizer/vocabulary.ts';
import { assertIds, assertText, expected, fixture, openFiles, readGzip, STRINGS } from './reference.ts';

const names = (folder: string): string[] =>
	readdirSync(fixture(folder))
		.map((name) => name.split('.')[0]!)
		.sort();

/** Texts left out, by tokenizer, because of a stated difference (docs/tokenizer-differences.md). */
const DIFFERENT: Readonly<Record<string, { readonly ids?: (text: string) => boolean; readonly text?: (text: string) => boolean }>> = {
	// Hugging Face's unigram takes '<s>' in plain text for its token even where special tokens are to be read as text.
	'xlmr-like': { ids: (text) => /<\/?s>/.test(text) },
	// tokenizers 0.23 decodes an added token to its normalised form ('Hello' → 'hello'), older versions and Tongsa to its own text.
	'bert-added': { text: (text) => /hello|café|cafe/i.test(text) },
};

for (const name of names('json')) {
	test(`tokenizer.json, ${name}: ids and texts`, async () => {
		const tokenizer = await openFiles({ 'tokenizer.json': readGzip(`json/${name}.json.gz`) });
		const want = expected(name);
		const { ids, text } = DIFFERENT[name] ?? {};
		assertIds(tokenizer, want, ids && { skip: ids });
		assertText(tokenizer, want, text && { skip: text });
	});
}

for (const name of names('sentencepiece')) {
	test(`tokenizer.model, ${name}: ids and texts`, async () => {
		const tokenizer = await openFiles({ 'tokenizer.model': readGzip(`sentencepiece/${name}.model.gz`) });
		const want = expected(name);
		assertIds(tokenizer, want);
		// Where '▁' itself is unused it comes as bytes, which SentencePiece shows as '▁' and Tongsa as the space that it was.
		if (!name.endsWith('llama-unused')) assertText(tokenizer, want);
	});
}

for (const group of ['pre', 'normalizer']) {
	const components: Record<string, { component: object; pieces: string[]; ids: number[][]; offsets: number[][] }> = JSON.parse(
		readGzip(`expected/components-${group}.json.gz`).toString(),
	);
	for (const [name, { component, pieces, ids }] of Object.entries(components)) {
		test(`${group} component ${name}`, async () => {
			const json = {
				version: '1.0',
				added_tokens: [],
				[group === 'pre' ? 'pre_tokenizer' : 'normalizer']: component,
				model: { type: 'WordLevel', unk_token: '<unk>', vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])) },
			};
			const tokenizer = await openFiles({ 'tokenizer.json': Buffer.from(JSON.stringify(json)) });
			for (const [i, text] of STRINGS.entries()) {
				const got = [...tokenizer.encode(text, { special: 'none' }).ids].map((id) => pieces[id]);
				assert.deepEqual(
					got,
					ids[i]!.map((id) => pieces[id]),
					`string ${i} ${JSON.stringify(text)}`,
				);
			}
		});
	}
}

for (const name of ['cl100k_base', 'o200k_base']) {
	test(`tiktoken, ${name}`, async () => {
		const table = readFileSync(new URL(`../../models/${name}.tiktoken`, import.meta.url));
		assertIds(await openFiles({ [`${name}.tiktoken`]: table }), expected(name));
	});
}

/** GPT-2's vocabulary as tiktoken writes it, a line a token; p50k_base has 24 runs of spaces more, of 2 to 25. */
async function rankTable(spaces: number): Promise<Uint8Array> {
	const { vocabulary } = (await tokenizerSpec(await openCheckpoint(await resolve('gpt-2'))))!.model;
	const byteOf = new Map(Array.from(BYTE_TO_CODE_POINT, (codePoint, byte) => [codePoint, byte]));
	const bytesOf = (id: number) => Uint8Array.from(tokenString(vocabulary, id), (character) => byteOf.get(character.codePointAt(0)!)!);
	const tokens = Array.from({ length: 50256 }, (_, id) => [id, bytesOf(id)] as const);
	for (let i = 0; i < spaces; i++) tokens.push([50257 + i, new Uint8Array(2 + i).fill(0x20)]);
	return new TextEncoder().encode(tokens.map(([id, bytes]) => `${Buffer.from(bytes).toString('base64')} ${id}\n`).join(''));
}

for (const [name, spaces] of [
	['r50k_base', 0],
	['p50k_base', 24],
] as const) {
	test(`tiktoken, ${name}`, async () => {
		assertIds(await openFiles({ [`${name}.tiktoken`]: await rankTable(spaces) }), expected(name));
	});
}

/** Tokenizers whose offsets differ from Hugging Face's by intent (docs/tokenizer-differences.md): composing, prefixes, trimming. */
const OWN_OFFSETS: ReadonlySet<string> = new Set([
	'bert-added',
	'bert-uncased',
	'bytelevel-normalizer',
	'gpt1-like',
	'llama2-like',
	'nfc-cl100k',
	'roberta-like',
	'unigram-bytes',
	'unk-none',
	'xlmr-like',
]);

test('offsets: ranges in order, inside the text, and the reference where nothing is composed, put in or trimmed', async () => {
	for (const name of names('json')) {
		const tokenizer = await openFiles({ 'tokenizer.json': readGzip(`json/${name}.json.gz`) });
		const want = expected(name);
		for (const [i, text] of STRINGS.entries()) {
			const { ids, offsets } = tokenizer.encode(text, { special: 'none', offsets: true });
			assert.ok(offsets && offsets.length === 2 * ids.length);
			for (let at = 0; at < offsets.length; at += 2) {
				assert.ok(offsets[at]! <= offsets[at + 1]! && offsets[at + 1]! <= text.length, `${name}, string ${i}`);
				if (at > 0) assert.ok(offsets[at]! >= offsets[at - 2]!, `${name}, string ${i}`);
			}
			if (!OWN_OFFSETS.has(name)) assert.deepEqual([...offsets], want.offsets![i], `${name}, string ${i} ${JSON.stringify(text)}`);
		}
	}
});

test('vocab.txt is the WordPiece tokenizer of tokenizer.json', async () => {
	const json = JSON.parse(readGzip('json/bert-uncased.json.gz').toString());
	const words: string[] = [];
	for (const [word, id] of Object.entries<number>(json.model.vocab)) words[id] = word;
	const tokenizer = await openFiles({ 'vocab.txt': Buffer.from(words.join('\n') + '\n') });
	assertIds(tokenizer, expected('bert-uncased'));
	assert.deepEqual(tokenizer.flags, { before: [2], after: [3] });
});

test('vocab.json with merges.txt is the byte-level tokenizer of tokenizer.json', async () => {
	const json = JSON.parse(readGzip('json/gpt2-like.json.gz').toString());
	const merges = ['#version: 0.2', ...json.model.merges.map((pair: string[]) => pair.join(' '))].join('\n');
	const vocab = { ...json.model.vocab, '<|endoftext|>': json.added_tokens[0].id };
	const tokenizer = await openFiles({ 'vocab.json': Buffer.from(JSON.stringify(vocab)), 'merges.txt': Buffer.from(merges + '\n') });
	assertIds(tokenizer, expected('gpt2-like'));
});

test('a GGUF file that keeps its tokenizer.json is read from that', async () => {
	const json = readGzip('json/bert-cased.json.gz').toString();
	const tokenizer = await openFiles({
		'model.gguf': gguf({ 'general.architecture': 'bert', 'tokenizer.ggml.model': 'none', 'tokenizer.huggingface.json': json }),
	});
	assertIds(tokenizer, expected('bert-cased'));
});

test('GGUF: a kind and a pre-tokenizer of nobody are refused with the known ones', async () => {
	const tokens = ['a', 'b', 'ab'];
	await assert.rejects(
		openFiles({ 'model.gguf': gguf({ 'tokenizer.ggml.model': 'rwkv', 'tokenizer.ggml.tokens': tokens }) }),
		/rwkv.*llama, gpt2/,
	);
	const bpe = { 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.tokens': tokens, 'tokenizer.ggml.merges': ['a b'] };
	await assert.rejects(openFiles({ 'model.gguf': gguf({ ...bpe, 'tokenizer.ggml.pre': 'zebra' }) }), /zebra.*qwen2/);
	const tokenizer = await openFiles({ 'model.gguf': gguf({ ...bpe, 'tokenizer.ggml.pre': 'gpt-2' }) });
	assert.deepEqual([...tokenizer.encode('abba').ids], [2, 1, 0]);
});

/** A GGUF file (v3) of metadata alone: strings and arrays of strings. */
function gguf(metadata: Readonly<Record<string, string | readonly string[]>>): Uint8Array {
	const u32 = (n: number): Buffer => Buffer.from(Uint32Array.of(n).buffer);
	const u64 = (n: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(n)).buffer);
	const string = (text: string): Buffer => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
	const entries = Object.entries(metadata).map(([key, value]) =>
		Buffer.concat([
			string(key),
			// Value types: 8 string, 9 array.
			typeof value === 'string'
				? Buffer.concat([u32(8), string(value)])
				: Buffer.concat([u32(9), u32(8), u64(value.length), ...value.map(string)]),
		]),
	);
	return Buffer.concat([Buffer.from('GGUF'), u32(3), u64(0), u64(entries.length), ...entries]);
}

// A model narrowed to a text encodes that text as the whole model does: on real vocabularies of each kind, and every hard string.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileSource } from '../../hosts/node/file.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { createBpe } from '../../src/tokenizer/models/bpe.ts';
import { narrow } from '../../src/tokenizer/models/subset-model.ts';
import { createUnigram } from '../../src/tokenizer/models/unigram.ts';
import { createWordPiece } from '../../src/tokenizer/models/wordpiece.ts';
import { ggufSpec } from '../../src/tokenizer/sources/gguf.ts';
import { huggingFaceSpec } from '../../src/tokenizer/sources/huggingface.ts';
import { sentencePieceSpec } from '../../src/tokenizer/sources/sentencepiece.ts';
import type { BpeSpec, ModelSpec, TokenizerSpec } from '../../src/tokenizer/spec.ts';
import type { Model } from '../../src/tokenizer/text/aligned.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';
import { readGzip, STRINGS } from './reference.ts';

async function specOf(file: string): Promise<TokenizerSpec> {
	const path = new URL(`../../models/${file}`, import.meta.url).pathname;
	const checkpoint = await openCheckpoint({ name: file, files: new Map([[file, await fileSource(path)]]) });
	const spec = await ggufSpec(checkpoint);
	await checkpoint.close();
	return spec!;
}

async function modelOf<T extends ModelSpec['type']>(file: string, type: T): Promise<ModelSpec & { readonly type: T }> {
	const { model } = await specOf(file);
	assert.equal(model.type, type);
	return model as ModelSpec & { readonly type: T };
}

/** [id, start, end] of each token. */
function encodingOf({ encode }: Model, text: string): number[][] {
	const tokens: number[][] = [];
	encode(text, (...token) => tokens.push(token));
	return tokens;
}

function created(spec: ModelSpec): Model {
	if (spec.type === 'WordPiece') return createWordPiece(spec);
	return spec.type === 'Unigram' ? createUnigram(spec) : createBpe(spec as BpeSpec);
}

/** The narrowed model, with the whole's ids. */
function narrowed(spec: ModelSpec, pieces: readonly string[]): Model {
	const part = narrow(spec, pieces)!;
	const model = created(part.spec);
	return { encode: (text, sink) => model.encode(text, (id, from, to) => sink(part.ids[id]!, from, to)) };
}

const smollm2 = await modelOf('smollm2.gguf', 'BPE');
const llama2 = await modelOf('llama-2.gguf', 'BPE');
const bert = await modelOf('bert-bge.gguf', 'WordPiece');

const CONFIG = { fields: {}, roles: new Map(), added: [], extra: [], ends: [], family: undefined };
const unigramJson = (name: string): TokenizerSpec => huggingFaceSpec(JSON.parse(readGzip(`json/${name}.json.gz`).toString()), name, CONFIG);
const unigramModel = (name: string): TokenizerSpec =>
	sentencePieceSpec(new Uint8Array(readGzip(`sentencepiece/${name}.model.gz`)), name, CONFIG);
/** Models that see a space as '▁'. */
const UNIGRAMS = {
	'pieces in f64, unknown fused': unigramJson('xlmr-like'),
	'pieces in f64, bytes for the rest': unigramJson('unigram-bytes'),
	'pieces in f32, user-defined ones': unigramModel('spm-unigram-user'),
	'pieces in f32, bytes for the rest': unigramModel('spm-unigram-bytes'),
	'pieces in f32, unused ones': unigramModel('spm-unigram-nfkc-unused'),
};
const underscored = new Set([llama2.vocabulary, ...Object.values(UNIGRAMS).map(({ model }) => model.vocabulary)]);

const MODELS: readonly (readonly [name: string, spec: ModelSpec])[] = [
	['merges over bytes', smollm2],
	['merges over bytes, whole tokens first', { ...smollm2, ignore_merges: true }],
	['ranks over bytes', { ...smollm2, merges: { type: 'ranks' } }],
	['scores over characters, bytes for the rest', llama2],
	['scores over characters, unknown fused', { ...llama2, byte_fallback: false }],
	['WordPiece', { ...bert, max_input_chars_per_word: 600 }],
	...Object.entries(UNIGRAMS).map(([name, { model }]) => [name, model] as const),
];

for (const [name, spec] of MODELS) {
	test(`narrowed to a text: ${name}`, () => {
		const whole = created(spec);
		const texts = STRINGS.filter(({ length }) => length <= 512);
		let tokens = 0;
		// WordPiece knows words without spaces.
		for (const text of spec.type === 'WordPiece' ? texts.flatMap((text) => text.toLowerCase().split(/\s+|\b/)) : texts) {
			const piece = text.toWellFormed().replaceAll(' ', underscored.has(spec.vocabulary) ? '▁' : ' ');
			const expected = encodingOf(whole, piece);
			assert.deepEqual(encodingOf(narrowed(spec, [piece]), piece), expected, JSON.stringify(text));
			tokens += expected.length;
		}
		assert.ok(tokens > 1500, `${tokens} tokens were compared`);
	});
}

test('several pieces of one text share what is kept', () => {
	const part = narrowed(smollm2, ['I love you', ' so much.']);
	assert.deepEqual(
		encodingOf(part, ' so much.').map(([, start, end]) => [start, end]),
		[
			[0, 3],
			[3, 8],
			[8, 9],
		],
	);
});

test('decorated symbols are not narrowed', () => {
	assert.equal(narrow({ ...smollm2, end_of_word_suffix: '</w>' }, ['a']), undefined);
});

const FILES = ['gpt-2.gguf', 'smollm2.gguf', 'falcon.gguf', 'llama-2.gguf', 'bert-bge.gguf'];
for (const [name, spec] of [
	...(await Promise.all(FILES.map(async (file) => [file, await specOf(file)] as const))),
	...Object.entries(UNIGRAMS),
]) {
	test(`the first text of a tokenizer, narrowed and on the kernel: ${name}`, () => {
		const whole = createTokenizer(spec, { kernel: false });
		for (const text of STRINGS.filter(({ length }) => length <= 512)) {
			assert.deepEqual(createTokenizer(spec).encode(text, { offsets: true }), whole.encode(text, { offsets: true }), JSON.stringify(text));
		}
	});
}

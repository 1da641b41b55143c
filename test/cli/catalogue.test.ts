// The catalogue: the course's systems are there under their names, and the shapes give the published counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PACKAGED } from '../../hosts/node/packaged.ts';
import { CATALOGUE, catalogueSystem, SURENESS } from '../../src/architectures/catalogue.ts';

test("the course's systems and their neighbours answer under many spellings", () => {
	const NAMES: Readonly<Record<string, readonly string[]>> = {
		transformer: ['Transformer (2017)', 'transformer', 'Attention is all you need'],
		'gpt-1': ['GPT-1', 'gpt1'],
		'gpt-2': ['GPT-2', 'gpt2'],
		'gpt-3': ['GPT-3', 'gpt3', 'GPT-3 175B'],
		'gpt-4': ['GPT-4', 'gpt4'],
		palm: ['PaLM', 'PALM 540B'],
		'mt-nlg': ['MT-NLG', 'mt_nlg', 'Megatron-Turing NLG 530B', 'megatron-turing'],
		gopher: ['Gopher', 'Gopher 280B'],
		'llama-2': ['Llama 2', 'llama2', 'Llama-2-7B'],
		falcon: ['Falcon', 'falcon-180B'],
		'gpt-oss': ['gpt_oss', 'gpt-oss-20b'],
	};
	for (const [id, names] of Object.entries(NAMES)) for (const name of names) assert.equal(catalogueSystem(name)?.id, id, name);
	assert.equal(catalogueSystem('nonsense'), undefined);
});

test('no name leads to two systems', () => {
	const all = CATALOGUE.flatMap(({ id, aliases }) => [id, ...aliases.filter((alias) => alias !== id)]);
	assert.deepEqual(
		all.filter((name, i) => all.indexOf(name) !== i),
		[],
	);
});

test('shapes: published and computed counts agree where both are known', () => {
	for (const { title, sizes } of CATALOGUE) {
		for (const { name, publishedParameters: published, computedParameters: computed, sure } of sizes) {
			assert.ok(sure in SURENESS);
			// Labels like 7B round by up to an eighth; what is published exactly is met within a few percent.
			if (published !== null && computed !== null) assert.ok(Math.abs(computed / published - 1) < 0.13, `${title} ${name}`);
		}
	}
	// PaLM 540B by hand: 118 blocks of (Q, one K, one V, output, three feed-forward matrices, one norm), the tied table, the last norm.
	const palm = catalogueSystem('palm')!.sizes.at(-1)!;
	const [D, Dh, F, V] = [18432, 256, 73728, 256000];
	const block = 2 * D * 48 * Dh + 2 * D * Dh + 3 * D * F + D;
	assert.equal(palm.computedParameters, 118 * block + V * D + D);
});

test('closed systems say what is unknown, and what is nearest and why', () => {
	for (const { id, open, unknown, nearest } of CATALOGUE.filter((system) => system.open !== 'weights')) {
		assert.ok(unknown.length > 0 && nearest && nearest.why.length > 20, `${id} (${open})`);
	}
	const gpt4 = catalogueSystem('GPT-4')!.sizes[0]!;
	assert.deepEqual([gpt4.layers, gpt4.width, gpt4.publishedParameters], [null, null, null]);
});

test('a dictionary that is said to answer is in the package', () => {
	for (const { id, tokenizer } of CATALOGUE) {
		if (tokenizer.answers)
			assert.ok(
				PACKAGED.some(({ name }) => name === tokenizer.answers),
				id,
			);
	}
});

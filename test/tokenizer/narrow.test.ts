// A model narrowed to a text encodes that text as the whole model does: on real vocabularies of each kind, and every hard string.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileSource } from '../../hosts/node/file.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import type { Model } from '../../src/tokenizer/aligned.ts';
import { createBpe } from '../../src/tokenizer/bpe.ts';
import { narrowBpe } from '../../src/tokenizer/narrow.ts';
import { ggufSpec } from '../../src/tokenizer/sources/gguf.ts';
import type { BpeSpec } from '../../src/tokenizer/spec.ts';
import { STRINGS } from './reference.ts';

async function modelOf(file: string): Promise<BpeSpec> {
	const path = new URL(`../../models/${file}`, import.meta.url).pathname;
	const checkpoint = await openCheckpoint({ name: file, files: new Map([[file, await fileSource(path)]]) });
	const spec = await ggufSpec(checkpoint);
	await checkpoint.close();
	assert.equal(spec?.model.type, 'BPE');
	return spec!.model as BpeSpec;
}

/** [id, start, end] of each token. */
function encodingOf({ encode }: Model, text: string): number[][] {
	const tokens: number[][] = [];
	encode(text, (...token) => tokens.push(token));
	return tokens;
}

const smollm2 = await modelOf('smollm2.gguf');
const llama2 = await modelOf('llama-2.gguf');

const MODELS: readonly (readonly [name: string, spec: BpeSpec])[] = [
	['merges over bytes', smollm2],
	['merges over bytes, whole tokens first', { ...smollm2, ignore_merges: true }],
	['ranks over bytes', { ...smollm2, merges: { type: 'ranks' } }],
	['scores over characters, bytes for the rest', llama2],
	['scores over characters, unknown fused', { ...llama2, byte_fallback: false }],
];

for (const [name, spec] of MODELS) {
	test(`narrowed to a text: ${name}`, () => {
		const whole = createBpe(spec);
		let tokens = 0;
		for (const text of STRINGS.filter(({ length }) => length <= 512)) {
			const piece = text.toWellFormed().replaceAll(' ', spec === smollm2 ? ' ' : '▁');
			const expected = encodingOf(whole, piece);
			assert.deepEqual(encodingOf(narrowBpe(spec, [piece])!, piece), expected, JSON.stringify(text));
			tokens += expected.length;
		}
		assert.ok(tokens > 2000, `${tokens} tokens were compared`);
	});
}

test('several pieces of one text share what is kept', () => {
	const narrow = narrowBpe(smollm2, ['I love you', ' so much.']);
	assert.deepEqual(
		encodingOf(narrow!, ' so much.').map(([, start, end]) => [start, end]),
		[
			[0, 3],
			[3, 8],
			[8, 9],
		],
	);
});

test('decorated symbols are not narrowed', () => {
	assert.equal(narrowBpe({ ...smollm2, end_of_word_suffix: '</w>' }, ['a']), undefined);
});

// The verbs on the models that the package carries: JSON shapes (docs/cli.md), numbers from the original implementations, pages.
// Expected values: scripts/reference/make_cli.py.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Conversation } from '../../src/model.ts';
import type { ComparedModel, CompareJson } from '../../surfaces/protocol/compare.ts';
import type { FileInfoJson, SystemInfoJson } from '../../surfaces/protocol/info.ts';
import type { ModelsJson } from '../../surfaces/protocol/models.ts';
import type { DetokenizeJson, TokenizeJson } from '../../surfaces/protocol/tokens.ts';
import type { EmbedJson, NearestJson } from '../../surfaces/protocol/vectors.ts';
import { tongsa } from './run.ts';

interface Expected {
	readonly sentences: readonly string[];
	readonly ids: Readonly<Record<string, readonly (readonly number[])[]>>;
	/** First eight values of each row of the first sentence. */
	readonly rows: readonly (readonly number[])[];
	readonly norms: readonly number[];
	readonly template: { readonly messages: readonly object[]; readonly text: string; readonly ids: readonly number[] };
}

const expected: Expected = JSON.parse(readFileSync(new URL('../fixtures/cli/expected.json', import.meta.url), 'utf8'));
const SEED = expected.sentences[0]!;

/** The course's table, number by number. */
const LECTURE = [
	[0.481, -0.7042, -0.7409, 0.14624],
	[-0.5198, 0.2901, 0.3235, -0.5886],
	[1.524, 2.5387, -1.0701, -0.119],
	[-0.2612, 0.1227, -0.4248, 0.6229],
	[-0.7988, 1.667, 0.0759, -1.2467],
	[0.1693, 1.755, 0.3056, 0.0773],
	[-0.06, 0.9258, -1.2276, 0.4466],
	[1.3262, -0.8511, 1.4349, -0.632],
];

let folder: string;
before(() => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-cli-'));
});
after(() => rmSync(folder, { recursive: true }));

/** Runs, demands success and silence on stderr, gives the object. */
async function json<T>(...words: string[]): Promise<T> {
	const { code, stdout, stderr, json: read } = await tongsa([...words, '--json']);
	assert.equal(code, 0, stderr);
	assert.equal(stderr, '');
	assert.equal(stdout.trimEnd().split('\n').length, 1, 'one object, one line');
	return read<T>();
}

const asLines = (texts: readonly string[]) => texts.map((text) => `${JSON.stringify(text)}\n`).join('');

/** One object a line. */
const readLines = <T>(stdout: string) =>
	stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as T);

for (const [model, ids] of Object.entries(expected.ids)) {
	test(`tokenize ${model} gives the ids of the original in four languages, and detokenize the text`, async () => {
		const { stdout, stderr } = await tongsa(['tokenize', model, '--jsonl'], { stdin: asLines(expected.sentences) });
		const lines = readLines<TokenizeJson>(stdout);
		assert.deepEqual(
			lines.map((line) => line.ids),
			ids,
			stderr,
		);
		for (const [i, { tokens }] of lines.entries()) {
			assert.equal(tokens[0]!.start, 0);
			assert.equal(tokens.at(-1)!.end, expected.sentences[i]!.length);
		}
		const back = await json<DetokenizeJson>('detokenize', model, ids.flat().join(','));
		assert.equal(back.text, expected.sentences.join(''));
	});
}

test('every name that is promised answers tokenize', async () => {
	const names = ['gpt-2', 'gpt-3', 'mt-nlg', 'llama-2', 'falcon', 'bert', 'lecture'];
	const { models } = await json<CompareJson>('compare', ...names, SEED);
	assert.deepEqual(
		models.map(({ model, ids }) => [model, ids.length]),
		[6, 6, 6, 7, 6, 8, 8].map((count, i) => [names[i], count]),
	);
});

test('tokenize: flags as asked for', async () => {
	const ids = async (...words: string[]) => (await json<TokenizeJson>('tokenize', ...words)).ids;
	assert.deepEqual(await ids('lecture', 'I love'), [0, 1, 2, 7]);
	assert.deepEqual(await ids('lecture', 'I love', '--special'), [0, 1, 2, 7]);
	assert.deepEqual(await ids('lecture', 'I love', '--no-special'), [1, 2]);
	assert.deepEqual(await ids('smollm2', '<|im_end|>', '--parse-special', '--no-special'), [2]);
	assert.deepEqual(await ids('smollm2', '<|im_end|>', '--parse-special'), [2]);
	assert.ok((await ids('smollm2', '<|im_end|>')).length > 1);
});

test('tokenize reads stdin to the byte, and stops at a line that is no string', async () => {
	const piped = await tongsa(['tokenize', 'gpt-4', '--json'], { stdin: SEED });
	assert.deepEqual(piped.json<TokenizeJson>().ids, expected.ids['gpt-4']![0]);
	const newline = await tongsa(['tokenize', 'gpt-4', '--json'], { stdin: `${SEED}\n` });
	assert.equal(newline.json<TokenizeJson>().tokens.at(-1)!.end, SEED.length + 1);
	const broken = await tongsa(['tokenize', 'gpt-4', '--jsonl'], { stdin: '"one"\n{"no": 1}\n' });
	assert.equal(broken.code, 1);
	assert.match(broken.stderr, /^tongsa: not a JSON string \(stdin, line 2\)[^\n]*\n$/);
	assert.equal(broken.stdout.trimEnd().split('\n').length, 1);
});

test("embed lecture gives the course's 8 × 4 numbers, and reading them back gives the sentence", async () => {
	const { shape, ids, tokens, rows } = await json<EmbedJson>('embed', 'lecture', SEED);
	assert.deepEqual(shape, [8, 4]);
	assert.deepEqual(ids, [0, 1, 2, 3, 4, 5, 6, 7]);
	assert.deepEqual(tokens, ['«시작»', 'I', 'love', 'you', 'so', 'much', '.', '«끝»']);
	assert.deepEqual(rows, LECTURE);
	assert.equal((await json<DetokenizeJson>('detokenize', 'lecture', ids.join(' '), '--skip-special')).text, SEED);
	const { matches } = await json<NearestJson>('nearest', 'lecture', '--vector', JSON.stringify(rows[2]), '--top', '8');
	assert.deepEqual([matches.length, matches[0]!.text, matches[0]!.score], [8, 'love', 1]);
});

test('a word that the lecture lacks gets an honest answer', async () => {
	for (const { code, stderr } of await Promise.all(['embed', 'nearest'].map((verb) => tongsa([verb, 'lecture', 'hate'])))) {
		assert.equal(code, 1);
		assert.match(stderr, /^tongsa: [^\n]*hate[^\n]*\n$/);
	}
});

test('embed smollm2 gives the rows of the quantised table', async () => {
	const { shape, rows, provenance } = await json<EmbedJson>('embed', 'smollm2', SEED);
	assert.deepEqual(shape, [6, 576]);
	assert.deepEqual(
		rows.map((row) => row.slice(0, 8).map(Math.fround)),
		expected.rows,
	);
	for (const [t, row] of rows.entries()) assert.ok(Math.abs(Math.hypot(...row) - expected.norms[t]!) < 1e-6);
	assert.equal(provenance.files[0]!.name, 'smollm2.gguf');
	assert.match(provenance.table!, /Q8_0/);
	assert.deepEqual(provenance.tokens, expected.ids.smollm2![0]);
	const byIds = await json<EmbedJson>('embed', 'smollm2', '--ids', expected.ids.smollm2![0]!.join(','));
	assert.deepEqual(byIds.rows, rows);
});

test('nearest: words, sums, metrics', async () => {
	const near = (...words: string[]) => json<NearestJson>('nearest', ...words);
	const { matches, metric, tied } = await near('smollm2', ' love');
	assert.deepEqual([matches.length, matches[0]!.text, metric, tied], [10, ' love', 'cosine', true]);
	assert.ok(matches.every((match, i) => i === 0 || match.score <= matches[i - 1]!.score));
	const sum = await near('smollm2', '--plus', ' love', '--plus', ' hate', '--minus', ' hate', '--top', '1');
	assert.equal(sum.matches[0]!.text, ' love');
	// Against itself, the dot product is the square of the norm.
	const { matches: dots } = await near('lecture', 'love', '--metric', 'dot', '--top', '1');
	const square = LECTURE[2]!.reduce((total, value) => total + value * value, 0);
	assert.ok(Math.abs(dots[0]!.score - square) < 1e-5);
	assert.equal((await near('lecture', '--vector', '-1,0,0,0', '--top', '8', '--table', 'output')).matches.length, 8);
});

test('compare: splits, counts per human language, tables', async () => {
	const { models } = await json<CompareJson>('compare', 'gpt-4', 'smollm2', SEED).catch(() =>
		json<CompareJson>('compare', 'gpt-4', 'smollm2', SEED),
	);
	const [gpt4, smollm2] = models as [ComparedModel, ComparedModel];
	assert.deepEqual(gpt4.ids, expected.ids['gpt-4']![0]);
	assert.deepEqual(
		gpt4.counts.map(({ language, tokens }) => [language, tokens]),
		['en', 'ko', 'ja', 'zh'].map((language, i) => [language, expected.ids['gpt-4']![i]!.length]),
	);
	assert.equal(gpt4.width, undefined);
	assert.equal(smollm2.width, 576);
	assert.ok(smollm2.statistics!.meanNorm > smollm2.statistics!.leastNorm);
	assert.ok(Math.abs(smollm2.cosines![0]!.cosine! - 1) < 1e-6);
	const own = await json<CompareJson>('compare', 'gpt-4', 'Hello', '--also', 'fr=Bonjour');
	assert.deepEqual(
		own.models[0]!.counts.map(({ language }) => language),
		['text', 'fr'],
	);
});

test("template gives what the model's own template gives in the original; a special token that a user types stays text", async () => {
	const { messages, text, ids } = expected.template;
	const got = await json<Conversation>('template', 'smollm2', '--messages', JSON.stringify(messages));
	assert.equal(got.text, text);
	assert.deepEqual(got.ids, ids);
	const without = await json<Conversation>('template', 'smollm2', '--messages', JSON.stringify(messages), '--no-generation-prompt');
	assert.equal(`${without.text}<|im_start|>assistant\n`, text);
	const none = await tongsa(['template', 'gpt-2', '--messages', '[{"role":"user","content":"a"}]']);
	assert.deepEqual([none.code, /no chat template/.test(none.stderr)], [1, true]);
});

test('info: closed systems from the catalogue, files from their headers', async () => {
	const gpt4 = await json<SystemInfoJson>('info', 'GPT-4');
	assert.equal(gpt4.kind, 'system');
	assert.equal(gpt4.sizes[0]!.layers, null);
	assert.ok(gpt4.unknown.includes('layers') && gpt4.sources.length > 0 && gpt4.nearest);
	const file = await json<FileInfoJson>('info', new URL('../../models/smollm2.gguf', import.meta.url).pathname, '--tensors');
	assert.equal(file.kind, 'file');
	assert.deepEqual(
		[file.shape.width, file.shape.layers, file.tokenizer!.size, file.table!.tied, file.chatTemplate],
		[576, 1, 49152, true, true],
	);
	assert.equal(file.tensors!.length, file.tensorCount);
	assert.equal(
		file.dtypes.reduce((sum, { tensors }) => sum + tensors, 0),
		file.tensorCount,
	);
});

test('models and doctor say what is here', async () => {
	const { here, systems } = await json<ModelsJson>('models');
	assert.deepEqual(
		here.filter(({ state }) => state === 'table').map(({ name }) => name),
		['lecture', 'smollm2', 'multilingual-e5-small'],
	);
	assert.ok(systems.length >= 20 && systems.every(({ sources, sizes }) => sources.length && sizes.length));
	const doctor = await json<{ node: string; kernels: { variant: string; because: string; layouts: { prompt: number }[] } }>('doctor');
	assert.equal(doctor.node, process.version);
	assert.match(doctor.kernels.variant, /^(simd|relaxed|wide)$/);
	assert.ok(doctor.kernels.because && doctor.kernels.layouts.every(({ prompt }) => prompt > 0));
});

test('extract writes a model that opens alike, and never over another file unasked', async () => {
	const to = join(folder, 'small.gguf');
	const { blocks, tensors } = await json<{ blocks: number; tensors: string[] }>('extract', 'smollm2', '-o', to, '--blocks', '0');
	assert.equal(blocks, 0);
	assert.ok(tensors.includes('token_embd.weight') && !tensors.some((name) => name.startsWith('blk.')));
	assert.deepEqual((await json<EmbedJson>('embed', to, SEED)).rows, (await json<EmbedJson>('embed', 'smollm2', SEED)).rows);
	const again = await tongsa(['extract', 'smollm2', '-o', to]);
	assert.deepEqual([again.code, /--force/.test(again.stderr)], [2, true]);
	const many = await tongsa(['extract', 'smollm2', '-o', join(folder, 'none.gguf'), '--blocks', '2']);
	assert.deepEqual([many.code, /allowed 0 to 1/.test(many.stderr)], [1, true]);
});

test('start: the sentence, its ids, the edges of its rows, and the sentence again', async () => {
	const { code, stdout, stderr } = await tongsa(['start', '--terminal']);
	assert.deepEqual([code, stderr], [0, '']);
	assert.ok(stdout.includes(`    ${expected.ids['smollm2']![0]!.join(' ')}\n`));
	for (const row of expected.rows) {
		const edge = row.slice(0, 3).map((value) => value.toFixed(4).padStart(9));
		assert.ok(stdout.includes(`${edge.join('')} …`), edge.join(''));
	}
	assert.ok(stdout.includes(`${SEED}  ✓ the same\n`));
});

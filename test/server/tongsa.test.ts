// Tongsa's own routes: the same numbers as the library gives, and where they come from.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { nodeHost } from '../../hosts/node/host.ts';
import { openModel } from '../../src/model.ts';
import { server, type Tested, TINY } from './run.ts';

let running: Tested;
before(async () => {
	running = await server();
});

interface Provenance {
	provenance: { model: string; files: { name: string; byteLength: number }[]; tokens?: number[]; pooling?: string; truncated?: boolean };
}

test('tokenize and detokenize: any number of texts, offsets in UTF-16 units, and the way back', async () => {
	const input = ['I love you so much.', '너를 😀'];
	const { results, usage, provenance } = await running.json<
		{ results: { ids: number[]; tokens: { start: number; end: number }[] }[]; usage: { total_tokens: number } } & Provenance
	>('/v1/tokenize', { model: 'gpt-2', input });
	assert.deepEqual(results[0]!.ids, [40, 1842, 345, 523, 881, 13]);
	assert.equal(usage.total_tokens, results[0]!.ids.length + results[1]!.ids.length);
	assert.equal(results[1]!.tokens.at(-1)!.end, input[1]!.length);
	assert.equal(provenance.files[0]!.name, 'gpt-2.gguf');
	const back = await running.json<{ text: string }>('/v1/detokenize', { model: 'gpt-2', ids: results[1]!.ids });
	assert.equal(back.text, input[1]);
});

test("embed and nearest on the lecture's numbers", async () => {
	const { shape, ids, rows } = await running.json<{ shape: number[]; ids: number[]; rows: number[][] }>('/v1/embed', {
		model: 'lecture',
		text: 'I love you so much.',
	});
	assert.deepEqual(
		[shape, ids],
		[
			[8, 4],
			[0, 1, 2, 3, 4, 5, 6, 7],
		],
	);
	const packed = await running.json<{ data: string }>('/v1/embed', { model: 'lecture', ids, encoding: 'base64' });
	const floats = new Float32Array(Uint8Array.from(Buffer.from(packed.data, 'base64')).buffer);
	assert.deepEqual(Array.from(floats), rows.flat().map(Math.fround));
	const { matches } = await running.json<{ matches: { id: number }[] }>('/v1/nearest', { model: 'lecture', vector: rows[2], top: 1 });
	assert.equal(matches[0]!.id, 2);
});

test('trace: numbers, base64 and raw bytes are the same values as the library gives; an edit shows before and after', async () => {
	const model = await openModel(nodeHost(), TINY);
	const text = 'I love you';
	const at = 'blocks.1.attention.weights';
	const own = (await model.trace(text, { at: [at] })).points[at]!;
	await model.close();
	const asked = { model: 'tiny', text, at: [at] };
	type Answer = { points: Record<string, { shape: number[]; data: number[] }>; before?: Answer['points'] } & Provenance;
	const floats = await running.json<Answer>('/v1/trace', asked);
	assert.deepEqual(floats.points[at]!.shape, own.shape);
	assert.deepEqual(floats.points[at]!.data.map(Math.fround), Array.from(own.data));
	assert.ok(floats.provenance.tokens!.length > 0);
	const binary = await running.post('/v1/trace', { ...asked, encoding: 'binary' });
	assert.deepEqual(binary.headers.get('tongsa-shape'), own.shape.join(','));
	assert.deepEqual(new Float32Array(await binary.arrayBuffer()), own.data);
	const edited = await running.json<Answer>('/v1/trace', {
		...asked,
		at: ['final.output'],
		replace: [{ at: { point: 'attention.context', layer: 0 }, zero: true }],
	});
	assert.notDeepEqual(edited.points['final.output'], edited.before!['final.output']);
	const wrong = await running.post('/v1/trace', { ...asked, at: ['blocks.9.output'] });
	assert.equal(wrong.status, 400);
	assert.match(((await wrong.json()) as { error: { message: string } }).error.message, /no such point.*blocks\.0 to 1/);
	const small = await server({ 'max-values': own.data.length - 1 }, [TINY]);
	const refused = (await (await small.post('/v1/trace', asked)).json()) as { error: { message: string; param: string } };
	assert.match(refused.error.message, new RegExp(`got ${own.data.length} values, allowed at most ${own.data.length - 1}`));
	assert.equal(refused.error.param, 'at');
});

test('points, lens and surprise', async () => {
	const { points } = await running.json<{ points: { name: string; caption: string }[] }>('/v1/points', { model: 'tiny' });
	assert.ok(points.some(({ name }) => name === 'blocks.1.feedForward.hidden'));
	const { layers } = await running.json<{ layers: { layer: number; top: { probability: number }[] }[] }>('/v1/lens', {
		model: 'tiny',
		text: 'love',
		top: 3,
	});
	assert.deepEqual(
		layers.map(({ layer, top }) => [layer, top.length]),
		[
			[-1, 3],
			[0, 3],
			[1, 3],
		],
	);
	const { tokens, perplexity } = await running.json<{ tokens: { logProbability?: number }[]; perplexity: number }>('/v1/surprise', {
		model: 'tiny',
		text: 'lovely',
	});
	const logs = tokens.slice(1).map(({ logProbability }) => logProbability!);
	assert.ok(Math.abs(perplexity - Math.exp(-logs.reduce((a, b) => a + b, 0) / logs.length)) < 1e-9);
});

test('sentence: pooling is stated, and a text that is too long says that it was cut; OpenAI’s route refuses it', async () => {
	const long = 'a'.repeat(300);
	const { sentences, provenance } = await running.json<
		{ sentences: { vector: number[]; tokens: number; truncated: boolean }[] } & Provenance
	>('/v1/sentence', { model: 'tiny', input: ['love', long], pooling: 'last' });
	assert.deepEqual(
		sentences.map(({ tokens, truncated }) => [tokens, truncated]),
		[
			[2, false],
			[256, true],
		],
	);
	assert.match(provenance.pooling!, /last/);
	assert.equal(provenance.truncated, true);
	const refused = await running.post('/v1/embeddings', { model: 'tiny', input: ['love', long] });
	const { error } = (await refused.json()) as { error: { param: string; code: string } };
	assert.deepEqual([refused.status, error.param, error.code], [400, 'input[1]', 'context_length_exceeded']);
});

test('compare and catalogue', async () => {
	const { models } = await running.json<{ models: { model: string; ids: number[] }[] }>('/v1/compare', {
		models: ['gpt-2', 'smollm2'],
		text: '사랑',
	});
	assert.deepEqual(
		models.map(({ model }) => model),
		['gpt-2', 'smollm2'],
	);
	const { here, systems } = await running.json<{ here: { name: string; path?: string }[]; systems: unknown[] }>('/v1/catalogue');
	assert.ok(systems.length > 10 && here.some(({ name }) => name === 'lecture') && here.every(({ path }) => path === undefined));
});

test('the description lists every route, and the page shows it', async () => {
	const { paths } = await running.json<{ paths: Record<string, unknown> }>('/openapi.json');
	for (const path of ['/v1/chat/completions', '/v1/responses', '/v1/embeddings', '/v1/trace', '/api/chat', '/health'])
		assert.ok(paths[path], path);
	const page = await (await fetch(`${running.url}/docs`)).text();
	for (const path of Object.keys(paths)) assert.ok(page.includes(path), path);
});

test('words of nearest, and ids, are held to the limits by their names', async () => {
	const refused = async (path: string, body: object) => {
		const response = await running.post(path, { model: 'tiny', ...body });
		return [response.status, ((await response.json()) as { error: { param: string } }).error.param];
	};
	const long = 'love '.repeat(1000);
	assert.deepEqual(await refused('/v1/nearest', { word: long }), [400, 'word']);
	assert.deepEqual(await refused('/v1/nearest', { plus: Array.from({ length: 1000 }, () => 'love') }), [400, 'plus']);
	assert.deepEqual(await refused('/v1/nearest', { vector: [1] }), [400, 'vector']);
	assert.deepEqual(await refused('/v1/surprise', { ids: [99_999_999] }), [400, 'ids']);
	assert.deepEqual(await refused('/v1/embed', { ids: [99_999_999] }), [400, 'ids']);
});

// An option with a value that it cannot have is refused by its name, with what it can be: never taken for the default.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distances, type Model, openModel, pool, TongsaError } from 'tongsa';

const LLAMA = 'test/fixtures/families/llama.gguf';
const LECTURE = 'lecture';
const at = ['blocks.0.output'];

/** What stands for a caller without types. */
type Loose = (...given: unknown[]) => unknown;

async function refused(call: () => unknown, field: string, allowed: string, got?: string): Promise<void> {
	await assert.rejects(
		async () => call(),
		(error) => {
			assert.ok(error instanceof TongsaError, String(error));
			assert.ok(error.message.includes(field) && error.message.includes(`allowed ${allowed}`), error.message);
			if (got !== undefined) assert.equal(error.detail.got, got);
			return true;
		},
	);
}

test('options of a model', async () => {
	for (const [options, field] of [
		[{ context: -1 }, 'context'],
		[{ context: Number.NaN }, 'context'],
		[{ context: '4096' }, 'context'],
		[{ prefixCache: -1 }, 'prefixCache'],
	] as const) {
		await refused(() => openModel(LLAMA, options as never), field, 'a whole number');
	}
	const model = await openModel(LLAMA);
	const loose = model as unknown as Record<keyof Model, Loose>;
	const generate = (options: object, prompt: unknown = [1]) => (loose.generate(prompt, options) as ReturnType<Model['generate']>).next();
	for (const call of [
		(precision: string) => loose.trace([1], { at, precision }),
		(precision: string) => loose.attentionCell([1], { layer: 0, head: 0, query: 0, key: 0 }, { precision }),
		(precision: string) => loose.lens([1], { precision }),
		(precision: string) => loose.surprise([1], { precision }),
		(precision: string) => loose.sentence([[1]], { precision }),
		(precision: string) => generate({ precision }),
	]) {
		await refused(() => call('fastt'), 'precision', 'exact, fast', '"fastt"');
	}
	await refused(() => loose.sentence([[1]], { pooling: 'most' }), 'pooling', 'mean, cls, last');
	await refused(() => loose.sentence([[1]], { normalize: 'no' }), 'normalize', 'true, false');
	await refused(() => loose.nearest([1], { table: 'exit' }), 'table', 'input, output');
	const width = model.table!.width;
	for (const top of [-1, Number.NaN, '5', 1.5, 0]) {
		await refused(() => loose.nearest(new Float32Array(width).fill(1), { top }), 'top', 'a whole number of at least 1');
		await refused(() => loose.lens([1], { top }), 'top', 'a whole number of at least 1');
	}
	await refused(() => loose.nearest(new Float32Array(width).fill(1), { metric: 'l2' }), 'metric', 'cosine, dot', '"l2"');
	await refused(() => loose.trace([1]), '', 'an object of precision, source');
	await refused(() => loose.trace([1], { at: 'blocks.0.output' }), 'at', 'a list');
	await assert.rejects(async () => loose.trace([1], { at: ['blocks.0.outputt'] }), /Did you mean blocks\.0\.output/);
	await refused(() => loose.trace([1], { at: [{ point: 'output', layer: '0' }] }), 'layer', '', '"0"');
	await refused(() => loose.trace([1], { at, replace: [{ at: at[0], with: 1 }] }), 'replace', 'a list, each item {at: a point');
	await refused(() => loose.trace({ vectors: [1] }, { at }), 'vectors', 'a Float32Array');
	await refused(() => loose.attentionCell([1], { layer: 0, head: 0.5, query: 0, key: 0 }), 'head', 'a whole number');
	await refused(() => loose.attentionCell([1], { layer: 0, head: 0, query: 0, key: 0, cross: 1 }), 'cross', 'true, false');
	await refused(
		() => loose.attentionCell([1], { layer: 0, head: 0, query: 0, key: 0, cross: true, encoder: true }),
		'',
		'one of cross, encoder',
	);
	for (const [options, field] of [
		[{ maxTokens: -1 }, 'maxTokens'],
		[{ seed: 'a' }, 'seed'],
		[{ stop: 'END' }, 'stop'],
		[{ stop: ['END', ''] }, 'stop'],
		[{ stopIds: [-1] }, 'stopIds'],
		[{ logProbabilities: Number.NaN }, 'logProbabilities'],
		[{ sampler: [{ type: 'bias', bias: { 1e6: 1 } }] }, 'bias'],
	] as const) {
		await refused(() => generate(options), field, '');
	}
	await model.close();
});

test('an option that a call has not is refused by name, with those that it has', async () => {
	await refused(() => openModel(LLAMA, { contxt: 5 } as never), 'contxt', 'context, prefixCache');
	const model = await openModel(LLAMA);
	const loose = model as unknown as Record<keyof Model, Loose>;
	const generate = (options: object) => (loose.generate([1], options) as ReturnType<Model['generate']>).next();
	for (const [call, field, allowed] of [
		[() => generate({ temperature: 0.8 }), 'temperature', 'precision, maxTokens, sampler'],
		[() => generate({ precison: 'exact' }), 'precison', 'precision, maxTokens'],
		[() => generate({ sampler: { temperatur: 0.8 } }), 'sampler.temperatur', 'temperature, topK'],
		[() => generate({ sampler: [{ type: 'penalties', repetiton: 1.3 }] }), 'penalties.repetiton', 'type, repetition'],
		[() => generate({ sampler: [{ type: 'topK', k: 5, K: 5 }] }), 'topK.K', 'type, k'],
		[() => loose.trace([1], { at, replaces: [] }), 'replaces', 'precision, source'],
		[() => loose.attentionCell([1], { layer: 0, head: 0, query: 0, key: 0, token: 0 }), 'token', 'layer, head, query, key, cross, encoder'],
		[() => loose.attentionCell([1], { layer: 0, head: 0, query: 0, key: 0 }, { exact: true }), 'exact', 'precision'],
		[() => loose.lens([1], { topp: 3 }), 'topp', 'precision'],
		[() => loose.surprise([1], { Precision: 'exact' }), 'Precision', 'precision'],
		[() => loose.sentence([[1]], { pool: 'mean' }), 'pool', 'precision, pooling'],
		[() => loose.embed([1], { specials: 'none' }), 'specials', 'special'],
		[() => loose.nearest([1], { limit: 3 }), 'limit', 'table, top'],
		[() => loose.template([], { generation_prompt: false }), 'generation_prompt', 'tools, documents, templateSettings, generationPrompt'],
	] as const) {
		await refused(call, field, allowed);
	}
	await loose.trace([1], { at, replaces: undefined }); // as good as absent
	await model.close();
});

test('ids are whole numbers from 0, in a list or as encode gives them', async () => {
	const model = await openModel(LLAMA);
	const loose = model as unknown as Record<keyof Model, Loose>;
	for (const ids of [
		[1, 1.5],
		[1, '2'],
		[1, -1],
		[1, Number.NaN],
	]) {
		for (const verb of ['embed', 'surprise'] as const) await refused(() => loose[verb](ids), 'ids[1]', 'a whole number of at least 0');
		await refused(() => loose.trace(ids, { at }), 'ids[1]', 'a whole number of at least 0');
		await refused(() => loose.sentence([ids]), 'ids[1]', 'a whole number of at least 0');
	}
	for (const input of [undefined, null, 5, {}]) await refused(() => loose.embed(input), '', 'a string, or a list');
	await refused(() => loose.sentence([1, 2]), '', 'a string, or a list');
	const { ids, data } = await model.embed(Uint32Array.of(3, 1));
	assert.deepEqual({ ids, data }, { ids: [3, 1], data: (await model.embed([3, 1])).data });
	await model.close();
});

test('options of a tokenizer, and of the functions beside the model', async () => {
	const model = await openModel(LECTURE);
	const tokenizer = model.tokenizer as unknown as Record<string, Loose>;
	await refused(() => tokenizer.encode!('I', { special: 'all' }), 'special', 'add, none, parse', '"all"');
	await refused(() => tokenizer.encode!('I', { offsets: 1 }), 'offsets', 'true, false');
	for (const text of [undefined, 5, ['I']]) await refused(() => tokenizer.encode!(text), '', 'a string');
	await refused(() => tokenizer.decode!(5), '', 'a list of ids');
	await refused(() => tokenizer.token!('1'), '', '0 to', '"1"');
	await refused(() => tokenizer.search!({ kind: 'word' }), 'kind', 'normal, unknown');
	await refused(() => tokenizer.search!({ limit: -1 }), 'limit', 'a number of at least 0');
	await model.close();
	await refused(() => (pool as unknown as Loose)(Float32Array.of(1, 2), 2, 'most'), 'pooling', 'mean, cls, last');
	await refused(() => (distances as Loose)(Float32Array.of(1), Float32Array.of(1), 1, 'l1'), 'metric', 'cosine, dot, euclidean');
});

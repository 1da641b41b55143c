// The joined model on small checkpoints: both precisions, callers that take turns, what a cut model refuses, and memory given back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Model, openModel } from 'tongsa';

const LLAMA = 'test/fixtures/families/llama.gguf';
const BERT = 'test/fixtures/families/minilm.gguf';
const QUANTISED = 'test/fixtures/families/qwen3-quantised.gguf';
const MPNET = 'test/fixtures/families/mpnet';
const MASKED = 'test/fixtures/families/bert';
/** Its scores have a term that the kernels lack (Transformer-XL). */
const UNSERVED = 'test/fixtures/families/gopher';
const CUT = 'models/smollm2.gguf';
const PROMPT = [5, 9, 2, 31, 7];

async function withModel<T>(path: string, work: (model: Model) => Promise<T>): Promise<T> {
	const model = await openModel(path);
	try {
		return await work(model);
	} finally {
		await model.close();
	}
}

async function idsOf(model: Model, prompt: readonly number[], precision: 'exact' | 'fast', maxTokens = 8): Promise<number[]> {
	const ids: number[] = [];
	for await (const { id } of model.generate(prompt, { precision, maxTokens, stopIds: [] })) ids.push(id!);
	return ids;
}

test('the greedy text is what the logits of a trace say', async () => {
	await withModel(LLAMA, async (model) => {
		const ids = [...PROMPT];
		for (let i = 0; i < 4; i++) {
			const { data, shape } = (await model.trace(ids, { at: [{ point: 'logits', token: -1 }] })).points.logits!;
			assert.equal(shape[0], 1);
			ids.push(data.indexOf(data.reduce((a, b) => Math.max(a, b))));
		}
		assert.deepEqual(await idsOf(model, PROMPT, 'exact', 4), ids.slice(PROMPT.length));
	});
});

test('two texts that take turns on one cache come out as each would alone', async () => {
	await withModel(LLAMA, async (model) => {
		const other = [17, 3, 3];
		for (const precision of ['exact', 'fast'] as const) {
			const alone = [await idsOf(model, PROMPT, precision), await idsOf(model, other, precision)];
			const streams = [PROMPT, other].map((prompt) => model.generate(prompt, { precision, maxTokens: 8, stopIds: [] }));
			const together: number[][] = [[], []];
			for (let open = 2; open > 0; ) {
				open = 0;
				for (const [i, stream] of streams.entries()) {
					const next = await stream.next();
					if (next.done) continue;
					together[i]!.push(next.value.id!);
					open++;
				}
			}
			assert.deepEqual(together, alone, precision);
			assert.deepEqual(await Promise.all([idsOf(model, PROMPT, precision), idsOf(model, other, precision)]), alone, precision);
		}
	});
});

test('sentence vectors of many texts are those of each text alone, in the order asked for; memory says what they stand in', async () => {
	for (const [path, precision] of [
		[QUANTISED, 'fast'],
		[BERT, 'fast'],
		[MPNET, 'fast'],
		[BERT, 'exact'],
	] as const) {
		await withModel(path, async (model) => {
			assert.equal(await model.memory(), undefined);
			// 178 tokens: two passes.
			const texts = [3, 30, 2, 17, 30, 29, 25, 5, 28, 9].map((length, i) => Array.from({ length }, (_, t) => (t * 7 + i * 11 + 3) % 50));
			const { vectors, tokens, provenance } = await model.sentence(texts, { precision, pooling: 'mean' });
			assert.equal(provenance.precision, precision);
			assert.deepEqual(
				tokens,
				texts.map(({ length }) => length),
			);
			for (const [i, text] of texts.entries()) {
				assert.deepEqual((await model.sentence([text], { precision, pooling: 'mean' })).vectors, [vectors[i]], `${path}, text ${i}`);
			}
			const memory = await model.memory();
			if (precision === 'fast') assert.ok(memory && memory.weights > 0 && memory.cache > 0 && memory.all > memory.weights + memory.cache);
			else assert.equal(memory, undefined);
		});
	}
});

test('a sentence vector is the mean of the last states, of length 1; fast agrees with exact', async () => {
	await withModel(BERT, async (model) => {
		const [exact, fast] = await Promise.all(
			(['exact', 'fast'] as const).map((precision) => model.sentence([PROMPT], { precision, pooling: 'mean' })),
		);
		const states = (await model.trace(PROMPT, { at: ['final.output'] })).points['final.output']!;
		const [T, D] = states.shape as [number, number];
		const mean = Array.from(
			{ length: D },
			(_, d) => Array.from({ length: T }, (_, t) => states.data[t * D + d]!).reduce((a, b) => a + b) / T,
		);
		const length = Math.hypot(...mean);
		for (let d = 0; d < D; d++) assert.ok(Math.abs(exact!.vectors[0]![d]! - mean[d]! / length) < 1e-6);
		const cosine = exact!.vectors[0]!.reduce((sum, value, d) => sum + value * fast!.vectors[0]![d]!, 0);
		assert.ok(cosine > 0.999, `${cosine}`);
	});
});

test('provenance says what computed a result: a masked-language head on the kernels, a cell of attention, what they lack', async () => {
	await withModel(MASKED, async (model) => {
		const [fast, exact] = [await model.trace(PROMPT, { at: ['logits'], precision: 'fast' }), await model.trace(PROMPT, { at: ['logits'] })];
		assert.deepEqual([fast.provenance.precision, exact.provenance.precision], ['fast', 'exact']);
		const [a, b] = [fast.points.logits!.data, exact.points.logits!.data];
		assert.notDeepEqual(a, b, 'other sums, other last bits');
		const most = b.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
		for (const [i, value] of b.entries()) assert.ok(Math.abs(a[i]! - value) < 3e-3 * most);
		const where = { layer: 0, head: 0, query: -1, key: 1 };
		for (const precision of ['fast', 'exact'] as const) {
			const { provenance } = await model.attentionCell(PROMPT, where, { precision });
			assert.deepEqual([provenance.precision, provenance.tokens], [precision, PROMPT]);
		}
	});
	await withModel(UNSERVED, async (model) => {
		const { provenance } = await model.trace(PROMPT, { at: ['logits'], precision: 'fast' });
		assert.equal(provenance.precision, 'exact');
	});
});

test('translations: two by turns come out as each would alone, on the kernels as exactly', async () => {
	await withModel('test/fixtures/families/marian', async (model) => {
		const sources = [PROMPT, [17, 3, 44, 9, 9, 30]];
		const wanted = [await idsOf(model, sources[0]!, 'exact'), await idsOf(model, sources[1]!, 'exact')];
		assert.notDeepEqual(wanted[0], wanted[1]);
		assert.deepEqual([await idsOf(model, sources[0]!, 'fast'), await idsOf(model, sources[1]!, 'fast')], wanted);
		assert.deepEqual(await Promise.all(sources.map((source) => idsOf(model, source, 'fast'))), wanted);
		const stream = model.generate(PROMPT, { maxTokens: 2 });
		let last = await stream.next();
		while (!last.done) last = await stream.next();
		assert.equal(last.value.provenance.precision, 'fast');
		const { provenance } = await model.trace([60, 5], { source: PROMPT, at: ['logits'], precision: 'fast' });
		assert.equal(provenance.precision, 'fast');
		// What is listened to between two calls of a generation changes nothing of it.
		assert.deepEqual(await idsOf(model, sources[0]!, 'fast'), wanted[0]);
		for (const precision of ['fast', 'exact'] as const) {
			const cell = { layer: -1, head: -1, query: -1, key: PROMPT.length - 1, cross: true };
			const { key, layer, provenance } = await model.attentionCell([60, 5], cell, { source: PROMPT, precision });
			assert.deepEqual([layer, key, provenance.precision, provenance.tokens], [2, PROMPT.length - 1, precision, [60, 5]]);
		}
	});
});

test('a cut model traces the blocks that it has, and says what the rest needs', async () => {
	await withModel(CUT, async (model) => {
		assert.deepEqual(model.blocks, { here: 1, whole: 30 });
		const { points, ids } = await model.trace('I love you so much.', { at: ['blocks.0.attention.weights'] });
		const { shape, data } = points['blocks.0.attention.weights']!;
		assert.deepEqual(shape, [9, ids.length, ids.length]);
		for (let row = 0; row < 9 * ids.length; row++) {
			const sum = data.subarray(row * ids.length, (row + 1) * ids.length).reduce((a, b) => a + b, 0);
			assert.ok(Math.abs(sum - 1) < 1e-5);
		}
		const refused = { code: 'unsupported', message: /got 1 of 30 blocks/ };
		await assert.rejects(model.lens('I'), refused);
		await assert.rejects(model.sentence('I'), refused);
		await assert.rejects(model.generate('I').next(), refused);
		await assert.rejects(model.trace('I', { at: ['logits'] }), refused);
	});
});

test('replacing a head with zeros changes what comes after it, and listening changes nothing', async () => {
	await withModel(LLAMA, async (model) => {
		const at = ['logits'];
		const plain = (await model.trace(PROMPT, { at })).points.logits!.data;
		const heard = (await model.trace(PROMPT, { at: ['blocks.*.attention.weights', 'blocks.*.output', 'logits'] })).points.logits!.data;
		assert.deepEqual(heard, plain);
		const edit = { at: { point: 'attention.context', layer: 0 }, with: (data: Float32Array) => new Float32Array(data.length) } as const;
		const edited = (await model.trace(PROMPT, { at, replace: [edit] })).points.logits!.data;
		assert.notDeepEqual(edited, plain);
		const wrong = { ...edit, with: () => new Float32Array(3) };
		await assert.rejects(model.trace(PROMPT, { at, replace: [wrong] }), {
			code: 'wrong-shape',
			message: /blocks\.0\.attention\.context.*got 3 values/,
		});
		assert.deepEqual((await model.trace(PROMPT, { at })).points.logits!.data, plain); // usable after the refusal
	});
});

test('a hundred models opened, used and closed give their memory back', async () => {
	const use = (path: string) =>
		withModel(path, async (model) => {
			await model.nearest(new Float32Array(model.table!.width).fill(1), { top: 1 });
			return path === LLAMA ? idsOf(model, PROMPT, 'fast', 2) : model.sentence([PROMPT]);
		});
	const bytes = () => {
		const { rss, external, heapUsed } = process.memoryUsage();
		return { rss, external, heapUsed };
	};
	for (let i = 0; i < 10; i++) await use(i % 2 ? LLAMA : BERT);
	const before = bytes();
	for (let i = 0; i < 100; i++) await use(i % 2 ? LLAMA : BERT);
	const after = bytes();
	// A model of this size takes about 2 MB while it is open: a hundred that were kept would show as 200.
	assert.ok(after.rss - before.rss < 100 * 2 ** 20, `resident memory grew from ${before.rss} to ${after.rss}`);
});

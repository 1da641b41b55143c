// Logits, unembed, the lens of several tokens, and a generation's text and result: against what a trace gives of the same run.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openModel } from '../../hosts/node/index.ts';
import { FAMILIES, worstError } from '../transformer/open.ts';
import { TOLERANCES } from '../transformer/tolerances.ts';

const model = await openModel(`${FAMILIES}llama`);
after(() => model.close());
const IDS = [5, 9, 2, 31, 7, 11];
const T = IDS.length;

for (const precision of ['exact', 'fast'] as const) {
	const traced = async (at: Parameters<typeof model.trace>[1]['at']) => (await model.trace(IDS, { at, precision })).points;

	test(`${precision}: logits of the last token, of some, of all`, async () => {
		const all = (await traced(['logits'])).logits!;
		const V = all.shape[1]!;
		const last = await model.logits(IDS, { precision });
		assert.deepEqual([last.shape, last.ids], [[1, V], IDS]);
		assert.ok(worstError(last.logits, all.data.slice(-V)) <= TOLERANCES.sums);
		const some = await model.logits(IDS, { precision, tokens: [3, -1, 0] });
		assert.deepEqual(some.shape, [3, V]);
		for (const [i, t] of [3, T - 1, 0].entries())
			assert.ok(worstError(some.logits.slice(i * V, (i + 1) * V), all.data.slice(t * V, (t + 1) * V)) <= TOLERANCES.sums);
		assert.deepEqual((await model.logits(IDS, { precision, tokens: 'all' })).shape, [T, V]);
		await assert.rejects(model.logits(IDS, { precision, tokens: [T] }), { code: 'out-of-range' });
	});

	test(`${precision}: unembed reads final states as the model does, and any layer's as the lens does`, async () => {
		const points = await traced(['final.output', 'logits', 'blocks.0.output']);
		const final = await model.unembed(points['final.output']!.data, { of: 'final', precision });
		assert.ok(worstError(final.logits, points.logits!.data) <= TOLERANCES.sums);
		const { top, shape } = await model.unembed(points['blocks.0.output']!.data, { top: 3, precision });
		assert.equal(shape[0], T);
		const { tokens } = await model.lens(IDS, { tokens: 'all', top: 3, precision });
		assert.deepEqual(
			tokens.map(({ layers }) => layers[1]!.top.map(({ id }) => id)),
			top.map((list) => list.map(({ id }) => id)),
		);
		await assert.rejects(model.unembed(new Float32Array(37), { precision }), { code: 'wrong-shape' });
	});

	test(`${precision}: the lens of all tokens is the lens of each`, async () => {
		const { tokens, layers } = await model.lens(IDS, { tokens: 'all', precision });
		assert.deepEqual(
			tokens.map(({ position }) => position),
			IDS.map((_, t) => t),
		);
		assert.equal(layers, tokens.at(-1)!.layers);
		for (const { position, layers } of tokens) {
			const alone = await model.lens(IDS, { token: position, precision });
			for (const [i, { layer, top }] of layers.entries()) {
				assert.equal(layer, alone.layers[i]!.layer);
				assert.ok(Math.abs(top[0]!.probability - alone.layers[i]!.top[0]!.probability) < 1e-4);
			}
		}
	});
}

test('a generation: its pieces, its whole text and how it ended, in any order and without taking from each other', async () => {
	const ask = () => model.generate(IDS, { maxTokens: 6, stopIds: [] });
	const ids: number[] = [];
	for await (const { id } of ask()) if (id !== undefined) ids.push(id);
	assert.equal(ids.length, 6);
	const answer = ask();
	const first = await answer.next();
	assert.ok(!first.done && first.value.id === ids[0]);
	const { ids: all, finishReason, text } = await answer.result;
	assert.deepEqual([all, finishReason], [ids, 'length']);
	assert.equal(await answer.text(), text);
	const rest: (number | undefined)[] = [];
	for await (const { id } of answer) rest.push(id);
	assert.deepEqual(rest, ids.slice(1));
});

test('a run that is called off between two blocks ends there, and the model goes on', async () => {
	for (const precision of ['exact', 'fast'] as const) {
		const control = new AbortController();
		// Called off while block 0 is at work: block 1 is never entered.
		const replace = [
			{ at: 'blocks.0.output', with: () => void control.abort() },
			{ at: 'blocks.1.input', with: () => assert.fail('the next block was entered') },
		];
		const run = model.trace(IDS, { at: ['logits'], replace, precision, signal: control.signal });
		await assert.rejects(run, { name: 'AbortError' });
		assert.equal((await model.logits(IDS, { precision })).shape[0], 1);
	}
});

test('what a run costs is known before a weight is read', async () => {
	const own = await openModel(`${FAMILIES}llama`);
	const before = own.bytesRead;
	const { products, memory } = await own.cost({ tokens: 16 });
	assert.ok(products.weights > 0 && memory!.all > memory!.weights + memory!.cache);
	assert.equal(own.bytesRead, before);
	await own.logits(IDS);
	const held = (await own.memory())!;
	assert.deepEqual([memory!.weights, memory!.cache], [held.weights, held.cache]);
	await own.close();
});

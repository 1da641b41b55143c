// Seeing and replacing: selectors, edits, vectors as input, one cell's arithmetic, lens and surprise.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attentionCell } from '../../src/inspection/attention-cell.ts';
import { type LensLayer, lens } from '../../src/inspection/lens.ts';
import { logProbabilities as surprise } from '../../src/inspection/log-probabilities.ts';
import { trace, traceBoth } from '../../src/inspection/trace.ts';
import { BLOCK_POINTS, pointsOf } from '../../src/spec/points.ts';
import { ReferenceEngine } from '../../src/transformer/reference/engine.ts';
import { extentOf, select, valuesOf } from '../../src/transformer/select.ts';
import { logProbabilities as logs, top } from '../../src/unembedding/probability.ts';
import { expectedAt, FAMILIES, transformerAt, worstError } from './open.ts';

const ids = (await expectedAt(`${FAMILIES}llama.expected.safetensors`)).ids('ids');
const T = ids.length;
const model = await transformerAt(`${FAMILIES}llama`);
const exact = new ReferenceEngine(model);

test('a typed selector gives the slice of the whole', async () => {
	const { points } = await trace(exact, { ids }, { at: [{ point: 'attention.weights', layer: 1, head: 3, token: -1 }] });
	const whole = await trace(exact, { ids }, { at: ['blocks.1.attention.weights'] });
	const row = points.get('blocks.1.attention.weights')!;
	assert.deepEqual(row.shape, [1, 1, T]);
	const from = (3 * T + T - 1) * T;
	assert.deepEqual(row.data, whole.points.get('blocks.1.attention.weights')!.data.slice(from, from + T));
});

test('a star stands for every layer', async () => {
	const { points } = await trace(exact, { ids }, { at: ['blocks.*.output'] });
	assert.deepEqual([...points.keys()], ['blocks.0.output', 'blocks.1.output']);
});

test('patterns: a star is one part of a name, at the end all that may follow; layers from one to another', () => {
	const names = (at: string) => [...select(model.config, [at], T).keys()];
	const all = pointsOf(model.config).map(({ name }) => name);
	const last = model.config.blocks.length - 1;
	assert.deepEqual(names('*'), all);
	assert.deepEqual(
		names('blocks.*'),
		all.filter((name) => name.startsWith('blocks.')),
	);
	assert.deepEqual(
		names('blocks.0.attention.*'),
		all.filter((name) => name.startsWith('blocks.0.attention.')),
	);
	assert.deepEqual(
		names('blocks.*.output'),
		all.filter((name) => /^blocks\.\d+\.output$/.test(name)),
	);
	assert.deepEqual(
		names(`blocks.1-${last}.output`),
		all.filter((name) => /^blocks\.[1-9]\d*\.output$/.test(name)),
	);
	assert.deepEqual(
		names('blocks.0.*.key'),
		all.filter((name) => /^blocks\.0\.[a-zA-Z]+\.key$/.test(name)),
	);
	for (const nothing of ['block.*', 'blocks.7-9.output', '*.nothing', 'blocks', ''])
		assert.throws(() => select(model.config, [nothing], T));
});

test('as many values are counted beforehand as a trace gives, and a trace that would give more is refused', async () => {
	for (const [family, source] of [['llama'], ['mixtral'], ['opt-350m'], ['marian', { ids: [5, 6, 7] }]] as const) {
		const own = await transformerAt(`${FAMILIES}${family}`);
		const at = ['*', '*.*', 'blocks.*.*', 'blocks.*.*.*', 'encoder.blocks.*.*'].filter((name) => source || !name.startsWith('encoder'));
		for (const selectors of [at, [{ point: 'attention.weights', layer: 0, head: 1, token: -1 } as const]]) {
			const input = { ids, ...(source && { source }) };
			const { points } = await trace(new ReferenceEngine(own), input, { at: selectors });
			const values = [...points.values()].reduce((sum, { data }) => sum + data.length, 0);
			assert.equal(valuesOf(own.config, select(own.config, selectors, T, source?.ids.length), T, source?.ids.length), values, family);
			await trace(new ReferenceEngine(own), input, { at: selectors, maxValues: values });
			await assert.rejects(
				trace(new ReferenceEngine(own), input, { at: selectors, maxValues: values - 1 }),
				new RegExp(`got ${values} values, allowed at most`),
			);
		}
	}
});

test('what is not asked for is not computed: the last block is left out, and of the one before only the last token is worked on', () => {
	const picks = select(model.config, [{ point: 'attention.context', layer: 0, token: -1 }], T);
	assert.deepEqual(extentOf(model.config, picks, T), { lastBlock: 0, asked: { first: T - 1, count: 1 }, logits: false });
	const head = select(model.config, [{ point: 'attention.context', layer: 0, head: 4, token: -1 }], T);
	assert.deepEqual(extentOf(model.config, head, T).asked, { first: T - 1, count: 1, heads: [4] });
});

test('what is not asked for is not read: the embedding reads no block', async () => {
	const own = await transformerAt(`${FAMILIES}llama`);
	const source = own.views.table.tensor.source;
	const before = source.bytesRead;
	await trace(new ReferenceEngine(own), { ids: [3, 4] }, { at: ['embedding.rows'] });
	const norm = own.views.finalNorm!.gain.tensor.byteLength;
	assert.equal(source.bytesRead - before, 2 * 36 * 4 + norm, 'two rows, and the final gain that stands outside the blocks');
});

test('logits of the last token alone are the last row of all logits', async () => {
	const all = await trace(exact, { ids }, { at: ['logits'] });
	const last = await trace(exact, { ids }, { at: [{ point: 'logits', token: -1 }] });
	const V = model.config.vocabulary;
	assert.deepEqual(last.points.get('logits')!.data, all.points.get('logits')!.data.slice(-V));
});

test('replacing by the same values changes nothing; zeroing a head changes what follows and nothing before', async () => {
	const at = ['blocks.0.output', 'blocks.1.output', 'logits'];
	const same = await traceBoth(exact, { ids }, { at, replace: [{ at: 'blocks.0.attention.context', with: (data) => data.slice() }] });
	assert.deepEqual(same.before, same.after);
	const { before, after } = await traceBoth(
		exact,
		{ ids },
		{
			at,
			replace: [
				{
					at: 'blocks.1.attention.context',
					with: (data, [, tokens, width]) => data.map((value, i) => (Math.floor(i / (tokens! * width!)) === 2 ? 0 : value)),
				},
			],
		},
	);
	assert.deepEqual(before.points.get('blocks.0.output'), after.points.get('blocks.0.output'));
	assert.ok(worstError(after.points.get('logits')!.data, before.points.get('logits')!.data) > 1e-3);
});

test('a state patched in from another run gives that run’s logits', async () => {
	const other = [...ids].reverse();
	const source = await trace(exact, { ids: other }, { at: ['blocks.1.output', 'logits'] });
	const patched = await trace(
		exact,
		{ ids },
		{ at: ['logits'], replace: [{ at: 'blocks.1.output', with: () => source.points.get('blocks.1.output')!.data }] },
	);
	assert.deepEqual(patched.points.get('logits'), source.points.get('logits'));
});

test('what a listener changes in place and gives back is what a changed copy is; given back by nobody, nothing', async () => {
	const bert = await transformerAt(`${FAMILIES}bert`);
	for (const [own, end] of [
		[model, 'logits'],
		[bert, 'final.output'],
	] as const) {
		const at = [end];
		const run = async (replace: Parameters<typeof trace>[2]['replace'] = []) =>
			(await trace(new ReferenceEngine(own), { ids }, { at, replace })).points.get(end);
		const plain = await run();
		for (const point of ['embedding.rows', ...Object.keys(BLOCK_POINTS).map((name) => `blocks.0.${name}`)]) {
			if (!pointsOf(own.config).some(({ name }) => name === point)) continue;
			const copied = await run([{ at: point, with: (data) => data.slice().fill(0.25) }]);
			assert.deepEqual(await run([{ at: point, with: (data) => data.fill(0.25) }]), copied, point);
			assert.deepEqual(await run([{ at: point, with: (data) => void data.fill(0.25) }]), plain, point);
		}
	}
});

test('weights of attention can be replaced: all on the first token makes its value the context', async () => {
	const { points } = await trace(
		exact,
		{ ids },
		{
			at: ['blocks.0.attention.value', 'blocks.0.attention.context'],
			replace: [{ at: 'blocks.0.attention.weights', with: (data, [, , S]) => data.map((_, i) => (i % S! === 0 ? 1 : 0)) }],
		},
	);
	const value = points.get('blocks.0.attention.value')!;
	const context = points.get('blocks.0.attention.context')!;
	const [, , Dh] = value.shape as [number, number, number];
	// Query head 5 of 6 shares key/value head 1 of 2; its last token now holds that head's value of token 0.
	const last = (5 * T + T - 1) * Dh;
	assert.deepEqual(context.data.slice(last, last + Dh), value.data.slice(T * Dh, T * Dh + Dh));
});

test('a replaced value of another shape is refused by name, and the model goes on', async () => {
	const bad = trace(exact, { ids }, { at: ['logits'], replace: [{ at: 'blocks.0.output', with: () => new Float32Array(5) }] });
	await assert.rejects(bad, {
		name: 'TongsaError',
		code: 'wrong-shape',
		message: /blocks\.0\.output.*got 5 values, allowed 13 × 36 = 468 values/,
	});
	assert.equal((await trace(exact, { ids }, { at: ['logits'] })).points.size, 1);
});

test('rows as vectors give what their ids give', async () => {
	const { points } = await trace(exact, { ids }, { at: ['embedding.rows', 'logits'] });
	const again = await trace(exact, { vectors: points.get('embedding.rows')!.data }, { at: ['logits'] });
	assert.deepEqual(again.points.get('logits'), points.get('logits'));
});

test('unknown points, layers, heads and tokens are refused with what there is', async () => {
	const refused = (at: Parameters<typeof trace>[2]['at']) => trace(exact, { ids }, { at });
	await assert.rejects(refused(['blocks.0.attention.wieghts']), { code: 'not-found', message: /attention\.weights/ });
	await assert.rejects(refused(['blocks.9.output']), { code: 'not-found' });
	await assert.rejects(refused([{ point: 'output', layer: 9 }]), { code: 'out-of-range', message: /-2 to 1/ });
	await assert.rejects(refused([{ point: 'attention.weights', layer: 0, head: 6 }]), { code: 'out-of-range', message: /-6 to 5/ });
	await assert.rejects(refused([{ point: 'output', layer: 0, token: T }]), { code: 'out-of-range' });
	const raw = await transformerAt(`${FAMILIES}gpt2`);
	await assert.rejects(trace(new ReferenceEngine(raw), { ids }, { at: ['blocks.0.feedForward.gate'] }), { code: 'not-found' });
});

for (const file of ['llama', 'gemma2', 'bloom', 'falcon-rw', 'mpnet', 'gopher', 'gpt-oss']) {
	test(`${file}: the numbers of one cell add up`, async () => {
		const own = await transformerAt(FAMILIES + file);
		const cell = await attentionCell(new ReferenceEngine(own), { ids }, { layer: 1, head: 2, query: -2, key: -4 });
		const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-5 * Math.max(1, Math.abs(b)), `${a} ≈ ${b}`);
		near(
			cell.products.reduce((a, b) => a + b, 0),
			cell.dot,
		);
		near(cell.dot * cell.scale, cell.scaled);
		near(cell.capped + cell.bias, cell.score);
		if (!['bloom', 'falcon-rw', 'mpnet', 'gopher'].includes(file)) near(cell.capped, cell.score);
		const sinks = file === 'gpt-oss';
		const exponents = Array.from(cell.scores, Math.exp);
		const share = exponents[cell.key]! / exponents.reduce((a, b) => a + b, 0);
		if (sinks) assert.ok(cell.weight < share, 'the sink takes its share');
		else near(cell.weight, share);
		near(cell.contribution[0]!, cell.weight * cell.valueVector[0]!);
	});
}

test('the lens on the last layer says what the model says', async () => {
	const { points } = await trace(exact, { ids }, { at: [{ point: 'logits', token: -1 }] });
	const [layers] = (await lens(exact, { ids }, { top: 3, tokens: [-1] })) as [LensLayer[]];
	assert.equal(layers.length, 3);
	const all = logs(points.get('logits')!.data);
	assert.deepEqual(
		layers.at(-1)!.top,
		top(all, 3).map((id) => ({ id, probability: Math.exp(all[id]!) })),
	);
});

test('surprise: minus the sum of log-probabilities is the text’s', async () => {
	const tokens = await surprise(exact, ids);
	assert.equal(tokens[0]!.logProbability, undefined);
	const { points } = await trace(exact, { ids: ids.slice(0, 4) }, { at: [{ point: 'logits', token: -1 }] });
	const all = logs(points.get('logits')!.data);
	assert.ok(Math.abs(tokens[4]!.logProbability! - all[ids[4]!]!) < 1e-6);
	assert.equal(tokens[4]!.rank, [...all].filter((value) => value > all[ids[4]!]!).length);
});

test('a state can be rewound', async () => {
	const state = await exact.sequence();
	const first = await state.decode(ids);
	state.truncate(4);
	assert.deepEqual(await state.decode(ids.slice(4)), first);
});

for (const file of ['llama', 'qwen3-moe', 'gpt-oss-mxfp4']) {
	test(`${file}: weights that are read again for every block give the same numbers as those that are kept`, async () => {
		const lean = await transformerAt(FAMILIES + file, { memoryBudget: 0 });
		const kept = await transformerAt(FAMILIES + file);
		const logits = async (of: typeof lean) =>
			(await trace(new ReferenceEngine(of), { ids }, { at: ['logits'] })).points.get('logits')!.data;
		assert.deepEqual(await logits(lean), await logits(kept));
		assert.deepEqual(await logits(kept), await logits(kept));
		assert.equal(lean.weights.heldBytes, 0);
		assert.ok(kept.weights.heldBytes > 0);
		kept.weights.drop();
		assert.equal(kept.weights.heldBytes, 0);
	});
}

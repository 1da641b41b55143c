// The kernels' path, listened to: every point against the exact path's, on every family's checkpoint that the kernels run and on made models.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { half, halfBits } from '../../../src/compute/scalar/halves.ts';
import { attentionCell } from '../../../src/inspection/attention-cell.ts';
import { lens } from '../../../src/inspection/lens.ts';
import { logProbabilities as surprise } from '../../../src/inspection/log-probabilities.ts';
import { trace, traceBoth } from '../../../src/inspection/trace.ts';
import { contextLengthOf } from '../../../src/spec/context.ts';
import { pointsOf } from '../../../src/spec/points.ts';
import type { EngineInput } from '../../../src/transformer/engine.ts';
import { KernelEngine } from '../../../src/transformer/kernels/engine.ts';
import { kernelObstacle } from '../../../src/transformer/kernels/model.ts';
import { ReferenceEngine } from '../../../src/transformer/reference/engine.ts';
import type { Transformer } from '../../../src/transformer/transformer.ts';
import { top } from '../../../src/unembedding/probability.ts';
import { MADE, madeModel } from '../../compute/made.ts';
import { familyFiles, openFamily } from '../measure.ts';
import { TOLERANCES } from '../tolerances.ts';

const ids = (T: number): number[] => Array.from({ length: T }, (_, t) => (t * 37 + 11) % 101);

/** max|Δ| / max|x|; cells that are masked in both count as equal. */
function worst(got: Float32Array, wanted: Float32Array): number {
	assert.equal(got.length, wanted.length);
	const largest = wanted.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1e-30);
	return wanted.reduce((most, value, i) => (Object.is(value, got[i]) ? most : Math.max(most, Math.abs(value - got[i]!) / largest || 0)), 0);
}

const open = (model: Transformer, capacity = 160): Promise<KernelEngine> => KernelEngine.open(model, { capacity, memoryBudget: 2 ** 28 });

/** As the cache has them. */
const halves = (data: Float32Array): Float32Array => data.map((value) => half(halfBits(value)));
const isKept = (name: string): boolean => /attention\.(?:key|value)$/i.test(name);
/** The exact path with keys and values as halves: beside them, the kernels' numbers are its own up to float32 rounding. */
const KEPT = ['blocks.*.attention.key', 'blocks.*.attention.value'].map((at) => ({ at, with: halves }));
const KEPT_OF_TRANSLATION = [
	...KEPT,
	...KEPT.map(({ at }) => ({ at: `encoder.${at}`, with: halves })),
	...KEPT.map(({ at }) => ({ at: at.replace('attention', 'crossAttention'), with: halves })),
];

async function everyPoint(model: Transformer, input: EngineInput, fast: KernelEngine, tolerance: number): Promise<void> {
	const at = pointsOf(model.config).map(({ name }) => name);
	const exact = await trace(new ReferenceEngine(model), input, { at, replace: model.encoder ? KEPT_OF_TRANSLATION : KEPT });
	const heard = await trace(fast, input, { at });
	assert.deepEqual([...heard.points.keys()], at);
	for (const [name, { shape, data }] of exact.points) {
		const got = heard.points.get(name)!;
		assert.deepEqual(got.shape, shape, name);
		const error = worst(isKept(name) ? halves(got.data) : got.data, data);
		assert.ok(error <= tolerance, `${name}: error ${error}, allowed ${tolerance}`);
	}
}

/** What stays on the exact path: support.ts. */
const UNSERVED = new Set(['gopher', 'opt-350m']);

/** As long as the angles stay what they are. */
function capacityFor(model: Transformer): number {
	const switches = model.config.blocks.flatMap(({ attention: { rope } }) =>
		rope && /^(?:dynamic|longrope)/.test(rope.scaling.kind) && 'context' in rope.scaling ? [rope.scaling.context] : [],
	);
	return Math.min(64, contextLengthOf(model.config), ...switches);
}

/** The prompt, then one token at a time up to `length`: the kernels choose what the exact path chooses, or what it thinks as good. */
async function sameGreedy(
	model: Transformer,
	prompt: readonly number[],
	length: number,
	fast: KernelEngine,
	tolerance: number,
): Promise<void> {
	const eaten: number[] = [];
	for (let next = [...prompt]; eaten.length + next.length <= length; ) {
		const made = await fast.kernels.forward(next, eaten.length, 'logits');
		eaten.push(...next);
		const { points } = await trace(new ReferenceEngine(model), { ids: eaten }, { at: [{ point: 'logits', token: -1 }], replace: KEPT });
		const logits = points.get('logits')!.data;
		const error = worst(made, logits);
		assert.ok(error <= tolerance, `logits after ${eaten.length} tokens: error ${error}, allowed ${tolerance}`);
		const [best, chosen] = [top(logits, 1)[0]!, top(made, 1)[0]!];
		const lost = (logits[best]! - logits[chosen]!) / Math.abs(logits[best]!);
		assert.ok(lost <= 2 * tolerance, `token ${eaten.length}: ${chosen} for ${best}, ${lost} of the greatest logit below it`);
		next = [best];
	}
}

describe('every point, as the exact path has it', () => {
	for (const config of MADE) {
		test(`${config.family}, made; more tokens than one pass takes`, async () => {
			const model = madeModel(config);
			const fast = await open(model);
			await everyPoint(model, { ids: ids(6) }, fast, TOLERANCES.sums);
			await everyPoint(model, { ids: ids(133) }, fast, TOLERANCES.sums);
			fast.close();
		});
	}
	for (const file of familyFiles()) {
		test(file, async (t) => {
			const { model, input } = await openFamily(file);
			const capacity = capacityFor(model);
			const reason = kernelObstacle(model, capacity);
			assert.equal(reason !== undefined, UNSERVED.has(file), reason ?? 'the kernels run it');
			if (reason) return t.skip(reason);
			const fast = await open(model, capacity);
			const quantised = /quantised|mxfp4/.test(file);
			const tokens = input.ids.slice(0, capacity);
			await everyPoint(model, { ...input, ids: tokens }, fast, quantised ? TOLERANCES.integers : TOLERANCES.sums);
			// In quantised files rounding may choose another expert, and all that follows from it.
			if (!quantised && model.config.logits && !model.encoder && model.config.blocks.every(({ attention }) => attention.causal))
				await sameGreedy(model, tokens.slice(0, 5), Math.min(capacity, 20), fast, TOLERANCES.sums);
			fast.close();
		});
	}
});

test('roberta: tokens of the padding id do not count as positions, in a text alone and beside others', async () => {
	const { model } = await openFamily('roberta');
	const positions = model.config.embedding.positions!;
	assert.ok(positions.kind === 'learned' && positions.padding === 1);
	const fast = await open(model, 32);
	const texts = [
		[0, 5, 1, 9, 1, 2],
		[1, 0, 7, 2],
		[0, 8, 3, 2],
	];
	const near = async (states: Float32Array, ids: readonly number[]) => {
		const { points } = await trace(new ReferenceEngine(model), { ids }, { at: ['final.output'] });
		assert.ok(worst(states, points.get('final.output')!.data) <= TOLERANCES.halves, String(ids));
	};
	for (const ids of texts) await near((await fast.kernels.forward(ids, 0, 'states')).slice(), ids);
	const made: Float32Array[] = [];
	await fast.kernels.forwardBatch(texts, (i, states) => void (made[i] = states.slice()));
	for (const [i, ids] of texts.entries()) await near(made[i]!, ids);
	fast.close();
});

test('marian: a decoder attends to the text that was read last, whole and token by token', async () => {
	const { model, input, expected } = await openFamily('marian');
	const fast = await open(model, 160);
	const near = (got: Float32Array, wanted: Float32Array, what: string) => {
		const error = worst(got, wanted);
		assert.ok(error <= TOLERANCES.halves, `${what}: error ${error}`);
	};
	const long = Array.from({ length: 150 }, (_, t) => (t * 37 + 11) % 60); // more than one pass takes
	const sources = [input.source!.ids, input.source!.ids.slice(3, 4), long, input.source!.ids];
	for (const ids of sources) {
		await fast.kernels.readSource(ids);
		const { points } = await trace(
			new ReferenceEngine(model),
			{ ids: input.ids, source: { ids } },
			{ at: ['encoder.final.output', 'logits'] },
		);
		near((await fast.kernels.encoder!.forward(ids, 0, 'states')).slice(), points.get('encoder.final.output')!.data, 'the encoder');
		const wanted = points.get('logits')!.data;
		const V = model.config.vocabulary;
		near(await fast.kernels.forward(input.ids, 0, 'logits'), wanted.slice(-V), 'whole');
		for (const [t, id] of input.ids.entries())
			near(await fast.kernels.forward([id], t, 'logits'), wanted.slice(t * V, (t + 1) * V), `token ${t}`);
	}
	const [start, ...greedy] = expected.ids('greedy'); // the reference's; its last is forced
	let next = start!;
	for (const [t, id] of greedy.slice(0, -1).entries()) {
		next = top(await fast.kernels.forward([next], t, 'logits'), 1)[0]!;
		assert.equal(next, id);
	}
	fast.close();
});

test('listening changes no bit of the logits', async () => {
	for (const config of MADE.filter(({ logits }) => logits)) {
		const model = madeModel(config);
		const fast = await open(model);
		const unheard = (await fast.kernels.forward(ids(133), 0, 'logits')).slice();
		const blocks = pointsOf(config).flatMap(({ name, layer }) => (layer === undefined ? [] : [name]));
		const { points } = await trace(fast, { ids: ids(133) }, { at: [...blocks, { point: 'logits', token: -1 }] });
		assert.deepEqual(points.get('logits')!.data, unheard, config.family);
		fast.close();
	}
});

for (const config of MADE) {
	test(`${config.family}: what replaces a point has the exact path's effect, over several passes`, async () => {
		const model = madeModel(config);
		const fast = await open(model);
		const input = { ids: ids(133) };
		const end = config.logits ? 'logits' : 'final.output';
		for (const { name, layer } of pointsOf(config)) {
			if (layer !== 0 && !name.startsWith('embedding')) continue;
			// Every value of the last third of the tokens is turned round; −∞ stays.
			const turned = (data: Float32Array, shape: readonly number[]): Float32Array => {
				const [T, width] = shape.slice(-2) as [number, number];
				return data.map((value, i) => (Math.floor(i / width) % T > 88 && Number.isFinite(value) ? -value : value));
			};
			const ask = { at: [end, 'blocks.1.output'], replace: [{ at: name, with: turned }] };
			const exact = await trace(new ReferenceEngine(model), input, ask);
			const heard = await trace(fast, input, { ...ask });
			for (const point of ask.at) {
				const error = worst(heard.points.get(point)!.data, exact.points.get(point)!.data);
				assert.ok(error <= TOLERANCES.halves, `${name} → ${point}: ${error}`);
			}
		}
		const same = await traceBoth(fast, input, { at: [end], replace: [{ at: 'blocks.*.*.output', with: (data) => data.slice() }] });
		assert.deepEqual(same.before, same.after);
		fast.close();
	});
}

test('a run ends behind the last point that is asked for, and picks are slices of the whole', async () => {
	const model = madeModel(MADE[0]!);
	const fast = await open(model);
	const input = { ids: ids(20) };
	const whole = await trace(fast, input, { at: ['blocks.0.attention.weights', 'blocks.0.output'] });
	const weights = await trace(fast, input, { at: [{ point: 'attention.weights', layer: 0, head: 3, token: -1 }] });
	const row = weights.points.get('blocks.0.attention.weights')!;
	assert.deepEqual(row.shape, [1, 1, 20]);
	const from = (3 * 20 + 19) * 20;
	assert.deepEqual(row.data, whole.points.get('blocks.0.attention.weights')!.data.slice(from, from + 20));
	const again = await trace(fast, input, { at: [{ point: 'output', layer: 0, token: 2 }] });
	assert.deepEqual(again.points.get('blocks.0.output')!.data, whole.points.get('blocks.0.output')!.data.slice(2 * 64, 3 * 64));
	fast.close();
});

test('lens, surprise and one cell of attention, as the exact path has them; vectors in place of ids', async () => {
	const model = madeModel(MADE[0]!);
	const fast = await open(model);
	const exact = new ReferenceEngine(model);
	const tokens = ids(140);
	const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 5e-3 * Math.max(1, Math.abs(b)), `${a} ≈ ${b}`);
	const last = { tokens: [-1] };
	const [[wanted], [layers]] = [await lens(exact, { ids: tokens }, last), await lens(fast, { ids: tokens }, last)];
	for (const [i, { top }] of layers!.entries()) near(top[0]!.probability, wanted![i]!.top[0]!.probability);
	const probable = await surprise(exact, tokens);
	for (const [t, { logProbability }] of (await surprise(fast, tokens)).entries())
		near(logProbability ?? 0, probable[t]!.logProbability ?? 0);
	const where = { layer: 1, head: 2, query: -2, key: 7 };
	const [cell, plain] = [await attentionCell(fast, { ids: tokens }, where), await attentionCell(exact, { ids: tokens }, where)];
	near(cell.weight, plain.weight);
	// With key and value as the cache holds them, its numbers add up as the exact path's do.
	const sums = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-5 * Math.max(1, Math.abs(b)), `${a} = ${b}`);
	const keys = await Promise.all(Array.from({ length: 139 }, (_, key) => attentionCell(fast, { ids: tokens }, { ...where, key })));
	for (const one of keys) sums(one.dot * one.scale, one.score);
	for (const [d, value] of cell.context.entries())
		sums(
			keys.reduce((sum, { contribution }) => sum + contribution[d]!, 0),
			value,
		);
	const { points } = await trace(fast, { ids: tokens }, { at: ['embedding.rows', 'logits'] });
	const again = await trace(fast, { vectors: points.get('embedding.rows')!.data }, { at: ['logits'] });
	assert.deepEqual(again.points.get('logits'), points.get('logits'));
	fast.close();
});

// Attention of a decoder to its encoder, listened to: keys, values and cells, on both paths. Expected: the reference's states and weights
// (scripts/reference/make_families.py), and arithmetic on the file's own matrices.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type AttentionCell, attentionCell, type CellPlace } from '../../src/inspection/attention-cell.ts';
import { lens } from '../../src/inspection/lens.ts';
import { logProbabilities as surprise } from '../../src/inspection/log-probabilities.ts';
import { trace } from '../../src/inspection/trace.ts';
import { pointsOf } from '../../src/spec/points.ts';
import type { Replace } from '../../src/transformer/hooks.ts';
import { KernelEngine } from '../../src/transformer/kernels/engine.ts';
import { ReferenceEngine } from '../../src/transformer/reference/engine.ts';
import { openFamily } from './measure.ts';
import { expectedAt, FAMILIES, transformerAt, worstError } from './open.ts';
import { TOLERANCES } from './tolerances.ts';

const { model, input: opened, expected } = await openFamily('marian');
const input = { ids: opened.ids, source: opened.source! };
const file = (await expectedAt(`${FAMILIES}marian/model.safetensors`)).tensors;
const exact = new ReferenceEngine(model);
const fast = await KernelEngine.open(model, { capacity: 160, memoryBudget: 2 ** 28 });
after(() => fast.close());
const PATHS = [
	['exact', exact, TOLERANCES.exact],
	['fast', fast, TOLERANCES.halves],
] as const;

const [T, S] = [input.ids.length, input.source.ids.length];
const { width: D, blocks } = model.config;
const { heads: H, headWidth: Dh } = blocks[0]!.cross!;
/** More tokens than one pass takes. */
const long = { ids: input.ids, source: { ids: Array.from({ length: 150 }, (_, t) => (t * 37 + 11) % 60) } };

/** states (n, D) through a matrix of a decoder's block, by heads: (H, n, Dh). */
function projected(states: Float32Array, layer: number, name: 'k_proj' | 'v_proj'): Float32Array {
	const at = `model.decoder.layers.${layer}.encoder_attn.${name}`;
	const [weight, bias] = [file.get(`${at}.weight`)!.data, file.get(`${at}.bias`)!.data];
	const n = states.length / D;
	const out = new Float32Array(n * D);
	for (let t = 0; t < n; t++) {
		for (let m = 0; m < D; m++) {
			let sum = bias[m]!;
			for (let d = 0; d < D; d++) sum += weight[m * D + d]! * states[t * D + d]!;
			out[(Math.floor(m / Dh) * n + t) * Dh + (m % Dh)] = sum;
		}
	}
	return out;
}

for (const [path, on, tolerance] of PATHS) {
	test(`${path}: keys and values are the encoder's last states through the file's matrices; weights · value is the context`, async () => {
		const at = ['key', 'value', 'context'].map((name) => `blocks.*.crossAttention.${name}`);
		const { points } = await trace(on, input, { at });
		const states = expected.tensors.get('encoder.final.output')!.data;
		for (const layer of blocks.keys()) {
			const point = (name: string) => points.get(`blocks.${layer}.crossAttention.${name}`)!;
			assert.deepEqual(
				[point('key').shape, point('value').shape],
				[
					[H, S, Dh],
					[H, S, Dh],
				],
			);
			const value = projected(states, layer, 'v_proj');
			assert.ok(worstError(point('key').data, projected(states, layer, 'k_proj')) <= tolerance);
			assert.ok(worstError(point('value').data, value) <= tolerance);
			const weights = expected.tensors.get(`blocks.${layer}.crossAttention.weights`)!.data;
			const context = Float32Array.from({ length: H * T * Dh }, (_, i) => {
				const [row, h, d] = [Math.floor(i / Dh), Math.floor(i / Dh / T), i % Dh];
				return Array.from({ length: S }, (_, s) => weights[row * S + s]! * value[(h * S + s) * Dh + d]!).reduce((a, b) => a + b);
			});
			assert.ok(worstError(point('context').data, context) <= tolerance);
		}
	});

	test(`${path}: one head and one token of the encoder are slices of the whole`, async () => {
		for (const from of [input, long]) {
			const n = from.source.ids.length;
			const ask = (selector: object) => trace(on, from, { at: [{ point: 'crossAttention.key', layer: 2, ...selector }] });
			const key = async (selector: object) => (await ask(selector)).points.get('blocks.2.crossAttention.key')!;
			const whole = await key({});
			const head = 2;
			const start = (head * n + n - 1) * Dh;
			assert.deepEqual(await key({ head, token: -1 }), { shape: [1, 1, Dh], data: whole.data.slice(start, start + Dh) });
			await assert.rejects(ask({ token: n }), { code: 'out-of-range' });
		}
	});

	test(`${path}: keys shifted alike move no weight, and values shifted move the context by as much as they weigh`, async () => {
		for (const from of [input, long]) {
			const n = from.source.ids.length;
			const at = ['blocks.0.crossAttention.context', 'logits'];
			// Of all keys alike: the same is added to each score of a row, and no weight changes.
			const shifted: Replace = (data) => data.map((value) => value + 1);
			const plain = await trace(on, from, { at });
			const keys = await trace(on, from, { at, replace: [{ at: 'blocks.*.crossAttention.key', with: shifted }] });
			const close = (a: Float32Array, b: Float32Array) => assert.ok(worstError(a, b) <= TOLERANCES.halves, `${worstError(a, b)}`);
			for (const name of at) close(keys.points.get(name)!.data, plain.points.get(name)!.data);
			// Of all values alike: each row's weights sum to 1, and the context is shifted as they are.
			const values = await trace(on, from, { at, replace: [{ at: 'blocks.0.crossAttention.value', with: shifted }] });
			close(
				values.points.get(at[0]!)!.data,
				plain.points.get(at[0]!)!.data.map((value) => value + 1),
			);
			// Of the last token alone: a head's context moves by that token's weight.
			const lastOnly: Replace = (data, shape) => {
				assert.deepEqual(shape, [H, n, Dh]);
				return data.map((value, i) => (Math.floor(i / Dh) % n === n - 1 ? value + 1 : value));
			};
			const one = await trace(on, from, {
				at: [...at, 'blocks.0.crossAttention.weights'],
				replace: [{ at: 'blocks.0.crossAttention.value', with: lastOnly }],
			});
			const weights = one.points.get('blocks.0.crossAttention.weights')!.data;
			const moved = plain.points.get(at[0]!)!.data.map((value, i) => value + weights[Math.floor(i / Dh) * n + n - 1]!);
			close(one.points.get(at[0]!)!.data, moved);
			// The next run knows nothing of it.
			assert.deepEqual((await trace(on, from, { at })).points, plain.points);
		}
	});

	test(`${path}: the numbers of a cell to the encoder and of one within it add up`, async () => {
		const near = (a: number, b: number, what: string) =>
			assert.ok(Math.abs(a - b) < 1e-5 * Math.max(1, Math.abs(b)), `${what}: ${a} ≈ ${b}`);
		for (const kind of [{ cross: true }, { encoder: true }, {}]) {
			const own = (kind.encoder ? model.config.encoder! : model.config).blocks;
			const { heads, headWidth } = own[0]!.attention;
			const keys = kind.cross || kind.encoder ? S : T;
			const place: CellPlace = { layer: -2, head: -1, query: -3, key: 0, ...kind };
			const cells: AttentionCell[] = [];
			for (let key = 0; key < keys; key++) cells.push(await attentionCell(on, input, { ...place, key }));
			const [{ layer, head, query, context, scores, weights }] = cells as [AttentionCell];
			assert.deepEqual([layer, head, query], [own.length - 2, heads - 1, (kind.encoder ? S : T) - 3]);
			assert.deepEqual([scores.length, weights.length, context.length], [keys, keys, headWidth]);
			const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
			for (const cell of cells) {
				if (cell.masked) continue;
				near(
					cell.products.reduce((a, b) => a + b, 0),
					cell.dot,
					'dot',
				);
				near(cell.dot * cell.scale, cell.scaled, 'scaled');
				near(cell.capped + cell.bias, cell.score, 'score');
				near(cell.score, scores[cell.key]!, 'row');
				near(cell.weight, Math.exp(cell.score) / total, 'weight');
				near(cell.scale, 1 / Math.sqrt(headWidth), 'scale');
			}
			assert.equal(cells.filter(({ masked }) => masked).length, kind.cross || kind.encoder ? 0 : 2); // behind the query
			for (const [d, value] of context.entries())
				near(
					cells.reduce((sum, { contribution }) => sum + contribution[d]!, 0),
					value,
					'context',
				);
			const fromEnd = await attentionCell(on, input, { ...place, key: -keys });
			assert.deepEqual(fromEnd, cells[0]);
			if (!kind.cross && !kind.encoder) continue;
			// The reference's own weights.
			const name = kind.cross ? 'blocks.1.crossAttention.weights' : 'encoder.blocks.0.attention.weights';
			const all = expected.tensors.get(name)!;
			const from = ((heads - 1) * all.shape[1]! + query) * keys;
			assert.ok(worstError(weights, all.data.slice(from, from + keys)) <= tolerance);
		}
	});
}

test('the kernels: listening changes no bit of a translation; lens and surprise as the exact path has them', async () => {
	for (const from of [input, long]) {
		await fast.kernels.readSource(from.source.ids);
		const unheard = (await fast.kernels.forward(from.ids, 0, 'logits')).slice();
		const at = ['encoder.blocks.*.output', 'blocks.*.crossAttention.*', { point: 'logits', token: -1 } as const];
		const { points } = await trace(fast, from, { at });
		assert.deepEqual(points.get('logits')!.data, unheard);
		const alone = await trace(fast, from, { at: ['encoder.final.output'] });
		assert.deepEqual([...alone.points.keys()], ['encoder.final.output']);
		const [[a], [b]] = [await lens(fast, from, { tokens: [-1] }), await lens(exact, from, { tokens: [-1] })];
		for (const [i, { top }] of a!.entries()) assert.ok(Math.abs(top[0]!.probability - b![i]!.top[0]!.probability) < 5e-3);
		const [c, d] = [await surprise(fast, from.ids, { source: from.source }), await surprise(exact, from.ids, { source: from.source })];
		for (const [t, { logProbability }] of c.entries()) assert.ok(Math.abs((logProbability ?? 0) - (d[t]!.logProbability ?? 0)) < 1e-2);
	}
});

test('the kernels: what replaces a point has the exact path’s effect, over several passes', async () => {
	const from = { ids: Array.from({ length: 133 }, (_, t) => (t * 23 + 5) % 60), source: long.source };
	// Every value of the last third of the tokens is turned round; −∞ stays.
	const turned: Replace = (data, shape) => {
		const [rows, width] = shape.slice(-2) as [number, number];
		return data.map((value, i) => (Math.floor(i / width) % rows > (2 / 3) * rows && Number.isFinite(value) ? -value : value));
	};
	const at = ['final.output', 'blocks.1.crossAttention.output'];
	for (const { name, layer } of pointsOf(model.config)) {
		if (layer !== 0 && !name.includes('embedding') && name !== 'encoder.final.output') continue;
		const ask = { at, replace: [{ at: name, with: turned }] };
		const [wanted, heard] = [await trace(exact, from, ask), await trace(fast, from, { ...ask })];
		for (const point of at) {
			const error = worstError(heard.points.get(point)!.data, wanted.points.get(point)!.data);
			assert.ok(error <= TOLERANCES.halves, `${name} → ${point}: ${error}`);
		}
	}
});

test('a cell that a model has not is refused, and so is a translation without a text', async () => {
	const place = { layer: 0, head: 0, query: 0, key: 0 };
	const transformer = await transformerAt(`${FAMILIES}llama`);
	const llama = new ReferenceEngine(transformer);
	for (const kind of [{ cross: true }, { encoder: true }])
		await assert.rejects(attentionCell(llama, { ids: [1] }, { ...place, ...kind }), { code: 'unsupported' });
	await assert.rejects(attentionCell(llama, { ids: [1] }, { ...place, layer: -3 }), /no such layer.*got -3, allowed -2 to 1/);
	await assert.rejects(attentionCell(llama, { ids: [1] }, { ...place, head: 9 }), /no such head.*got 9/);
	await assert.rejects(attentionCell(exact, input, { ...place, cross: true, key: S }), { code: 'out-of-range' });
	for (const [, on] of PATHS) await assert.rejects(trace(on, { ids: [60] }, { at: ['logits'] }), { code: 'usage' });
	const llamaFast = await KernelEngine.open(transformer, { capacity: 16, memoryBudget: 2 ** 28 });
	for (const on of [llama, llamaFast])
		await assert.rejects(trace(on, { ids: [1], source: { ids: [2] } }, { at: ['logits'] }), { code: 'unsupported' });
	llamaFast.close();
});

// Every family against its reference: every point that the reference exposes, from safetensors and from GGUF.
// Checkpoints and expected values: scripts/reference/make_families.py, make_gguf.py, make_quantised.py, paper_models.py.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate } from '../../src/generation/generate.ts';
import { trace } from '../../src/inspection/trace.ts';
import type { TransformerConfig } from '../../src/spec/config.ts';
import { type Dimension, type Point, pointsOf } from '../../src/spec/points.ts';
import { ReferenceEngine } from '../../src/transformer/reference/engine.ts';
import { changed } from './changed.ts';
import { familyFiles, measureFamily, openFamily } from './measure.ts';
import { worstError } from './open.ts';
import { TOLERANCES } from './tolerances.ts';

const files = familyFiles();

test('there are checkpoints of every family', () => {
	assert.ok(files.length > 75, `${files.length} files`);
});

for (const file of files) {
	test(`${file}: every point that the reference exposes`, async () => {
		const { points } = await measureFamily(file);
		assert.ok(points.size >= 6, 'the reference exposes the embedding, blocks, weights and the end');
		const limit = file.includes('quantised') ? TOLERANCES.quantised : TOLERANCES.exact;
		for (const [name, error] of points) assert.ok(error <= limit, `${name}: error ${error}, allowed ${limit}`);
	});
}

/** One of each kind of block, position and expert: what holds for them holds for the others. */
const KINDS = [
	'llama',
	'gpt2',
	'falcon-40b',
	'falcon-rw',
	'bloom-normed-residual',
	'gemma3',
	'gpt-oss',
	'qwen3-moe',
	'opt-350m',
	'mpnet',
	'modernbert',
	'marian',
	'gopher',
	'olmo2',
];

for (const file of KINDS) {
	test(`${file}: all points have the shape that the table states`, async () => {
		const { model, input } = await openFamily(file);
		const all = pointsOf(model.config);
		const { points } = await trace(new ReferenceEngine(model), input, { at: all.map(({ name }) => name) });
		assert.equal(points.size, all.length);
		for (const point of all) {
			const inEncoder = point.name.startsWith('encoder.');
			const T = (inEncoder ? input.source! : input).ids.length;
			const S = point.name.includes('crossAttention') ? input.source!.ids.length : T;
			assert.deepEqual(points.get(point.name)!.shape, shapeOf(inEncoder ? model.config.encoder! : model.config, point, T, S), point.name);
		}
	});

	test(`${file}: listening changes no bit`, async () => {
		const { model, input } = await openFamily(file);
		const all = pointsOf(model.config).map(({ name }) => name);
		const heard = await trace(new ReferenceEngine(model), input, { at: all });
		const engine = new ReferenceEngine(model);
		const hidden = await engine.forward(input, await engine.state(input.source));
		assert.deepEqual(heard.points.get('final.output')!.data, hidden);
		if (model.config.logits) assert.deepEqual(heard.points.get('logits')!.data, await engine.logits(hidden, 'final'));
	});

	test(`${file}: tokens one at a time give what they give together`, async (t) => {
		const { model, input } = await openFamily(file);
		if (!model.config.blocks.every((block) => block.attention.causal)) return t.skip('every token sees every other: there are no steps');
		const engine = new ReferenceEngine(model);
		const start = () => engine.state(input.source);
		const together = await engine.forward(input, await start());
		const state = await start();
		const steps = [input.ids.slice(0, 5), ...input.ids.slice(5).map((id) => [id])];
		const apart: number[] = [];
		for (const ids of steps) apart.push(...(await engine.forward({ ids }, state)));
		assert.equal(worstError(apart, together), 0);
	});
}

test('marian: the greedy translation is the reference’s', async () => {
	const { model, expected, input } = await openFamily('marian');
	const end = 0;
	const [start, ...greedy] = expected.ids('greedy'); // the end is its last: it is forced where room ends
	const state = await new ReferenceEngine(model).sequence({ source: input.source!.ids });
	const ids: number[] = [];
	for await (const { id } of generate(state, undefined, [start!], { maxTokens: greedy.length - 1, stopIds: [end] })) ids.push(id!);
	assert.deepEqual([...ids, end], greedy);
	assert.equal(start, model.config.startToken);
});

test('phi3-longrope: past the switch of its angles, and back, tokens one at a time give what they give together', async () => {
	const { model, input } = await openFamily('phi3-longrope');
	const scaling = model.config.blocks[0]!.attention.rope!.scaling;
	assert.ok(scaling.kind === 'longrope' && scaling.context < input.ids.length - 1);
	const together = async (length: number) => (await new ReferenceEngine(model).sequence()).decode(input.ids.slice(0, length));
	const state = await new ReferenceEngine(model).sequence();
	await state.decode(input.ids.slice(0, scaling.context - 1));
	for (const length of [scaling.context, scaling.context + 1, scaling.context + 2]) {
		assert.equal(worstError(await state.decode(input.ids.slice(length - 1, length)), await together(length)), 0, `${length} tokens`);
	}
	state.truncate(scaling.context - 1);
	const id = input.ids.slice(scaling.context - 1, scaling.context);
	assert.equal(worstError(await state.decode(id), await together(scaling.context)), 0, 'back');
});

test('gemma2: null turns a cap off, its absence means the family’s', async () => {
	const caps = async (edit: (c: Record<string, unknown>) => void) => {
		const { config } = await changed('gemma2', { config: edit });
		return [config.blocks[0]!.attention.cap, config.logits!.cap];
	};
	const names = ['attn_logit_softcapping', 'final_logit_softcapping'];
	assert.deepEqual(await caps((c) => names.forEach((name) => void (c[name] = null))), [undefined, undefined]);
	assert.deepEqual(await caps((c) => names.forEach((name) => void delete c[name])), [50, 30]);
});

/** A point's dimensions as numbers; of cross attention S are the encoder's tokens. */
function shapeOf(config: TransformerConfig, point: Point, T: number, S: number): number[] {
	const block = config.blocks[point.layer ?? 0];
	const attention = point.name.includes('crossAttention') ? block?.cross : block?.attention;
	const sizes: Record<Dimension, number> = {
		T,
		S,
		D: config.width,
		W: config.embedding.width,
		H: attention?.heads ?? 0,
		K: attention?.keyHeads ?? 0,
		Dh: attention?.headWidth ?? 0,
		F: block?.feedForward.width ?? 0,
		E: block?.feedForward.experts?.count ?? 0,
		V: config.vocabulary,
	};
	return point.shape.map((dimension) => sizes[dimension]);
}

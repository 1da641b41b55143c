// Selectors of edits: each gets the slice that it names and replaces that alone, in a run and while a text is written, on both engines.
// Expected: transformers with hooks (scripts/reference/make_edits.py).

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { generate } from '../../src/generation/generate.ts';
import { EditHooks } from '../../src/inspection/edits.ts';
import { logits } from '../../src/inspection/logits.ts';
import { type Edit, trace } from '../../src/inspection/trace.ts';
import { KernelEngine } from '../../src/transformer/kernels/engine.ts';
import { ReferenceEngine } from '../../src/transformer/reference/engine.ts';
import { expectedAt, FAMILIES, transformerAt, worstError } from '../transformer/open.ts';
import { TOLERANCES } from '../transformer/tolerances.ts';

const expected = await expectedAt(new URL('../fixtures/edits/llama.safetensors', import.meta.url).pathname);
const ids = expected.ids('ids');
const model = await transformerAt(`${FAMILIES}llama`);
const kernels = await KernelEngine.open(model, { capacity: 64, memoryBudget: 2 ** 28 });
after(() => kernels.close());
const ENGINES = [
	[new ReferenceEngine(model), TOLERANCES.exact],
	[kernels, TOLERANCES.halves],
] as const;

const { heads: H, headWidth: Dh } = model.config.blocks[0]!.attention;
const T = ids.length;
const zero = (data: Float32Array): Float32Array => data.fill(0);
/** What the selector's slice must look like, by its name in the reference. */
const EDITS: Readonly<Record<string, Edit & { readonly shape: readonly number[] }>> = {
	head: { at: { point: 'attention.context', layer: 0, head: 3 }, shape: [1, T, Dh], with: zero },
	'head and token': {
		at: { point: 'attention.context', layer: 1, head: 5, token: -1 },
		shape: [1, 1, Dh],
		with: (data) => data.map((value) => 2 * value),
	},
	'key head': { at: { point: 'attention.value', layer: 0, head: 1 }, shape: [1, T, Dh], with: zero },
	token: { at: { point: 'output', layer: 0, token: 4 }, shape: [1, model.config.width], with: (data) => data.map((value) => value + 0.5) },
};

for (const [engine, tolerance] of ENGINES) {
	for (const [name, { shape, ...edit }] of Object.entries(EDITS)) {
		test(`${engine.precision}: ${name}`, async () => {
			const seen: unknown[] = [];
			const replace: Edit[] = [
				{
					at: edit.at,
					with(data, shape, point) {
						seen.push(shape);
						return edit.with(data, shape, point);
					},
				},
			];
			const { points } = await trace(engine, { ids }, { at: ['logits'], replace });
			const wanted = expected.tensors.get(name)!.data;
			const error = worstError(points.get('logits')!.data, wanted);
			assert.ok(error <= tolerance, `error ${error}, allowed ${tolerance}`);
			assert.deepEqual(seen, [shape]);
			assert.ok(worstError(wanted, expected.tensors.get('plain')!.data) > 10 * tolerance, 'the edit changes something');
			// The last token's logits alone, by the verb that makes no others.
			const last = await logits(engine, { ids }, { tokens: [-1], replace });
			assert.ok(worstError(last, wanted.slice(-last.length)) <= tolerance);
		});
	}

	test(`${engine.precision}: a text is written with a head taken away in every step, and the next text is as it was`, async () => {
		const write = async (edits: readonly Edit[]): Promise<number[]> => {
			const hooks = edits.length > 0 ? new EditHooks(model.config, edits, 0) : undefined;
			const made: number[] = [];
			for await (const { id } of generate(await engine.sequence({ hooks }), undefined, ids, { maxTokens: 8, stopIds: [] }))
				if (id !== undefined) made.push(id);
			return made;
		};
		const plain = await write([]);
		assert.deepEqual(await write([EDITS.head!]), expected.ids('greedy'));
		assert.notDeepEqual(plain, expected.ids('greedy'));
		assert.deepEqual(await write([]), plain);
	});
}

test('a slice that a point has not is refused: no heads in the residual stream, no head beyond the last', async () => {
	const at = ['logits'];
	for (const where of [
		{ point: 'output', layer: 0, head: 0 },
		{ point: 'attention.context', layer: 0, head: H },
		{ point: 'output', layer: 0, token: T },
	] as const)
		await assert.rejects(trace(ENGINES[0][0], { ids }, { at, replace: [{ at: where, with: zero }] }), { code: 'out-of-range' });
});

// The fast path against the exact one: every way that a program can be made, every build, one thread and two.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { nodeHost } from '../../../hosts/node/host.ts';
import { optimise } from '../../../hosts/node/optimise.ts';
import type { KernelVariant } from '../../../src/compute/kernels.ts';
import { trace } from '../../../src/inspection/trace.ts';
import { KernelEngine } from '../../../src/transformer/kernels/engine.ts';
import { KernelModel, kernelObstacle } from '../../../src/transformer/kernels/model.ts';
import { ReferenceEngine } from '../../../src/transformer/reference/engine.ts';
import type { Transformer } from '../../../src/transformer/transformer.ts';
import { variants } from '../../compute/builds.ts';
import { MADE, madeModel } from '../../compute/made.ts';

/** Keys and values as halves: 2^-11 of each, the largest error on float weights. */
const FLOAT_TOLERANCE = 2e-3;

const host = nodeHost();

const ids = (T: number): number[] => Array.from({ length: T }, (_, t) => (t * 37 + 11) % 101);

function worst(got: ArrayLike<number>, wanted: Float32Array): number {
	assert.equal(got.length, wanted.length);
	const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
	return wanted.reduce((most, value, i) => Math.max(most, Number.isNaN(got[i]!) ? 1 : Math.abs(got[i]! - value)), 0) / largest;
}

async function exactStates(model: Transformer, T: number): Promise<Float32Array> {
	return new ReferenceEngine(model).run({ ids: ids(T) });
}

const builds: { variant: KernelVariant; threads: number; skip: string | false }[] = (await variants()).map(({ name, skip }) => ({
	variant: name,
	threads: 1,
	skip,
}));
builds.push({ ...builds.at(-1)!, threads: 2 });

for (const { variant, threads, skip } of builds) {
	describe(`fast path, ${variant}, ${threads} threads`, { skip }, () => {
		const opened: KernelModel[] = [];
		after(() => {
			for (const model of opened) model.close();
		});
		for (const config of MADE) {
			test(config.family, async () => {
				const model = madeModel(config);
				assert.equal(kernelObstacle(model, 160), undefined);
				const engine = await KernelEngine.open(model, {
					capacity: 160,
					memoryBudget: 2 ** 28,
					threads,
					variant,
					optimise,
					startWorker: host.startWorker!,
					clock: host,
				});
				const fast = engine.kernels;
				opened.push(fast);
				assert.equal(fast.threads, threads);
				const D = config.width;
				// 133: more than one pass takes, and not a multiple of four.
				for (const T of variant === 'scalar' ? [1, 6] : [1, 6, 133]) {
					const states = await exactStates(model, T);
					assert.ok(worst((await fast.forward(ids(T), 0, 'states')).slice(), states) < FLOAT_TOLERANCE, `states of ${T}`);
					if (!config.logits) continue;
					const logits = await new ReferenceEngine(model).logits(states.slice((T - 1) * D), 'final');
					assert.ok(worst((await fast.forward(ids(T), 0, 'logits')).slice(), logits) < FLOAT_TOLERANCE, `logits of ${T}`);
				}
				// A pass that is listened to stops at each point, with all threads.
				const at = ['blocks.0.attention.output', 'blocks.1.output'];
				const [heard, wanted] = [
					await trace(engine, { ids: ids(6) }, { at }),
					await trace(new ReferenceEngine(model), { ids: ids(6) }, { at }),
				];
				for (const point of at)
					assert.ok(worst(heard.points.get(point)!.data, wanted.points.get(point)!.data) < FLOAT_TOLERANCE, `${point}, heard`);
				if (!config.blocks[0]!.attention.causal) return;
				// A token at a time gives what all at once give; so does going back and on again.
				const states = await exactStates(model, 6);
				await fast.forward(ids(4), 0, 'blocks');
				await fast.forward([99], 4, 'blocks');
				await fast.forward([ids(6)[4]!], 4, 'blocks');
				assert.ok(worst((await fast.forward([ids(6)[5]!], 5, 'states')).slice(), states.slice(5 * D)) < FLOAT_TOLERANCE, 'stepwise');
			});
		}
	});
}

describe('fast path, quantised weights', () => {
	for (const [dtype, tolerance] of [
		['Q8_0', 0.06], // its activations have 7 bits
		['Q4_1', 0.03],
		['Q5_0', 0.03],
	] as const) {
		test(dtype, async () => {
			// Activations in 8 (or 7) bits: half a percent of each group's greatest value, a little more after two blocks.
			const model = madeModel(MADE[0]!, dtype);
			const fast = await KernelModel.open(model, { capacity: 64, memoryBudget: 2 ** 28 });
			const states = await exactStates(model, 9);
			const error = worst((await fast.forward(ids(9), 0, 'states')).slice(), states);
			assert.ok(error < tolerance, String(error));
			fast.close();
		});
	}
});

test('a scale that is infinite is refused, not computed with', async () => {
	const model = madeModel(MADE[0]!, 'Q8_0');
	const { tensor } = model.views.blocks[1]!.feedForward.down!.matrix;
	const bytes = await tensor.source.read(0, tensor.byteLength);
	bytes.set([0x00, 0x7c], 34 * 5);
	for (const variant of ['scalar', 'simd'] as const) {
		await assert.rejects(KernelModel.open(model, { capacity: 8, memoryBudget: 2 ** 28, variant }), { code: 'malformed' });
	}
});

test('refusals name what is wrong, and the model stays usable', async () => {
	const model = madeModel(MADE[0]!);
	const fast = await KernelModel.open(model, { capacity: 8, memoryBudget: 2 ** 28 });
	await assert.rejects(fast.forward(ids(9), 0, 'logits'), { code: 'too-large' });
	await assert.rejects(fast.forward([], 0, 'logits'), { code: 'usage' });
	await assert.rejects(fast.forward([101], 0, 'logits'), { code: 'out-of-range' });
	assert.equal((await fast.forward(ids(8), 0, 'logits')).length, 101);
	fast.close();
	await assert.rejects(fast.forward(ids(1), 0, 'logits'), { code: 'closed' });
	await assert.rejects(KernelModel.open(model, { capacity: 8, memoryBudget: 2 ** 16 }), { code: 'too-large' });
	const odd = { ...MADE[0]!, width: 38, embedding: { width: 38, scale: 1, types: 0 } };
	await assert.rejects(KernelModel.open(madeModel(odd), { capacity: 8, memoryBudget: 2 ** 28 }), { code: 'unsupported' });
});

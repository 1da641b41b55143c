// Texts side by side in one pass, and a model in several memories: the same numbers, to the bit, as each text alone in one memory.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeHost } from '../../../hosts/node/host.ts';
import { KernelModel } from '../../../src/transformer/kernels/model.ts';
import type { Transformer } from '../../../src/transformer/transformer.ts';
import { MADE, madeModel } from '../../compute/made.ts';

const host = nodeHost();
const text = (T: number, seed: number): number[] => Array.from({ length: T }, (_, t) => (t * 37 + seed * 13 + 11) % 101);
/** Lengths that end passes early, fill them, and go beyond what one takes. */
const LENGTHS = [5, 2, 17, 64, 30, 9, 33, 128, 3, 150, 4, 121, 8];
const TEXTS = LENGTHS.map(text);

const open = (model: Transformer, more: Partial<Parameters<typeof KernelModel.open>[1]> = {}): Promise<KernelModel> =>
	KernelModel.open(model, { capacity: 160, memoryBudget: 2 ** 28, ...more });

/** The kernels of the standard compiler, and the host's better ones where it has them. */
const COMPILERS = [{}, { optimise: host.optimise! }];

async function statesOf(fast: KernelModel, texts: readonly number[][]): Promise<Float32Array[]> {
	const all: Float32Array[] = [];
	await fast.forwardBatch(texts, (i, states) => {
		assert.equal(i, all.length);
		all.push(states.slice());
	});
	return all;
}

async function alone(fast: KernelModel, texts: readonly number[][]): Promise<Float32Array[]> {
	const all: Float32Array[] = [];
	for (const ids of texts) all.push((await fast.forward(ids, 0, 'states')).slice());
	return all;
}

for (const threads of [1, 2]) {
	describe(`texts side by side, ${threads} threads`, () => {
		for (const config of MADE) {
			test(config.family, async () => {
				for (const compiler of COMPILERS) {
					const fast = await open(madeModel(config), { threads, startWorker: host.startWorker!, clock: host, ...compiler });
					assert.equal(fast.threads, threads);
					assert.deepEqual(await statesOf(fast, TEXTS), await alone(fast, TEXTS));
					fast.close();
				}
			});
		}
	});
}

test('texts of one token go through another kernel when alone: equal to rounding', async () => {
	const fast = await open(madeModel(MADE[0]!));
	const texts = [text(1, 1), text(1, 2), text(6, 3)];
	const [together, single] = [await statesOf(fast, texts), await alone(fast, texts)];
	for (const [i, states] of together.entries()) {
		for (const [d, value] of states.entries()) assert.ok(Math.abs(value - single[i]![d]!) < 1e-5, `text ${i}, value ${d}`);
	}
	fast.close();
});

test('texts of quantised weights side by side', async () => {
	for (const dtype of ['Q8_0', 'Q4_1', 'Q5_0'] as const) {
		for (const compiler of COMPILERS) {
			const fast = await open(madeModel(MADE[0]!, dtype), compiler);
			assert.deepEqual(await statesOf(fast, TEXTS), await alone(fast, TEXTS));
			fast.close();
		}
	}
});

test('a text that is refused is refused before anything runs', async () => {
	const fast = await open(madeModel(MADE[0]!));
	await assert.rejects(statesOf(fast, [text(3, 1), []]), { code: 'usage' });
	await assert.rejects(statesOf(fast, [text(3, 1), text(161, 1)]), { code: 'too-large' });
	await assert.rejects(statesOf(fast, [text(3, 1), [2 ** 32 + 5]]), { code: 'out-of-range' });
	assert.deepEqual(await statesOf(fast, []), []);
	fast.close();
});

describe('several memories', () => {
	for (const threads of [1, 2]) {
		for (const config of MADE) {
			test(`${config.family}, ${threads} threads`, async () => {
				const blocks = [...config.blocks, ...config.blocks, ...config.blocks];
				const model = madeModel({ ...config, blocks });
				const [ofTwo, ofThree] = [await open(madeModel(config)), await open(madeModel({ ...config, blocks: blocks.slice(0, 3) }))];
				const workers = { threads, startWorker: host.startWorker!, clock: host };
				const whole = await open(model, workers);
				// Two memories, and about three of two blocks each.
				const limits = [whole.bytes.all - 65536, (ofTwo.bytes.all + ofThree.bytes.all) / 2];
				const ids = text(133, 5);
				for (const memoryLimit of limits) {
					const split = await open(model, { ...workers, memoryLimit });
					assert.ok(split.memories > 1, `${split.memories} memories of ${memoryLimit} bytes`);
					assert.equal(split.bytes.cache, whole.bytes.cache);
					for (const [from, to] of [
						[0, 130],
						[130, 131],
						[131, 133],
					] as const) {
						const want = config.logits ? 'logits' : 'states';
						if (!config.blocks[0]!.attention.causal && from > 0) continue;
						const wanted = (await whole.forward(ids.slice(from, to), from, want)).slice();
						assert.deepEqual((await split.forward(ids.slice(from, to), from, want)).slice(), wanted);
					}
					assert.deepEqual(await statesOf(split, TEXTS), await statesOf(whole, TEXTS));
					split.close();
				}
				for (const model of [whole, ofTwo, ofThree]) model.close();
			});
		}
	}

	test('what does not fit says what it needs', async () => {
		const model = madeModel(MADE[0]!);
		await assert.rejects(open(model, { memoryLimit: 2 ** 20 }), {
			code: 'too-large',
			message: /block 0 .*got \d+ bytes, allowed at most 1048576/,
		});
		await assert.rejects(open(model, { memoryBudget: 2 ** 20 }), {
			code: 'too-large',
			message: /got \d+ bytes \(weights \d+, cache \d+, 2 blocks\), allowed at most 1048576, the memory budget/,
		});
	});
});

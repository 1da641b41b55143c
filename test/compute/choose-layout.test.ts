// How 4-bit weights are laid: packed unless bytes are faster where weights are read from memory, and only where there is room for them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, layoutChoice } from '../../src/compute/choose-layout.ts';
import { buildKernels } from '../../src/compute/wasm.ts';
import { divide, hasRoomForBytes } from '../../src/transformer/kernels/divide.ts';
import { openFast } from '../../src/transformer/kernels/model.ts';
import { MADE, madeModel } from './made.ts';

const build = { ...(await buildKernels('simd')), compiled: true };

/** Looks at the clock in the first trial where it leads to a second: at its beginning, around eight runs of each layout, and at its end. */
const CACHED_LOOKS = 1 + 8 * 2 * 2 + 1;

/** A clock by which runs take so long: packed and in bytes, in cache and from memory. */
function paced(cached: readonly [number, number], streamed: readonly [number, number]): () => number {
	let looks = 0;
	let time = 0;
	return () => {
		const times = looks < CACHED_LOOKS ? cached : streamed;
		const inTrial = looks < CACHED_LOOKS ? looks : looks - CACHED_LOOKS;
		looks++;
		// Look 2 ends a run of packed ones, 4 one of bytes.
		if (inTrial > 0 && inTrial % 2 === 0) time += times[(inTrial / 2 - 1) % 2]!;
		return time;
	};
}

test('bytes that gain less than a quarter in cache are not timed from memory', () => {
	const choice = decide(build, false, paced([1, 2], [1, 1]));
	assert.deepEqual([choice.fourBits, choice.streamed], ['packed', undefined]);
	// As many rows of records in both, in half the time.
	assert.equal(choice.cached!.packed / choice.cached!.bytes, 2);
	assert.equal(decide(build, false, paced([1.2, 1], [2, 1])).streamed, undefined);
});

test('bytes that gain enough in cache are taken where they do so from memory, by a quarter at least', () => {
	// The same bytes of memory hold three fifths of the weights.
	assert.equal(decide(build, false, paced([2, 1], [1, 1])).fourBits, 'packed');
	assert.equal(decide(build, false, paced([2, 1], [1, 0.5])).fourBits, 'packed');
	const choice = decide(build, false, paced([2, 1], [1, 0.4]));
	assert.equal(choice.fourBits, 'bytes');
	assert.match(choice.reason, /half of the memory budget/);
	assert.ok(Math.abs(choice.streamed!.bytes / choice.streamed!.packed - 1.5) < 0.001);
});

test('the twins are not timed', async () => {
	assert.equal(decide(await buildKernels('scalar'), false, () => assert.fail()).fourBits, 'packed');
});

test('bytes need room: all that the model would take', () => {
	const sizes = { tokensAtOnce: 32, capacity: 32, threads: 1 };
	const room = { memoryBudget: 2 ** 28, memoryLimit: 2 ** 28, reserve: 0, floats: false };
	const all = (dtype: 'Q4_1' | 'Q8_0', fourBits: 'packed' | 'bytes') => divide(madeModel(MADE[0]!, dtype), sizes, { ...room, fourBits });
	const packed = all('Q4_1', 'packed');
	const needed = all('Q4_1', 'bytes').reduce((sum, { pages }) => sum + pages * 65536, 0);
	// Pages are whole ones.
	assert.deepEqual([hasRoomForBytes(packed, needed + 65536), hasRoomForBytes(packed, needed - 2 * 65536)], [true, false]);
	// Without such weights there is nothing to choose.
	assert.equal(hasRoomForBytes(all('Q8_0', 'packed'), 2 ** 28), false);
});

test('a model is timed for if it has such weights and room; without a clock nothing is timed', async () => {
	const open = async (dtype: 'Q4_1' | 'Q8_0', memoryBudget: number, clock: boolean): Promise<void> => {
		const now = { now: () => performance.now(), wait: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };
		const fast = await openFast(madeModel(MADE[0]!, dtype), { capacity: 32, memoryBudget, variant: 'simd', ...(clock && { clock: now }) });
		fast.close();
	};
	await open('Q8_0', 2 ** 28, true);
	await open('Q4_1', 2 ** 28, false);
	assert.equal(layoutChoice('simd'), undefined);
	await open('Q4_1', 2 ** 28, true);
	assert.ok(layoutChoice('simd')!.cached!.packed > 0);
});

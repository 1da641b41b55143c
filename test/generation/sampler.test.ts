// The sampler chain against arithmetic that a reader can redo, and the properties that hold for any logits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCandidates, refill, sortBest } from '../../src/generation/candidates.ts';
import { seededRandom } from '../../src/generation/random.ts';
import { applySampler, checkSampler, draw, type SamplerStep } from '../../src/generation/sampler.ts';
import { samplerOf } from '../../src/generation/sampling.ts';
import { logSumExp } from '../../src/unembedding/probability.ts';

/** Probabilities 0.5, 0.25, 0.125, 0.125 for ids 2, 0, 1, 3. */
const LOGITS = Float32Array.of(Math.log(0.25), Math.log(0.125), Math.log(0.5), Math.log(0.125));

function kept(chain: readonly SamplerStep[], logits = LOGITS, history: readonly number[] = []): number[] {
	const candidates = createCandidates(logits.length);
	applySampler(chain, logits, history, candidates);
	return Array.from(candidates.ids.subarray(0, candidates.count)).sort((a, b) => a - b);
}

test('each step keeps what its definition says', () => {
	assert.deepEqual(kept([]), [0, 1, 2, 3]);
	assert.deepEqual(kept([{ type: 'temperature', value: 0 }]), [2]);
	assert.deepEqual(kept([{ type: 'topK', k: 2 }]), [0, 2]);
	assert.deepEqual(kept([{ type: 'topK', k: 9 }]), [0, 1, 2, 3]);
	assert.deepEqual(kept([{ type: 'topP', p: 0.5 }]), [2]);
	assert.deepEqual(kept([{ type: 'topP', p: 0.51 }]), [0, 2]);
	assert.deepEqual(kept([{ type: 'topP', p: 1 }]), [0, 1, 2, 3]);
	assert.deepEqual(kept([{ type: 'minP', p: 0.4 }]), [0, 2]); // 0.4 · 0.5 = 0.2
	// Entropy of the four is 1.75 ln 2: the surprises 1, 2, 3, 3 (in ln 2) lie 0.75, 0.25, 1.25, 1.25 away.
	assert.deepEqual(kept([{ type: 'typical', p: 0.2 }]), [0]);
	assert.deepEqual(kept([{ type: 'typical', p: 0.7 }]), [0, 2]);
	assert.deepEqual(
		kept([
			{ type: 'bias', bias: { 3: 10 } },
			{ type: 'topK', k: 1 },
		]),
		[3],
	);
	assert.deepEqual(
		kept(
			[
				{ type: 'penalties', presence: 5 },
				{ type: 'topK', k: 1 },
			],
			LOGITS,
			[2],
		),
		[0],
	);
	assert.deepEqual(
		kept(
			[
				{ type: 'penalties', frequency: 0.4 },
				{ type: 'topK', k: 1 },
			],
			LOGITS,
			[2],
		),
		[2],
	); // 0.4 < ln 2
	assert.deepEqual(
		kept(
			[
				{ type: 'penalties', frequency: 0.4 },
				{ type: 'topK', k: 1 },
			],
			LOGITS,
			[2, 2],
		),
		[0],
	); // 0.8 > ln 2
	assert.deepEqual(
		kept(
			[
				{ type: 'penalties', repetition: 4 },
				{ type: 'topK', k: 1 },
			],
			LOGITS,
			[2],
		),
		[0],
	); // 4 ln ½ < ln ¼
});

test('ties go to the lower id', () => {
	assert.deepEqual(kept([{ type: 'topK', k: 3 }]), [0, 1, 2]);
});

test('sortBest agrees with a whole sort on random logits with ties', () => {
	const random = seededRandom(7);
	for (let round = 0; round < 200; round++) {
		const logits = Float32Array.from({ length: 1 + Math.floor(random() * 300) }, () => Math.round(random() * 40));
		const expected = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
		const candidates = createCandidates(logits.length);
		refill(candidates, logits);
		for (const n of [1, 5, 5, 60, logits.length]) {
			sortBest(candidates, n);
			assert.deepEqual(Array.from(candidates.ids.subarray(0, Math.min(n, logits.length))), expected.slice(0, n));
		}
	}
});

test('draws follow the probabilities', () => {
	const candidates = createCandidates(4);
	const random = seededRandom(1);
	const counts = [0, 0, 0, 0];
	for (let i = 0; i < 20_000; i++) {
		applySampler([], LOGITS, [], candidates);
		counts[draw(candidates, random)]! += 1;
	}
	// 5 standard deviations of a binomial with n = 20,000 and p = 0.5 are 354.
	for (const [id, share] of [0.25, 0.125, 0.5, 0.125].entries()) assert.ok(Math.abs(counts[id]! - share * 20_000) < 354, `${counts}`);
});

test('NaN and -Infinity never come; nothing left is an error', () => {
	assert.deepEqual(kept([], Float32Array.of(Number.NaN, 1, Number.NEGATIVE_INFINITY)), [1]);
	assert.throws(() => kept([], Float32Array.of(Number.NaN, Number.NaN)), { code: 'out-of-range' });
});

test('settings out of range are named', () => {
	const V = LOGITS.length;
	assert.throws(() => checkSampler([{ type: 'topP', p: 1.5 }], V), /topP\.p.*got 1\.5.*above 0, at most 1/);
	assert.throws(() => checkSampler([{ type: 'temperature', value: Number.NaN }], V), /temperature\.value/);
	assert.throws(() => checkSampler([{ type: 'topK', k: 1.5 }], V), /topK\.k.*got 1\.5.*a whole number/);
	assert.throws(() => checkSampler([{ type: 'topK' } as never], V), /topK\.k.*got undefined/);
	assert.throws(() => checkSampler([{ type: 'bias' } as never], V), /bias\.bias.*an object/);
	checkSampler([{ type: 'bias', bias: { 3: -100 } }], V);
	for (const bias of [{ 4: 1 }, { 0.5: 1 }, { 1: Number.NaN }, { 1: Number.POSITIVE_INFINITY }, { 1: '5' }]) {
		assert.throws(() => checkSampler([{ type: 'bias', bias } as never], V), /bias\..*ids from 0 to 3, finite numbers/);
	}
	assert.throws(() => checkSampler([{ type: 'warmth' } as never], V), /sampler\.type.*"warmth".*topK/);
});

test('the same seed gives the same numbers, in [0, 1)', () => {
	const [a, b, c] = [seededRandom(42), seededRandom(42), seededRandom(43)];
	const first = Array.from({ length: 100 }, a);
	assert.deepEqual(Array.from({ length: 100 }, b), first);
	assert.notDeepEqual(Array.from({ length: 100 }, c), first);
	assert.ok(first.every((x) => x >= 0 && x < 1));
});

test('logSumExp of equal parts', () => {
	assert.ok(Math.abs(logSumExp([1000, 1000]) - (1000 + Math.LN2)) < 1e-12);
});

test('settings become a chain in the order of llama.cpp: temperature last, so that top-p cuts what the model itself thinks', () => {
	const all = { temperature: 2, minP: 0.1, topP: 0.9, typical: 0.9, topK: 40, repetition: 1.1, bias: { 1: 2 } };
	assert.deepEqual(
		samplerOf(all).map(({ type }) => type),
		['bias', 'penalties', 'topK', 'typical', 'topP', 'minP', 'temperature'],
	);
	// Of shares 0.6, 0.3, 0.1 two make 0.85. At temperature 2 they are 0.47, 0.33, 0.19, and it takes three.
	const logits = Float32Array.of(Math.log(0.6), Math.log(0.3), Math.log(0.1));
	const candidates = createCandidates(3);
	applySampler(samplerOf({ temperature: 2, topP: 0.85 }), logits, [], candidates);
	assert.equal(candidates.count, 2);
	assert.deepEqual(samplerOf({}), [{ type: 'temperature', value: 0 }]);
	assert.deepEqual(samplerOf({ topK: 0, minP: 0 }), [{ type: 'temperature', value: 0 }]);
});

// The sampler chain against transformers' own processors on the same logits. Expected: scripts/reference/make_samplers.py.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createCandidates } from '../../src/generation/candidates.ts';
import { applySampler, type SamplerStep } from '../../src/generation/sampler.ts';
import { logSumExp } from '../../src/unembedding/probability.ts';

interface Case {
	readonly logits: readonly number[];
	readonly history: readonly number[];
	readonly chain: readonly SamplerStep[];
	/** Id → probability, of those that may come next. */
	readonly kept: Readonly<Record<string, number>>;
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('../fixtures/generation/samplers.json', import.meta.url), 'utf8'));

test('chains of steps leave what the reference leaves, with its probabilities', () => {
	assert.ok(cases.length >= 60);
	for (const [i, { logits, history, chain, kept }] of cases.entries()) {
		const candidates = createCandidates(logits.length);
		applySampler(chain, Float32Array.from(logits), history, candidates);
		const ids = [...candidates.ids.subarray(0, candidates.count)];
		const what = `case ${i}: ${JSON.stringify(chain)}`;
		assert.deepEqual(
			ids.toSorted((a, b) => a - b),
			Object.keys(kept).map(Number),
			what,
		);
		const total = logSumExp(candidates.logits, candidates.count);
		for (const [at, id] of ids.entries()) {
			const difference = Math.abs(Math.exp(candidates.logits[at]! - total) - kept[id]!);
			assert.ok(difference < 2e-5, `${what}: id ${id} is ${difference} off`);
		}
	}
});

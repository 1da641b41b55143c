// Conversations that take turns on one model: each finds its beginning again, and says what it would have said alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeHost } from '../../hosts/node/host.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import type { GeneratedToken } from '../../src/generation/generate.ts';
import { type Generated, type Model, type OpenOptions, openModel } from '../../src/model.ts';
import { createPrefixes } from '../../src/transformer/kernels/prefixes.ts';
import { F_FAST, tinyModel } from '../server/tiny-model.ts';

const bytes = await tinyModel(7, F_FAST);
const open = (options: OpenOptions = {}): Promise<Model> =>
	openModel(nodeHost(), { name: 'tiny.gguf', files: new Map([['tiny.gguf', memorySource('tiny.gguf', bytes)]]) }, options);

/** A beginning of 100 ids, and turns behind it. */
const talk = (seed: number): number[] => Array.from({ length: 100 }, (_, i) => ((i + 1) * seed) % 251);

async function turn(model: Model, prompt: readonly number[]): Promise<{ ids: number[]; end: Generated }> {
	const ids: number[] = [];
	const answer = model.generate(prompt, { maxTokens: 8, stopIds: [] });
	for (let next = await answer.next(); ; next = await answer.next()) {
		if (next.done) return { ids, end: next.value };
		if (next.value.id !== undefined) ids.push(next.value.id);
	}
}

test('two conversations by turns: of each later turn only what is new is computed, and the answers are those of one alone', async () => {
	const model = await open();
	const alone = await open({ prefixCache: 0 });
	const talks = [talk(7), talk(11)];
	for (let round = 0; round < 4; round++) {
		for (const [i, ids] of talks.entries()) {
			const { ids: said, end } = await turn(model, ids);
			const expected = await turn(alone, ids);
			assert.deepEqual(said, expected.ids);
			assert.equal(end.provenance.precision, 'fast');
			// All but the answer's last token, which was never passed through, and the new turn's five.
			assert.equal(end.reused, round === 0 ? 0 : ids.length - 6, `round ${round}, talk ${i}`);
			if (round > 0) assert.equal(expected.end.reused, 0);
			talks[i] = [...ids, ...said, 1 + i, 2, 3, 4, 5];
		}
		// A sentence vector overwrites the same cache.
		await model.sentence('I love you so much.');
	}
	await Promise.all([model.close(), alone.close()]);
});

test('two generations at once interleave token by token and say what each says alone', async () => {
	const model = await open();
	const [a, b] = [talk(7), talk(11)];
	const single = [(await turn(model, a)).ids, (await turn(model, b)).ids];
	const together = await Promise.all([turn(model, a), turn(model, b)]);
	assert.deepEqual(
		together.map(({ ids }) => ids),
		single,
	);
	await model.close();
});

test('a pass that was broken off leaves what stood before it', async () => {
	const model = await open();
	const ids = talk(7);
	await turn(model, ids);
	const gone = new AbortController();
	gone.abort();
	await assert.rejects(model.generate([...ids, 9, 9, 9], { signal: gone.signal }).next());
	const { end } = await turn(model, ids);
	assert.equal(end.reused, ids.length - 2);
	await model.close();
});

test('the same question has the same logits again, however much of it is known', async () => {
	const model = await open();
	const scores = async (prompt: readonly number[]) => {
		const { value } = await model.generate(prompt, { maxTokens: 1, stopIds: [], logProbabilities: 5 }).next();
		return (value as GeneratedToken).top;
	};
	for (const length of [2, 3, 100, 250]) {
		const ids = Array.from({ length }, (_, i) => ((i + length) * 7) % 251);
		const first = await scores(ids);
		assert.deepEqual(await scores(ids), first, `${length} ids, at once`);
		await scores([...ids.slice(0, length >> 1), 250, 250]);
		assert.deepEqual(await scores(ids), first, `${length} ids, half of them known`);
	}
	await model.close();
});

test('what is kept is bounded by bytes; the one used longest ago goes; what another holds is not kept twice', () => {
	const prefixes = createPrefixes(300);
	const keep = (ids: readonly number[]) => prefixes.keep(ids, ids.length, () => new Uint8Array(ids.length));
	const shared = (ids: readonly number[]) => prefixes.find(ids)?.shared ?? 0;
	keep(talk(7));
	keep(talk(11));
	keep(talk(13));
	assert.equal(prefixes.bytes, 300);
	assert.equal(shared([...talk(7), 1]), 100);
	keep(talk(17));
	assert.deepEqual([shared(talk(7)), shared(talk(17)), prefixes.bytes], [100, 100, 300]);
	assert.ok(shared(talk(11)) < 2);
	keep([...talk(7), ...Array.from({ length: 50 }, () => 3)]); // holds talk(7) itself
	assert.deepEqual([prefixes.bytes, shared(talk(7))], [250, 100]);
	keep(Array.from({ length: 301 }, () => 1));
	assert.equal(prefixes.bytes, 250);
});

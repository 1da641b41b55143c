// The transformer in a real Chromium: every point of a quantised block, generation on one thread and on several, as in Node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from 'tongsa';
import { useLibraryPage } from './library-page.ts';

const LLAMA = 'test/fixtures/families/llama.gguf';
const QUANTISED = 'models/smollm2.gguf';
const PROMPT = [5, 9, 2, 31, 7];

const library = useLibraryPage();

test('every point of a quantised block is what it is in Node', async () => {
	const at = ['blocks.0.*.*', 'blocks.0.output'];
	const seen = await library().page.evaluate(
		async ({ path, at }) => {
			const { openModel } = (await import(`${location.origin}/hosts/browser/index.ts`)) as typeof import('../hosts/browser/index.ts');
			const model = await openModel(path);
			const { points } = await model.trace('I love you so much.', { at });
			await model.close();
			return Object.entries(points).map(([name, { shape, data }]) => ({ name, shape, data: Array.from(data) }));
		},
		{ path: `/${QUANTISED}`, at },
	);
	const model = await openModel(QUANTISED);
	const { points } = await model.trace('I love you so much.', { at });
	await model.close();
	assert.deepEqual(
		seen.map(({ name }) => name),
		Object.keys(points),
	);
	assert.ok(seen.length >= 14);
	for (const { name, shape, data } of seen) {
		const expected = points[name]!;
		assert.deepEqual(shape, expected.shape);
		const largest = expected.data.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
		// Two versions of V8 may round exp and sin differently in the last place.
		for (const [i, value] of data.entries()) {
			const right = expected.data[i]!;
			assert.ok(Object.is(value, right) || Math.abs(value - right) <= 1e-5 * largest, `${name}[${i}]: ${value}, in Node ${right}`);
		}
	}
});

/** Greedy ids of the small llama in the page's main thread, or in a worker of it. */
function generated(where: 'page' | 'worker', threads: number): Promise<{ ids: number[]; isolated: boolean }> {
	return library().page.evaluate(
		async ({ path, prompt, where, threads }) => {
			const code = `
				const { openModel } = await import('${location.origin}/src/model.ts');
				const { browserHost } = await import('${location.origin}/hosts/browser/host.ts');
				const model = await openModel({ ...browserHost(), threads: ${threads} }, '${location.origin}${path}');
				const ids = [];
				for await (const { id } of model.generate(${JSON.stringify(prompt)}, { maxTokens: 12, stopIds: [] })) ids.push(id);
				await model.close();
				const answer = { ids, isolated: crossOriginIsolated };`;
			const run = (text: string) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
			if (where === 'page') return (await import(run(`${code} export default answer;`))).default;
			const worker = new Worker(run(`${code} postMessage(answer);`), { type: 'module' });
			return new Promise((done, fail) => {
				worker.onmessage = (event) => done(event.data);
				worker.onerror = (event) => fail(new Error(event.message));
			});
		},
		{ path: `/${LLAMA}`, prompt: PROMPT, where, threads },
	);
}

test('generation is the same on a page, in a worker and on two threads', { timeout: 60_000 }, async () => {
	const model = await openModel(LLAMA);
	const expected: number[] = [];
	for await (const { id } of model.generate(PROMPT, { maxTokens: 12, stopIds: [] })) expected.push(id!);
	await model.close();
	for (const [where, threads] of [
		['page', 1],
		['worker', 1],
		['worker', 2],
		['page', 2],
	] as const) {
		const { ids, isolated } = await generated(where, threads);
		assert.equal(isolated, true);
		assert.deepEqual(ids, expected, `${where}, ${threads} threads`);
	}
});

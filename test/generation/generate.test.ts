// Generation's rules on a sequence small enough to follow by hand: after id n comes n + 1.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Finish, type GeneratedPiece, type GeneratedToken, type GenerateOptions, generate } from '../../src/generation/generate.ts';
import { stopStrings } from '../../src/generation/stop.ts';
import type { Tokenizer } from '../../src/tokenizer/types.ts';
import type { Sequence } from '../../src/transformer/engine.ts';

const V = 12;

/** Counts upwards; remembers how many ids it was fed. */
function counting(contextLength = 10): Sequence & { fed: number; computed: number } {
	const ids: number[] = [];
	return {
		ids,
		vocabulary: V,
		contextLength,
		fed: 0,
		computed: 0,
		async decode(more) {
			this.computed = more.length;
			this.fed += more.length;
			ids.push(...more);
			const logits = new Float32Array(V);
			logits[(ids.at(-1)! + 1) % V] = 5;
			return logits;
		},
		truncate: (length) => void ids.splice(length),
	};
}

/** Id n is the n-th letter. */
const letters = {
	size: V,
	special: { stops: [7] },
	token: (id: number) => ({ id, text: String.fromCharCode(97 + id), bytes: Uint8Array.of(97 + id), kind: 'normal' }),
	decoder: () => ({ push: (id: number) => String.fromCharCode(97 + id), end: () => '' }),
} as unknown as Tokenizer;

async function run(
	state: Sequence,
	prompt: number[],
	options: GenerateOptions = {},
): Promise<{ tokens: GeneratedToken[]; text: string; finish: Finish }> {
	const pieces: GeneratedPiece[] = [];
	const stream = generate(state, letters, prompt, options);
	for (;;) {
		const next = await stream.next();
		if (!next.done) {
			pieces.push(next.value);
			continue;
		}
		const tokens = pieces.filter((piece) => piece.id !== undefined);
		return { tokens, text: pieces.map(({ text }) => text).join(''), finish: next.value };
	}
}

test('goes on greedily until a stop id, which is not part of the text', async () => {
	const { text, finish, tokens } = await run(counting(), [2], { logProbabilities: 2 });
	assert.equal(text, 'defg');
	assert.deepEqual({ finishReason: finish.finishReason, by: finish.stoppedBy }, { finishReason: 'stop', by: 'h' });
	const expected = 5 - Math.log(Math.exp(5) + (V - 1));
	assert.ok(Math.abs(tokens[0]!.logProbability - expected) < 1e-6);
	assert.deepEqual(
		tokens[0]!.top.map(({ id }) => id),
		[3, 0],
	);
});

test('a stop string that spans tokens is never leaked', async () => {
	const { text, finish, tokens } = await run(counting(), [2], { stop: ['ef'] });
	assert.equal(text, 'd');
	assert.equal(finish.stoppedBy, 'ef');
	assert.deepEqual(
		tokens.map(({ text }) => text),
		['d', '', ''],
	);
});

test('text held back for a stop string that does not come is given at the end', async () => {
	assert.equal((await run(counting(), [2], { stop: ['ex'], maxTokens: 2 })).text, 'de');
});

test('ends by length and by context, and says which', async () => {
	assert.equal((await run(counting(), [2], { maxTokens: 2 })).finish.finishReason, 'length');
	assert.equal((await run(counting(4), [2], { stopIds: [] })).finish.finishReason, 'context');
});

test('a prompt that does not fit is refused with the numbers, an empty one by name', async () => {
	await assert.rejects(run(counting(3), [0, 1, 2]), /got 3 tokens.*at most 2/);
	await assert.rejects(run(counting(), []), /no tokens/);
});

test('the shared beginning of a second prompt is not computed again', async () => {
	const state = counting(20);
	await run(state, [1, 2, 3], { maxTokens: 1 });
	assert.equal(state.fed, 3);
	await run(state, [1, 2, 3, 4], { maxTokens: 1 });
	assert.equal(state.fed, 4);
	await run(state, [1, 9], { maxTokens: 1 });
	assert.equal(state.fed, 5);
	assert.deepEqual(state.ids, [1, 9]);
});

test('a cancelled generation stops at the next token', async () => {
	const controller = new AbortController();
	const stream = generate(counting(), letters, [0], { signal: controller.signal, stopIds: [] });
	await stream.next();
	controller.abort();
	await assert.rejects(stream.next(), { name: 'AbortError' });
});

test('stop strings: earliest wins, whatever the cutting', () => {
	const text = 'one two three';
	for (let a = 0; a <= text.length; a++) {
		for (let b = a; b <= text.length; b++) {
			const stop = stopStrings(['three', 'wo t']);
			let shown = '';
			let stopped: string | undefined;
			for (const piece of [text.slice(0, a), text.slice(a, b), text.slice(b)]) {
				if (stopped !== undefined) break;
				const result = stop.push(piece);
				shown += result.text;
				stopped = result.stopped;
			}
			assert.deepEqual([shown, stopped], ['one t', 'wo t']);
		}
	}
});

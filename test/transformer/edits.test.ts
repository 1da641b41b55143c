// Replacements as data: what a small JSON file can do to a run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEdits, replacementOf } from '../../src/transformer/edits.ts';
import { trace } from '../../src/unembedding/trace.ts';
import { expectedAt, FAMILIES, transformerAt } from './open.ts';

const ids = (await expectedAt(`${FAMILIES}llama.expected.safetensors`)).ids('ids');
const model = await transformerAt(`${FAMILIES}llama`);
const run = (json: unknown, at: string) => trace(model, { ids }, { at: [at], replace: parseEdits(json).map(replacementOf) });

test('set, add and multiply, on a head, a token, or everything', async () => {
	const plain = (await run([], 'blocks.0.attention.context')).points.get('blocks.0.attention.context')!;
	const [, T, Dh] = plain.shape as [number, number, number];
	const edited = await run(
		[
			{ at: 'blocks.0.attention.context', head: 2, set: 0 },
			{ at: 'blocks.0.attention.context', head: 1, token: -1, add: Array.from({ length: Dh }, (_, i) => i) },
			{ at: 'blocks.0.attention.context', head: 0, multiply: 2 },
		],
		'blocks.0.attention.context',
	);
	const expected = plain.data.map((value, i) => {
		const head = Math.floor(i / (T * Dh));
		const token = Math.floor(i / Dh) % T;
		if (head === 2) return 0;
		if (head === 1 && token === T - 1) return value + (i % Dh);
		return head === 0 ? value * 2 : value;
	});
	assert.deepEqual(edited.points.get('blocks.0.attention.context')!.data, expected);
});

const REFUSED: readonly [string, unknown, RegExp][] = [
	['no list', {}, /the file.*a list of edits/],
	['an unknown key', [{ at: 'blocks.0.output', sets: 0 }], /edit 0, sets.*set, add, multiply/],
	['no operation', [{ at: 'blocks.0.output' }], /edit 0.*one of set, add, multiply/],
	['two operations', [{ at: 'blocks.0.output', set: 0, add: 1 }], /got set, add/],
	['a text for a number', [{ at: 'blocks.0.output', set: 'x' }], /edit 0, set.*got x/],
	['a list of another width', [{ at: 'blocks.0.output', add: [1, 2] }], /blocks\.0\.output.*got 2 values.*36 values/],
	['a head where there are none', [{ at: 'blocks.0.output', head: 0, set: 0 }], /head.*has no heads/],
	['a token that is not there', [{ at: 'blocks.0.output', token: 13, set: 0 }], /token.*-13 to 12/],
	['an unknown point', [{ at: 'blocks.0.mood', set: 0 }], /blocks\.0\.mood/],
];
for (const [what, json, message] of REFUSED) {
	test(`${what} is refused by name`, async () => {
		await assert.rejects(async () => run(json, 'blocks.0.output'), { name: 'TongsaError', message });
	});
}

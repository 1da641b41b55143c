// The root export is a hand-written list that fits one screen.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = readFileSync('src/index.ts', 'utf8');

test('few values, openModel among them, each written out', async () => {
	assert.doesNotMatch(root, /export \*/);
	const values = Object.keys(await import('tongsa'));
	assert.ok(values.includes('openModel'));
	assert.ok(values.length <= 20, values.join(', '));
});

test("every type that the model's and the tokenizer's types name can be named by a user", () => {
	const named = [...root.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names]) =>
		names!.split(',').map((name) => name.trim().replace(/^type /, '')),
	);
	const whole = [...root.matchAll(/export type \* from '(.*)'/g)].map(([, path]) => path!);
	assert.deepEqual(whole, ['./model.ts', './tokenizer/types.ts']);
	const exported = new Set(named);
	const types = ['src/model/types.ts', 'src/model/provenance.ts', 'src/tokenizer/types.ts'].map((path) => readFileSync(path, 'utf8'));
	for (const text of types) for (const [, name] of text.matchAll(/^export (?:interface|type) (\w+)/gm)) exported.add(name!);
	const needed = types.flatMap((text) => [...text.matchAll(/^import type \{([^}]*)\}/gm)].flatMap(([, names]) => names!.split(',')));
	assert.ok(needed.length > 10);
	assert.deepEqual(
		needed.map((name) => name.trim()).filter((name) => !exported.has(name)),
		[],
	);
});

test('the package opens under its own name, as a user imports it', async () => {
	const { openModel, TongsaError, dtypes } = await import('tongsa');
	assert.equal(typeof openModel, 'function');
	assert.equal(dtypes.Q8_0.blockBytes, 34);
	assert.ok(new TongsaError('usage', 'x') instanceof Error);
});

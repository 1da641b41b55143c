// The root export is a hand-written list that fits one screen.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('at most 40 names, openModel among them, each written out', () => {
	const text = readFileSync('src/index.ts', 'utf8');
	assert.doesNotMatch(text, /export \*/);
	const names = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap((match) => match[1]!.split(',')).map((name) => name.trim());
	assert.ok(names.length + 1 <= 40, `${names.length + 1} names`);
	assert.equal(new Set(names).size, names.length);
});

test('the package opens under its own name, as a user imports it', async () => {
	const { openModel, TongsaError, dtypes } = await import('tongsa');
	assert.equal(typeof openModel, 'function');
	assert.equal(dtypes.Q8_0.blockBytes, 34);
	assert.ok(new TongsaError('usage', 'x') instanceof Error);
});

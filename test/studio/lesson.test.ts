// The studio's own arithmetic, without a browser: what the lesson asks, how typed numbers are read, and which errors are whose.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TongsaError } from '../../src/errors.ts';
import { fixed } from '../../surfaces/studio/src/display/number.ts';
import { refusalOf } from '../../surfaces/studio/src/engine/protocol.ts';
import { askedDimension } from '../../surfaces/studio/src/lesson/dimension.ts';
import { numberIn, numberOf } from '../../surfaces/studio/src/lesson/typed.ts';

test('a dimension is asked about whose largest value is positive and clearly apart', () => {
	// Two rows of four: 0 is all negative, 1 has two near ones, 2 is clear (0.9 against 0.1), 3 has one value in both rows.
	const data = Float32Array.of(-0.1, 0.5, 0.1, 0.3, -0.2, 0.49, 0.9, 0.3);
	for (const text of ['a', 'b', 'I love you so much.', '사랑해']) {
		const asked = askedDimension(data, 4, text);
		// Equal rows of 3 are one value: then its only value stands apart from none.
		assert.ok(asked === 2 || asked === 3, `${text}: ${asked}`);
	}
	assert.equal(
		askedDimension(
			data.map((x) => -Math.abs(x)),
			4,
			'a',
		) < 4,
		true,
		'where all are negative there is still one',
	);
});

test('a number is read with the counter that a language puts behind it', () => {
	assert.equal(numberOf(numberIn('3456개')!), 3456);
	assert.equal(numberOf(numberIn('３，４５６ 個')!), 3456);
	assert.equal(numberOf(numberIn('3,456 numbers')!), 3456);
	assert.equal(numberOf(numberIn('−7')!), -7);
	assert.equal(numberIn('six'), undefined);
	assert.equal(numberIn('6 or 7'), undefined);
	assert.equal(numberIn(''), '');
});

test('four decimals, with a minus sign of its own', () => {
	assert.equal(fixed(0.14624), '0.1462');
	assert.equal(fixed(-0.06), '−0.0600');
	assert.equal(fixed(2.5387), '2.5387');
});

test("a part of the page that did not come is the network's fault; a refusal keeps its record", () => {
	// As Chromium, Firefox and Safari word it.
	for (const message of [
		'Failed to fetch dynamically imported module: http://localhost/assets/Map.js',
		'error loading dynamically imported module: http://localhost/assets/Map.js',
		'Importing a module script failed.',
		'NetworkError when attempting to fetch resource.',
	])
		assert.equal(refusalOf(new TypeError(message)).code, 'network');
	assert.equal(refusalOf(new TypeError("Cannot read properties of undefined (reading 'x')")).code, 'internal');
	const { code, detail } = refusalOf(new TongsaError('malformed', 'a field', { file: 'a.gguf', got: 3 }));
	assert.deepEqual([code, detail], ['malformed', { file: 'a.gguf', got: 3 }]);
});

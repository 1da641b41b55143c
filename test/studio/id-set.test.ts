// Sets of token ids as the studio writes them into an address.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/generation/random.ts';
import { packIds, unpackIds } from '../../surfaces/studio/src/state/id-set.ts';
import { MAX_OPTION } from '../../surfaces/studio/src/state/url.ts';

test('what is encircled comes back from its text, thousands in an address, and no text is trusted', () => {
	const random = seededRandom(3);
	for (const count of [0, 1, 600, 8000]) {
		const ids = Array.from({ length: count }, () => Math.floor(random() * 49_152));
		const text = packIds(ids);
		assert.ok(text.length <= MAX_OPTION, `${count} ids: ${text.length} characters`);
		assert.match(text, /^[\w-]*$/, 'nothing that an address would escape');
		assert.deepEqual(
			unpackIds(text, 49_152),
			[...new Set(ids)].sort((a, b) => a - b),
		);
	}
	const all = Array.from({ length: 61 }, (_, id) => id);
	assert.deepEqual(unpackIds(packIds(all), 61), all);
	assert.deepEqual(unpackIds(packIds([5, 70]), 61), [5]);
	for (const text of ['_', '____', '1,2,3', 'z'.repeat(50), '\u{1F600}']) unpackIds(text, 61).every((id) => assert.ok(id >= 0 && id < 61));
});

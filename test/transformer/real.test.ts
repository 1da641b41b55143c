// Real files against their reference, on texts in four languages. Runs where TONGSA_MODELS names the folder of fetched models.
// Expected values: scripts/reference/make_real.py.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findReal, measureReal, REAL_MODELS } from './measure.ts';
import { TOLERANCES } from './tolerances.ts';

for (const real of REAL_MODELS) {
	test(`${real.name}: tokens, states, logits, and what follows`, async (t) => {
		const found = findReal(real);
		if ('missing' in found) return t.skip(found.missing);
		const measure = await measureReal(real, found.path, TOLERANCES.nearTie);
		const limit = found.path.endsWith('.gguf') ? TOLERANCES.quantised : TOLERANCES.exact;
		assert.ok(measure.points.size >= 12);
		for (const [name, error] of measure.points) assert.ok(error <= limit, `${name}: error ${error}, allowed ${limit}`);
		assert.deepEqual(measure.tokensEqual, [4, 4]);
		if (measure.greedyEqual) assert.deepEqual(measure.greedyEqual, [4, 4]);
		if (measure.cosine !== undefined) assert.ok(measure.cosine >= TOLERANCES.sentenceCosine, `cosine ${measure.cosine}`);
	});
}

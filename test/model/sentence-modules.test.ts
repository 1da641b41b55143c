// sentence-transformers' modules.json: what stands behind the pooling is done, or refused by name.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from 'tongsa';

/** A small encoder with these modules: vectors of three ids, or what is refused. */
async function vector(modules: readonly string[], pooling?: 'cls'): Promise<Float32Array> {
	const folder = mkdtempSync(join(tmpdir(), 'tongsa-modules-'));
	try {
		cpSync('test/fixtures/families/minilm', folder, { recursive: true });
		mkdirSync(join(folder, '1_Pooling'));
		writeFileSync(join(folder, '1_Pooling', 'config.json'), JSON.stringify({ pooling_mode_cls_token: true }));
		const list = modules.map((type, idx) => ({
			idx,
			name: String(idx),
			path: `${idx}_${type}`,
			type: `sentence_transformers.models.${type}`,
		}));
		writeFileSync(join(folder, 'modules.json'), JSON.stringify(list));
		const model = await openModel(folder);
		try {
			return (await model.sentence([[5, 9, 2]], { precision: 'exact', ...(pooling && { pooling }) })).vectors[0]!;
		} finally {
			await model.close();
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
}
const length = (values: Float32Array): number => Math.hypot(...values);

test('a norm is there where the list has one', async () => {
	assert.ok(Math.abs(length(await vector(['Transformer', 'Pooling', 'Normalize'])) - 1) < 1e-6);
	assert.ok(Math.abs(length(await vector(['Transformer', 'Pooling'])) - 1) > 1e-3);
});

test('a module that is not known is refused, unless the pooling is asked for', async () => {
	await assert.rejects(vector(['Transformer', 'Pooling', 'CNN', 'Normalize']), {
		code: 'unsupported',
		message: /a module that Tongsa does not have.*got CNN, allowed Transformer, Dropout, Pooling, Normalize/,
	});
	assert.equal((await vector(['Transformer', 'Pooling', 'CNN'], 'cls')).length, 24);
});

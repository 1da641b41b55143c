// Hostile settings: every key of config.json in turn with values that do not belong there. Only typed refusals, and none that takes long.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TongsaError } from '../../src/errors.ts';
import { trace } from '../../src/inspection/trace.ts';
import { ReferenceEngine } from '../../src/transformer/reference/engine.ts';
import { type Config, changed } from './changed.ts';
import { FAMILIES } from './open.ts';

const WRONG = [0, -1, 1e9, 2 ** 53, 2.5, 'x', null, [], ['x'], {}, true, -1e300, 7];
/** One of each reader of settings: plain, nested by layer type, experts, encoder, two stacks. */
const FILES = ['llama-yarn', 'gemma3', 'qwen3-moe', 'gpt-oss', 'phi3-longrope', 'modernbert', 'marian'];

/** Every key, nested ones too, as the way to it. */
function waysTo(settings: Config, above: readonly string[] = []): string[][] {
	return Object.entries(settings).flatMap(([key, value]) => {
		const way = [...above, key];
		return value && typeof value === 'object' && !Array.isArray(value) ? [way, ...waysTo(value as Config, way)] : [way];
	});
}

for (const file of FILES) {
	test(`${file}: every setting wrong in ${WRONG.length} ways`, async () => {
		const settings = JSON.parse(readFileSync(`${FAMILIES}${file}/config.json`, 'utf8')) as Config;
		let refused = 0;
		for (const way of waysTo(settings)) {
			for (const wrong of WRONG) {
				try {
					const model = await changed(file, {
						config: (c) => {
							const holder = way.slice(0, -1).reduce((at, key) => at[key] as Config, c);
							holder[way.at(-1)!] = wrong;
						},
					});
					const ids = [1, 2, 3];
					await trace(new ReferenceEngine(model), model.encoder ? { ids, source: { ids } } : { ids }, { at: ['final.output'] });
				} catch (error) {
					assert.ok(error instanceof TongsaError, `${way.join('.')} = ${JSON.stringify(wrong)}: ${error}`);
					assert.ok(!error.message.includes('\n'), 'one line');
					refused++;
				}
			}
		}
		assert.ok(refused > 50, `${refused} refusals`);
	});
}

// The examples run as they stand, stay short, and print what they promise; docs/engine.md names every point as the code does.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BLOCK_POINTS, GLOBAL_POINTS } from '../../src/spec/points.ts';

const ROOT = join(import.meta.dirname, '../..');
const real = (file: string) => join(process.env.TONGSA_MODELS ?? '', file);

/** What each prints; an example without an entry fails. */
const PRINTS: Readonly<Record<string, { readonly says: RegExp; readonly words?: readonly string[]; readonly whole?: boolean }>> = {
	'attention.ts': { says: /^I {8}1\.00\n love {4}0\.\d\d 0\.\d\d\n/ },
	'matrix.ts': { says: /^6 tokens, each a row of 576 numbers\n"I" → \[ .* \] → I\n/ },
	'silence-a-head.ts': { says: /two states: 0\.\d{4}\n$/ },
	'generate.ts': { says: /\w+ \w+/, words: [real('SmolLM2-135M-Instruct.Q4_1.gguf')], whole: true },
	'agent.ts': {
		says: /multiply\(\{"a": ?12345, ?"b": ?6789\}\) = 83810205\n/,
		words: [real('qwen2.5-coder-0.5b-instruct-q4_k_m.gguf')],
		whole: true,
	},
};

for (const name of readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.ts'))) {
	test(`examples/${name}`, (t) => {
		const path = join(ROOT, 'examples', name);
		assert.ok(readFileSync(path, 'utf8').trimEnd().split('\n').length <= 30);
		const { says, words = [], whole } = PRINTS[name]!;
		if (whole && !existsSync(words[0]!)) return t.skip(`TONGSA_MODELS names no folder with ${words[0]}`);
		const { stdout, stderr, status } = spawnSync(process.execPath, ['--conditions=tongsa-source', path, ...words], { encoding: 'utf8' });
		assert.equal(status, 0, stderr);
		assert.match(stdout, says);
	});
}

test('docs/engine.md lists every point with its shape and caption', () => {
	const page = readFileSync(join(ROOT, 'docs/engine.md'), 'utf8').replaceAll(/ +/g, ' '); // columns are padded
	const rows = (points: Record<string, { readonly shape: readonly string[]; readonly caption: string }>, prefix: string) =>
		Object.entries(points).map(([name, { shape, caption }]) => `| \`${prefix}${name}\` | ${shape.join(', ')} | ${caption} |`);
	const expected = [...rows(GLOBAL_POINTS, ''), ...rows(BLOCK_POINTS, 'blocks.i.')];
	for (const row of expected) assert.ok(page.includes(`${row}\n`), `a row is missing: ${row}`);
	assert.equal(page.match(/^\| `(?:blocks|embedding|final|logits)/gm)?.length, expected.length);
});

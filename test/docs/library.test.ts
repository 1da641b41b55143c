// docs/library.md: every program in it runs as it stands, and prints what it promises. Those that need a whole model get a tiny one.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tinyModel } from '../server/tiny-model.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');

/** What each program prints, by its heading's number. */
const PRINTS: Readonly<Record<string, RegExp>> = {
	1: /^\[[\d,\s]+\] 너를 정말 많이 사랑해\.\n6\n$/,
	2: /^\[ 6, 576 \] \[\s*'I',[\s\S]*' much',[\s\S]*\n love 1\.000\n/,
	3: /^고양이가 소파에서 잔다\. 0\.\d{3} false\n$/,
	4: /\n(?:length|stop)\n$/,
	5: /^> What is an embedding\?\n[\s\S]*\n> Say that in five words\.\n/,
	6: /^(?:true|false)\n$/,
	7: /^no longer wanted\n love\n$/,
	8: /^\[ 9, 6, 6 \]\n0\.\d{3}\n$/,
	9: /^\{ tokens: 3 \}\n$/,
	10: /^not-found \| no such model \| Did you mean smollm2\?/,
};

let folder: string;
before(async () => {
	folder = mkdtempSync(join(tmpdir(), 'tongsa-docs-'));
	writeFileSync(join(folder, 'tiny.gguf'), await tinyModel());
});
after(() => rmSync(folder, { recursive: true }));

const programs = [...PAGE.matchAll(/^## (\d+)\. (.+)$[\s\S]*?^```js\n([\s\S]*?)^```$/gm)];

test('there are ten, and no other', () => {
	assert.deepEqual(
		programs.map(([, number]) => number),
		Object.keys(PRINTS),
	);
	assert.equal(PAGE.match(/^```js$/gm)?.length, programs.length);
});

for (const [, number, title, code] of programs) {
	test(`${number}. ${title}`, () => {
		const file = join(folder, `program-${number}.mjs`);
		writeFileSync(file, code!.replace("from 'tongsa'", `from ${JSON.stringify(import.meta.resolve('tongsa'))}`));
		const { stdout, stderr, status } = spawnSync(process.execPath, ['--conditions=tongsa-source', file, join(folder, 'tiny.gguf')], {
			encoding: 'utf8',
			cwd: folder,
			env: { ...process.env, TONGSA_CACHE: join(folder, 'cache'), HF_HUB_CACHE: folder, OLLAMA_MODELS: folder },
		});
		assert.equal(status, 0, stderr);
		assert.match(stdout, PRINTS[number!]!);
	});
}

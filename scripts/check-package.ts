// Checks the package as npm would install it: packs it, unpacks it into an empty folder, and runs its command, its library, a worker and
// its types there, on this Node and on the one that the system has. Needs no network: dependencies are linked from the checkout.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const work = mkdtempSync(join(tmpdir(), 'tongsa-package-'));
const run = (program: string, words: readonly string[], cwd = work): string => execFileSync(program, words, { cwd, encoding: 'utf8' });

const LIBRARY = `import { openModel } from 'tongsa';
const model = await openModel('smollm2');
const { shape } = await model.embed('I love you so much.');
const { matches } = await model.nearest(' love', { top: 1 });
const steps = model.tokenizer?.merges('love').length;
await model.close();
console.log(JSON.stringify({ shape, nearest: matches[0]?.text, steps }));
`;
const SETTINGS = { strict: true, noEmit: true, module: 'NodeNext', target: 'ES2024', lib: ['ES2024', 'DOM'], types: [] as string[] };

try {
	run('npm', ['pack', '--pack-destination', work, '--loglevel', 'error'], process.cwd());
	const { dependencies, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object; version: string };
	const installed = join(work, 'node_modules/tongsa');
	mkdirSync(installed, { recursive: true });
	run('tar', ['-xzf', join(work, `tongsa-${version}.tgz`), '-C', installed, '--strip-components', '1']);
	for (const name of Object.keys(dependencies)) {
		mkdirSync(dirname(join(work, 'node_modules', name)), { recursive: true });
		symlinkSync(resolve('node_modules', name), join(work, 'node_modules', name), 'dir');
	}
	writeFileSync(join(work, 'package.json'), '{ "type": "module" }');
	writeFileSync(join(work, 'library.ts'), LIBRARY);
	writeFileSync(join(work, 'library.js'), LIBRARY);
	writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({ compilerOptions: SETTINGS, files: ['library.ts'] }));

	run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', '.']);
	console.log('types: as declared');
	const elsewhere = process.env.PATH?.split(':').filter((folder) => !folder.includes('node_modules')) ?? [];
	const system = execFileSync('/usr/bin/env', [`PATH=${elsewhere.join(':')}`, 'node', '-p', 'process.execPath'], {
		encoding: 'utf8',
	}).trim();
	assert.match(readFileSync(join(installed, 'dist/studio/LICENSES.txt'), 'utf8'), /react-aria-components/);
	for (const node of new Set([process.execPath, system])) {
		const tongsa = (...words: string[]): string => run(node, [join(installed, 'bin/tongsa.js'), ...words]);
		assert.equal(tongsa('--version').trim(), version);
		assert.equal(tongsa('start', '--terminal').match(/✓ the same/g)?.length, 5);
		const { shape, rows } = JSON.parse(tongsa('embed', 'lecture', 'I love you so much.', '--json'));
		assert.deepEqual(shape, [8, 4]);
		assert.deepEqual(rows[0], [0.481, -0.7042, -0.7409, 0.14624]);
		assert.match(tongsa('template', 'smollm2', '--messages', '[{"role":"user","content":"Hi"}]'), /<\|im_start\|>user\nHi/);
		const answer = JSON.parse(run(node, ['library.js'])) as { shape: number[]; nearest: string; steps: number };
		assert.deepEqual(answer, { shape: [6, 576], nearest: ' love', steps: answer.steps });
		console.log(`${run(node, ['--version']).trim()}: command, library and worker`);
	}
} finally {
	rmSync(work, { recursive: true, force: true });
}

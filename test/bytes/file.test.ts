// File sources: what Node does with handles that nobody closed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('a source that nobody closed does not end the process when it is collected', () => {
	const code = `
		import { fileSource } from './hosts/node/file.ts';
		for (let i = 0; i < 20; i++) await (await fileSource('package.json')).read(0, 4);
		for (let i = 0; i < 5; i++) { gc(); await new Promise((done) => setTimeout(done, 10)); }
		console.log('alive');`;
	const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', code], { encoding: 'utf8' });
	assert.equal(stdout, 'alive\n', stderr);
});

// Folders for what is fetched: made with those above them, and an end where none can be made.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../hosts/node/make-folder.ts';

test('a folder with those above it, twice', async () => {
	const home = mkdtempSync(join(tmpdir(), 'tongsa-folder-'));
	try {
		const path = join(home, 'a', 'b', 'c');
		await makeFolder(path);
		await makeFolder(path);
		assert.ok(statSync(path).isDirectory());
		writeFileSync(join(path, 'file'), '');
		await assert.rejects(makeFolder(join(path, 'file')), { code: 'EEXIST' });
		await assert.rejects(makeFolder(join(path, 'file', 'under')), { code: 'ENOTDIR' });
	} finally {
		rmSync(home, { recursive: true });
	}
});

test('a place that takes no folders is an end', { skip: process.platform !== 'linux' && 'Linux has /proc' }, async () => {
	await assert.rejects(makeFolder('/proc/tongsa/locks'), { code: 'ENOENT' });
});

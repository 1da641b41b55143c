// Runs after `npm ci` in a checkout. Where the machine's Node is too old to run TypeScript, brings a current one and puts it first on the path of
// npm's scripts. Plain JavaScript: an old Node runs it.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { broughtNode } from '../bin/brought-node.js';

if (!process.features.typescript) {
	const root = join(dirname(fileURLToPath(import.meta.url)), '..');
	console.error(`Node ${process.version} is too old to run TypeScript: bringing a current one for this checkout.`);
	const { status } = spawnSync('npm', ['ci', '--prefix', join(root, 'toolchain'), '--no-audit', '--no-fund'], {
		stdio: 'inherit',
		shell: process.platform === 'win32',
	});
	const node = broughtNode();
	if (status !== 0 || !node) throw new Error('no current Node for this machine: install Node 22.18 or newer, then run npm ci again');
	// C headers, for building addons: 67 of 211 MB.
	rmSync(join(dirname(node), '..', 'include'), { recursive: true, force: true });
	const bin = join(root, 'node_modules', '.bin');
	mkdirSync(bin, { recursive: true });
	const link = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
	rmSync(link, { force: true });
	if (process.platform === 'win32') writeFileSync(link, `@"${node}" %*\r\n`);
	else symlinkSync(relative(bin, node), link);
}

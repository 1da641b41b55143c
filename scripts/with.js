// node scripts/with.js FOLDER COMMAND…: runs a command with the tools that FOLDER/package.json names, and installs them first where they are
// not here yet. So `npm ci` brings only what everybody needs. Plain JavaScript: any Node can run it.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const [folder, command, ...words] = process.argv.slice(2);
if (!folder || !command) throw new Error('usage: node scripts/with.js FOLDER COMMAND…');

const lock = join(folder, 'package-lock.json');
/** The lockfile that node_modules was made from. */
const installed = join(folder, 'node_modules', '.installed-lock.json');
if (!existsSync(installed) || !readFileSync(installed).equals(readFileSync(lock))) {
	run('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund']);
	cpSync(lock, installed);
}
process.env.PATH = [resolve(folder, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
run(command, words);

/** @param {string} program @param {string[]} args */
function run(program, args) {
	const { status, error } = spawnSync(program, args, { stdio: 'inherit', shell: process.platform === 'win32' });
	if (error) throw error;
	if (status !== 0) process.exit(status ?? 1);
}

// Where the studio's files lie, and their making: a checkout builds them when they are missing or older than their sources; a package has them.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TongsaError } from '../../src/errors.ts';

// Two levels up lies the package, from surfaces/cli/ as from dist/chunks/.
const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const FOLDER = here('dist/studio');
const CONFIGURATION = here('surfaces/studio/vite.config.ts');
/** What the studio is made of: where any of it is newer than the build, the build is stale. */
const SOURCES = ['surfaces/studio', 'src', 'hosts/browser', 'package-lock.json'].map(here);

/** The studio's folder, if it has been built. */
export const builtStudio = (): string | undefined => (existsSync(join(FOLDER, 'index.html')) ? FOLDER : undefined);

/**
 * The studio's folder, built first where that is needed and possible.
 * @throws TongsaError 'not-found' where there is neither a build nor sources, 'internal' where building fails.
 */
export async function freshStudio(signal: AbortSignal): Promise<{ readonly folder: string; readonly built: boolean }> {
	if (!existsSync(CONFIGURATION)) {
		if (builtStudio()) return { folder: FOLDER, built: false };
		throw new TongsaError('not-found', 'this package carries no studio', { file: FOLDER });
	}
	const made = await modified(join(FOLDER, 'index.html'));
	const newest = Math.max(...(await Promise.all(SOURCES.map(newestIn))));
	if (made >= newest) return { folder: FOLDER, built: false };
	// Built aside and renamed: another process never serves half of it.
	const aside = here(`dist/studio-${process.pid}`);
	try {
		await vite(['build', '--config', CONFIGURATION, '--outDir', aside, '--logLevel', 'error'], signal);
		await rm(FOLDER, { recursive: true, force: true });
		await rename(aside, FOLDER).catch((error: unknown) => {
			if (!builtStudio()) throw error; // another process was quicker
		});
	} finally {
		await rm(aside, { recursive: true, force: true });
	}
	return { folder: FOLDER, built: true };
}

/** Milliseconds since 1970; 0 for what is not there. */
const modified = (path: string): Promise<number> =>
	stat(path).then(
		({ mtimeMs }) => mtimeMs,
		() => 0,
	);

async function newestIn(path: string): Promise<number> {
	const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []); // a file, or nothing
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	return Math.max(...(await Promise.all([path, ...files].map(modified))));
}

/** Vite in a process of its own: its memory is given back, and Ctrl-C ends it. */
function vite(words: readonly string[], signal: AbortSignal): Promise<void> {
	const program = here('node_modules/vite/bin/vite.js');
	return new Promise((done, fail) => {
		const child = spawn(process.execPath, [program, ...words], { cwd: here('.'), signal, stdio: ['ignore', 'ignore', 'pipe'] });
		let said = '';
		child.stderr.setEncoding('utf8').on('data', (text) => {
			said = (said + text).slice(-4000);
		});
		child.on('error', fail);
		child.on('close', (code) => {
			const line = said.split('\n').find((one) => /error/i.test(one)) ?? said.split('\n')[0];
			if (code === 0) done();
			else fail(new TongsaError('internal', 'the studio cannot be built', { got: line || `code ${code}`, hint: 'Try: npm run build' }));
		});
	});
}

// The package as npm would install it: packed, and unpacked into an empty project's node_modules, its dependencies linked from the checkout.
// Needs no network.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface Packed {
	/** The empty project. */
	readonly project: string;
	/** The package in it. */
	readonly installed: string;
	readonly version: string;
	remove(): void;
}

/** @param project an empty folder, made where it is not there. @param build whether dist/ is made anew first, as npm does before it packs. */
export function installPacked({ project = mkdtempSync(join(tmpdir(), 'tongsa-package-')), build = true } = {}): Packed {
	const words = ['pack', '--pack-destination', project, '--loglevel', 'error', ...(build ? [] : ['--ignore-scripts'])];
	execFileSync('npm', words, { encoding: 'utf8' });
	const { dependencies, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object; version: string };
	const installed = join(project, 'node_modules/tongsa');
	mkdirSync(installed, { recursive: true });
	execFileSync('tar', ['-xzf', join(project, `tongsa-${version}.tgz`), '-C', installed, '--strip-components', '1']);
	for (const name of Object.keys(dependencies)) {
		mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true });
		symlinkSync(resolve('node_modules', name), join(project, 'node_modules', name), 'dir');
	}
	writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
	return { project, installed, version, remove: () => rmSync(project, { recursive: true, force: true }) };
}

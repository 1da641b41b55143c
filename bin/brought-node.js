// The current Node that scripts/prepare.js brought to a checkout, where the machine's own is too old.

import { createRequire } from 'node:module';

/** Its path; undefined where there is none. @returns {string | undefined} */
export function broughtNode() {
	const platform = `${process.platform}-${process.arch}`;
	const require = createRequire(new URL('../toolchain/package.json', import.meta.url));
	for (const name of [`node-${platform.replace('win32', 'win')}`, `node-bin-${platform}`]) {
		for (const file of ['bin/node', 'bin/node.exe']) {
			try {
				return require.resolve(`${name}/${file}`);
			} catch {
				// not this one
			}
		}
	}
	return undefined;
}

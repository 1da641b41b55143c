// npm ci refuses a lock file that lacks an optional package of another platform; an npm install behind a registry that lacks one drops it.
// https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json#packages

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Locked {
	readonly integrity?: string;
	readonly link?: boolean;
	readonly version?: string;
	readonly dependencies?: Record<string, string>;
	readonly devDependencies?: Record<string, string>;
	readonly optionalDependencies?: Record<string, string>;
}

type Packages = Readonly<Record<string, Locked>>;

const LOCKS = globSync(['package-lock.json', '{bench,kernels,toolchain,test-clients}/**/package-lock.json'], {
	exclude: (path) => path.includes('node_modules'),
});

/** The entry that `name` resolves to from `place`, by Node's rule: the nearest node_modules upwards. */
function resolve(packages: Packages, place: string, name: string): Locked | undefined {
	const found = packages[`${place === '' ? '' : `${place}/`}node_modules/${name}`];
	return found || place === '' ? found : resolve(packages, place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/'))), name);
}

for (const path of LOCKS) {
	const { packages }: { packages: Packages } = JSON.parse(readFileSync(path, 'utf8'));

	test(`${path} has an entry, with a version, for every package that another one names`, () => {
		const missing = Object.entries(packages).flatMap(([place, entry]) =>
			Object.keys({ ...entry.dependencies, ...entry.devDependencies, ...entry.optionalDependencies })
				.filter((name) => resolve(packages, place, name)?.version === undefined)
				.map((name) => `${name} of ${place || 'package.json'}`),
		);
		assert.deepEqual(missing, []);
	});

	test(`${path} has a hash for every package`, () => {
		const without = Object.entries(packages).filter(
			([place, entry]) => place !== '' && !entry.link && !entry.integrity?.startsWith('sha512-'),
		);
		assert.deepEqual(
			without.map(([place]) => place),
			[],
		);
	});
}

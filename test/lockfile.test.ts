// npm ci refuses a lock file that lacks an optional package of another platform; an npm install behind a registry that lacks one drops it.
// https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json#packages

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Locked {
	readonly version?: string;
	readonly dependencies?: Record<string, string>;
	readonly devDependencies?: Record<string, string>;
	readonly optionalDependencies?: Record<string, string>;
}

const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

/** The entry that `name` resolves to from `place`, by Node's rule: the nearest node_modules upwards. */
function resolve(place: string, name: string): Locked | undefined {
	const found = lock.packages[`${place === '' ? '' : `${place}/`}node_modules/${name}`];
	return found || place === '' ? found : resolve(place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/'))), name);
}

test('the lock file has an entry, with a version, for every package that another one names', () => {
	const missing = Object.entries(lock.packages).flatMap(([place, entry]) =>
		Object.keys({ ...entry.dependencies, ...entry.devDependencies, ...entry.optionalDependencies })
			.filter((name) => resolve(place, name)?.version === undefined)
			.map((name) => `${name} of ${place || 'package.json'}`),
	);
	assert.deepEqual(missing, []);
});

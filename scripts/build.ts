// Makes dist/, what the package ships: a few JavaScript files per entry in place of two hundred modules, so that `tongsa` starts in
// the time of reading them, and the declarations beside them. Rolldown: https://rolldown.rs/reference/; types: tsconfig.build.json.

import { spawnSync } from 'node:child_process';
import { globSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

/** Paths that package.json and bin/ name: each keeps its place. */
const ENTRIES = ['hosts/node/index', 'hosts/browser/index', 'surfaces/cli/main'];
/**
 * What entries share, and what they load later. One folder: a worker's code is named relative to the file that starts it, and the
 * package's own folders are two levels above either (hosts/node/places.ts, surfaces/cli/help.ts).
 */
const CHUNKS = 'chunks';

const workers = globSync('hosts/*/*-worker.ts').map((path) => [`${CHUNKS}/${basename(path, '.ts')}`, path]);

rmSync('dist', { recursive: true, force: true });

const bundle = await rolldown({
	input: Object.fromEntries([...ENTRIES.map((entry) => [entry, `${entry}.ts`]), ...workers]),
	platform: 'neutral',
	// Node's modules, and packages: npm installs those.
	external: /^(?:node:|[\w@])/,
});
await bundle.write({ dir: 'dist', format: 'esm', entryFileNames: '[name].js', chunkFileNames: `${CHUNKS}/[name]-[hash].js` });
await bundle.close();

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
process.exitCode = status ?? 1;

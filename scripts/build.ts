// Makes dist/, what the package ships: a few JavaScript files in place of three hundred modules, so that `tongsa` starts in the time of
// reading those, and the declarations of the sources beside them. Rolldown: https://rolldown.rs/in-depth/manual-code-splitting

import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

/** Paths that package.json and bin/ name: each keeps its place. */
const ENTRIES = ['hosts/node/index', 'hosts/browser/index', 'surfaces/cli/main'];
/**
 * What entries share, and what they load later. One folder: a worker is named relative to the file that starts it, and the package's own
 * files lie two levels above (hosts/node/places.ts, surfaces/cli/help.ts).
 */
const CHUNKS = 'chunks';
/** What every opened model needs, in one file each for the core, Node, GGUF's tokenizers and the command line: thirty files took a third of the start. */
const GROUPS = [
	{
		name: 'core',
		test: /\/src\/(?:errors|model(?:\.ts|\/(?!engine))|bytes|formats\/(?!safetensors)|tensor|embedding|tokenizer\/(?!sources\/))/,
	},
	{ name: 'node', test: /\/hosts\/node\/(?:host|resolve|folder|file|packaged|recipes)\.ts$/ },
	{ name: 'gguf', test: /\/src\/tokenizer\/sources\/(?:gguf(?:-added)?|letters|pre|stops|table|underscore)\.ts$/ },
	{
		name: 'cli',
		test: /\/surfaces\/(?:cli\/(?:call|options|terminal|verbs|view\/progress|verbs\/(?:common|embed))|protocol\/(?:tokens|vectors)|server\/settings)\.ts$/,
	},
];

const workers = globSync('{hosts/node,surfaces/*}/*-worker.ts').map((path) => [`${CHUNKS}/${basename(path, '.ts')}`, path]);
/** A page's workers stand beside its host, where bundlers look for them. */
const pageWorkers = globSync('hosts/browser/*-worker.ts').map((path) => [path.replace(/\.ts$/, ''), path]);

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
	input: Object.fromEntries([...ENTRIES.map((entry) => [entry, `${entry}.ts`]), ...workers, ...pageWorkers]),
	platform: 'neutral',
	// Node's modules, and packages: npm installs those.
	external: /^(?:node:|[\w@])/,
	// Code that one path loads late and another at once: late on the path that counts.
	checks: { ineffectiveDynamicImport: false },
});
await bundle.write({
	dir: 'dist',
	format: 'esm',
	entryFileNames: '[name].js',
	chunkFileNames: `${CHUNKS}/[name]-[hash].js`,
	codeSplitting: { groups: GROUPS },
	// A third of the text is a third of the reading: it counts at every start.
	minify: true,
});
await bundle.close();

// Text in ASCII is read without decoding, and takes half the memory. Every place of a character outside it may be an escape, but for
// a template's raw text.
for (const file of globSync('dist/**/*.js')) {
	const text = readFileSync(file, 'utf8').replace(/(\.\/[\w-]+-worker)\.ts/g, '$1.js');
	if (/String\.raw`[^`]*[^\0-\x7f]/.test(text)) throw new Error(`${file}: a raw template that is not ASCII`);
	writeFileSync(
		file,
		text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
	);
}

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
process.exitCode = status ?? 1;

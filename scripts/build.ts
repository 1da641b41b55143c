// Makes dist/, what the package ships: a few JavaScript files in place of three hundred modules, so that `tongsa` starts in the time of
// reading those, and the declarations of the sources beside them. Rolldown: https://rolldown.rs/in-depth/manual-code-splitting

import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type OutputOptions, rolldown } from 'rolldown';
import { walkImports } from './imports.ts';

/** What Node runs: paths that package.json and bin/ name, each keeps its place. */
const NODE_ENTRIES = ['hosts/node/index', 'surfaces/cli/main'];
/** What TypeScript is told of either. */
const ENTRY_TYPES = ['dist/hosts/node/index.d.ts', 'dist/hosts/browser/index.d.ts'];
/** What a page runs. A build of its own: no file of it may need one of Node's, however the two are divided. */
const PAGE = 'hosts/browser';
/**
 * What entries share, and what they load later. One folder: a worker is named relative to the file that starts it, and the package's own
 * files lie two levels above (hosts/node/places.ts, surfaces/cli/help.ts).
 */
const CHUNKS = 'chunks';
/** What every opened model needs, in one file each for the core, Node, GGUF's tokenizers and the command line: thirty files took a third of the start. */
const CORE = {
	name: 'core',
	test: /\/src\/(?:errors|model(?:\.ts|\/(?!engine))|bytes|formats\/(?!safetensors)|tensor|embedding|tokenizer\/(?!sources\/|regex\/pre\.))/,
};
const GGUF = { name: 'gguf', test: /\/src\/tokenizer\/(?:sources\/(?:gguf(?:-added)?|letters|stops|table|underscore)|regex\/pre)\.ts$/ };
const GROUPS = [
	CORE,
	{ name: 'node', test: /\/hosts\/node\/(?:host|resolve|folder|file|packaged|recipes)\.ts$/ },
	GGUF,
	{
		name: 'cli',
		test: /\/surfaces\/(?:cli\/(?:call|options|terminal|verbs|view\/progress|verbs\/(?:common|embed))|protocol\/(?:tokens|vectors)|server\/settings)\.ts$/,
	},
];

const workersIn = (pattern: string) => globSync(pattern).map((path) => path.replace(/\.ts$/, ''));
const entry = (path: string) => [path, `${path}.ts`] as const;

rmSync('dist', { recursive: true, force: true });
await build(
	[
		...NODE_ENTRIES.map(entry),
		...workersIn('{hosts/node,surfaces/*}/*-worker.ts').map((path) => [`${CHUNKS}/${basename(path)}`, `${path}.ts`]),
	],
	{ dir: 'dist', chunkFileNames: `${CHUNKS}/[name]-[hash].js`, codeSplitting: { groups: GROUPS } },
	// Node's modules, and packages: npm installs those.
	[/^(?:node:|[\w@])/],
);
await build([entry(`${PAGE}/index`)], {
	dir: 'dist',
	chunkFileNames: `${PAGE}/${CHUNKS}/[name]-[hash].js`,
	codeSplitting: { groups: [CORE, GGUF] },
});
// A page's workers stand beside its host, where bundlers look for them; each is one file, as not every bundler divides a worker, and no page
// without a bundler finds a package by its name.
for (const path of workersIn(`${PAGE}/*-worker.ts`)) await build([entry(path)], { dir: 'dist', codeSplitting: false });

async function build(entries: readonly (readonly string[])[], output: OutputOptions, external: RegExp[] = []): Promise<void> {
	const bundle = await rolldown({
		input: Object.fromEntries(entries),
		platform: 'neutral',
		external,
		// Code that one path loads late and another at once: late on the path that counts.
		checks: { ineffectiveDynamicImport: false },
	});
	// A third of the text is a third of the reading: it counts at every start.
	await bundle.write({ format: 'esm', entryFileNames: '[name].js', minify: true, ...output });
	await bundle.close();
}

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

/** The runtime's types that declarations name, for a TypeScript that knows neither the DOM nor Node: empty, so that they merge with the full ones. */
const RUNTIME_TYPES = [
	...['AbortSignal', 'Blob', 'Response', 'URL'].map((name) => `interface ${name} {}`),
	'declare namespace WebAssembly {\n\tinterface Memory {}\n\tinterface Module {}\n}\n',
].join('\n');

// Of the declarations those that the two entries come to.
const { files } = walkImports(ENTRY_TYPES);
for (const file of globSync('dist/**/*.d.ts')) if (!files.has(file)) rmSync(file);
writeFileSync('dist/runtime.d.ts', RUNTIME_TYPES);
for (const file of ENTRY_TYPES) writeFileSync(file, `/// <reference path="../../runtime.d.ts" />\n${readFileSync(file, 'utf8')}`);

// Compiles kernels/*.ts (AssemblyScript) to src/compute/generated/*.ts: WebAssembly as base64, so that Node, browsers and
// bundlers load it the same way. The output is committed; `--check` fails when it is not what the sources give.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

/** A module: its entry files and the builds that are made of it. */
const MODULES = [
	{ name: 'engine', entries: ['kernels/engine.ts'], variants: ['simd', 'relaxed'], shared: [false, true] },
	{ name: 'probe', entries: ['kernels/probe.ts'], variants: ['relaxed'], shared: [false] },
	{ name: 'json-tables', entries: ['kernels/json-tables.ts'], variants: ['simd'], shared: [false] },
	{ name: 'strings', entries: ['kernels/strings.ts'], variants: ['simd'], shared: [false] },
	{ name: 'tokenizer', entries: ['kernels/tokenizer.ts'], variants: ['simd'], shared: [false] },
] as const;

const FLAGS = [
	'-O3',
	'--noAssert',
	'--converge',
	'--runtime',
	'stub',
	'--importMemory',
	'--enable',
	'simd',
	'--initialMemory',
	'1',
	'--maximumMemory',
	'65536',
];
const check = process.argv.includes('--check');
let stale = 0;

mkdirSync('src/compute/generated', { recursive: true });
for (const module of MODULES) {
	if (!module.entries.every((entry) => existsSync(entry))) continue;
	for (const variant of module.variants) {
		for (const shared of module.shared) {
			const name = `${module.name}-${variant}${shared ? '-shared' : ''}`;
			const wasm = await compile(module.entries, [
				...FLAGS,
				...(variant === 'relaxed' ? ['--enable', 'relaxed-simd'] : []),
				...(shared ? ['--sharedMemory', '--enable', 'threads'] : []),
			]);
			const text = `// Made by kernels/build.ts from ${module.entries.join(', ')}. Do not edit.\nexport default\n\t'${Buffer.from(wasm).toString('base64')}';\n`;
			const path = `src/compute/generated/${name}.ts`;
			if (check) {
				const same = existsSync(path) && readFileSync(path, 'utf8') === text;
				if (!same) console.error(`${path} is stale: run npm run kernels`);
				stale += same ? 0 : 1;
			} else {
				writeFileSync(path, text);
				console.log(`${path} ${wasm.length} bytes`);
			}
		}
	}
}
process.exitCode = stale ? 1 : 0;

async function compile(entries: readonly string[], flags: readonly string[]): Promise<Uint8Array> {
	let wasm: Uint8Array | undefined;
	const { error, stderr } = await asc.main([...entries, ...flags, '--outFile', 'out.wasm'], {
		writeFile: (name, contents) => {
			if (name.endsWith('.wasm')) wasm = contents as Uint8Array;
		},
	});
	if (error || !wasm) throw new Error(stderr.toString());
	return wasm;
}

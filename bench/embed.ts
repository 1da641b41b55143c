// Process start → a sentence's embedding matrix, beside process start → the same model loaded by node-llama-cpp.
// Usage: node --conditions=tongsa-source bench/embed.ts [--rounds 5] MODEL.gguf…   Runs alternate; medians.

import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SENTENCE = 'I love you so much.';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '5' } } });

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const RUNNERS: Readonly<Record<string, (file: string) => string[]>> = {
	tongsa: (file) => [path('../bin/tongsa.js'), 'embed', file, SENTENCE, '--json'],
	'node-llama-cpp': (file) => [path('embed-llama.ts'), file, SENTENCE],
};

console.log(`| model | ${Object.keys(RUNNERS).join(' | ')} | ratio |\n|---|---|---|---|`);
for (const file of positionals) {
	const times = Object.fromEntries(Object.keys(RUNNERS).map((name) => [name, [] as number[]]));
	for (let round = 0; round < Number(values.rounds); round++) {
		for (const [name, args] of Object.entries(RUNNERS)) times[name]!.push(await milliseconds(args(file)));
	}
	const medians = Object.values(times).map((each) => each.sort((a, b) => a - b)[each.length >> 1]!);
	console.log(
		`| ${basename(file)} | ${medians.map((ms) => `${ms.toFixed(0)} ms`).join(' | ')} | ${(medians[1]! / medians[0]!).toFixed(1)}× |`,
	);
}

/** From the start of a process to its first output. */
function milliseconds(args: readonly string[]): Promise<number> {
	const start = performance.now();
	const child = spawn(process.execPath, ['--conditions=tongsa-source', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
	let first = 0;
	child.stdout.on('data', () => {
		first ||= performance.now() - start;
	});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', (code) => (code || !first ? reject(new Error(`${args.join(' ')} ended with ${code}`)) : resolve(first)));
	});
}

// Side by side with node-llama-cpp: same file, same threads, a prompt of 512 and 128 decoded tokens; runs alternate, medians are compared.
// Usage: node --conditions=tongsa-source bench/engine.ts [--rounds 3] [--threads 1,2] MODEL.gguf…   (--synthetic FILE adds FILE's weights as Q8_0)

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeAsQ8 } from './synthetic.ts';

/** What a runner prints after its first token, and at its end. */
export interface Measured {
	readonly prefill: number;
	readonly decode: number;
}

interface Run extends Measured {
	/** Process start → first token of a 16-token prompt, in milliseconds. */
	readonly load: number;
}

const RUNNERS = { tongsa: 'engine-tongsa.ts', llama: 'peers/engine-llama.ts' } as const;
type Runner = keyof typeof RUNNERS;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		rounds: { type: 'string', default: '3' },
		threads: { type: 'string', default: '1,2' },
		synthetic: { type: 'string' },
	},
});

const folder = mkdtempSync(join(tmpdir(), 'tongsa-bench-'));
const files = [...positionals];
if (values.synthetic) files.push(await writeAsQ8(values.synthetic, join(folder, `${basename(values.synthetic, '.gguf')}-as-Q8_0.gguf`)));
try {
	console.log('| model | threads | | tongsa | llama.cpp | ratio |\n|---|---|---|---|---|---|');
	for (const file of files) {
		for (const threads of values.threads.split(',').map(Number)) {
			const runs: Record<Runner, Run[]> = { tongsa: [], llama: [] };
			for (let round = 0; round < Number(values.rounds); round++) {
				for (const runner of Object.keys(RUNNERS) as Runner[]) runs[runner].push(await run(runner, file, threads));
			}
			const row = (what: keyof Run, unit: string, faster: (ours: number, theirs: number) => number): void => {
				const [ours, theirs] = [median(runs.tongsa.map((each) => each[what])), median(runs.llama.map((each) => each[what]))];
				const ratio = faster(ours, theirs).toFixed(2);
				console.log(`| ${basename(file)} | ${threads} | ${what} | ${ours.toFixed(0)} ${unit} | ${theirs.toFixed(0)} ${unit} | ${ratio}× |`);
			};
			row('prefill', 'tokens/s', (ours, theirs) => ours / theirs);
			row('decode', 'tokens/s', (ours, theirs) => ours / theirs);
			row('load', 'ms', (ours, theirs) => theirs / ours);
		}
	}
} finally {
	rmSync(folder, { recursive: true, force: true });
}

function run(runner: Runner, file: string, threads: number): Promise<Run> {
	const script = fileURLToPath(new URL(RUNNERS[runner], import.meta.url));
	const start = performance.now();
	const child: ChildProcess = spawn(process.execPath, ['--conditions=tongsa-source', script, file, String(threads)], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let load = 0;
	let text = '';
	child.stdout!.on('data', (piece: Buffer) => {
		text += piece.toString();
		if (!load && text.includes('first')) load = performance.now() - start;
	});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', (code) => {
			if (code) return reject(new Error(`${runner} ended with ${code} on ${file}`));
			const measured = JSON.parse(text.slice(text.indexOf('{'))) as Measured;
			resolve({ ...measured, load });
		});
	});
}

function median(numbers: readonly number[]): number {
	const sorted = numbers.toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

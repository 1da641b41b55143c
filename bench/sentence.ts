// Sentence vectors beside transformers.js on onnxruntime-node (native) and on onnxruntime-web (WASM): same texts, same threads, equal vectors demanded.
// Usage: node --conditions=tongsa-source bench/sentence.ts FOLDER ONNX-FOLDER [--rounds 5] [--threads 1,2] [--only 'together']
// FOLDER: all-MiniLM-L6-v2 as safetensors; ONNX-FOLDER: the same exported by scripts/reference/export_onnx.py. Peers: npm install --prefix bench

import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** A runner answers each order with what it took, and the vectors. */
export interface Order {
	/** Calls, each of some texts. */
	readonly calls: readonly (readonly string[])[];
}
export interface Answer {
	readonly ms: number;
	readonly processorMs: number;
	readonly vectors: readonly (readonly number[])[];
}

/** Name → script and its arguments before the threads. */
const RUNNERS = {
	tongsa: ['sentence-tongsa.ts'],
	'onnxruntime-node': ['peers/sentence-transformers.ts', 'node'],
	'onnxruntime-web': ['peers/sentence-transformers.ts', 'web'],
} as const;
type Runner = keyof typeof RUNNERS;

/** Tokens of a text, texts in a call, calls. Both flags count as tokens. */
const CASES = [
	{ name: '8 tokens, singly', lengths: [8], texts: 1, calls: 32 },
	{ name: '8 tokens, 32 together', lengths: [8], texts: 32, calls: 4 },
	{ name: '32 tokens, singly', lengths: [32], texts: 1, calls: 16 },
	{ name: '32 tokens, 32 together', lengths: [32], texts: 32, calls: 1 },
	{ name: '200 tokens, singly', lengths: [200], texts: 1, calls: 4 },
	{ name: '200 tokens, 32 together', lengths: [200], texts: 32, calls: 1 },
	{ name: '8 to 200 tokens, 32 together', lengths: [8, 20, 50, 12, 200, 32, 9, 90], texts: 32, calls: 1 },
] as const;

/** Words that are one token each in every English vocabulary. */
const WORDS =
	'the court had an old interpreter who heard every word and gave it back in another language while time was short and people were far from home'.split(
		' ',
	);

function text(tokens: number, seed: number): string {
	return Array.from({ length: tokens - 2 }, (_, i) => WORDS[(seed * 7 + i * (1 + (seed % 5))) % WORDS.length]).join(' ');
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { rounds: { type: 'string', default: '5' }, threads: { type: 'string', default: '1,2' }, only: { type: 'string', default: '' } },
});
const [folder = '', onnx = ''] = positionals;

console.log(
	'| sentences | threads | tongsa /s | onnxruntime-node /s | ratio | onnxruntime-web /s | ratio |\n|---|---|---|---|---|---|---|',
);
for (const threads of values.threads.split(',')) {
	const children = new Map<Runner, ChildProcess>();
	for (const [name, [script, ...first]] of Object.entries(RUNNERS) as [Runner, readonly [string, ...string[]]][]) {
		const model = name === 'tongsa' ? folder : onnx;
		const child = fork(fileURLToPath(new URL(script, import.meta.url)), [...first, model, threads], {
			execArgv: ['--conditions=tongsa-source'],
		});
		children.set(name, child);
		await message(child, 'ready');
	}
	for (const { name, lengths, texts, calls } of CASES.filter((one) => one.name.includes(values.only))) {
		const order: Order = {
			calls: Array.from({ length: calls }, (_, c) =>
				Array.from({ length: texts }, (_, i) => text(lengths[(c + i) % lengths.length]!, c * texts + i)),
			),
		};
		const best = new Map<Runner, number>();
		const answers = new Map<Runner, Answer>();
		// The first round warms up and is not counted.
		for (let round = 0; round <= Number(values.rounds); round++) {
			for (const [runner, child] of children) {
				child.send(order);
				const answer = (await message(child)) as Answer;
				answers.set(runner, answer);
				// One thread's processor time is what a quiet machine would take, and a busy one hardly changes it.
				const ms = threads === '1' ? answer.processorMs : answer.ms;
				if (round > 0) best.set(runner, Math.min(best.get(runner) ?? Number.POSITIVE_INFINITY, ms));
			}
		}
		for (const peer of ['onnxruntime-node', 'onnxruntime-web'] as const) {
			for (const [i, vector] of answers.get(peer)!.vectors.entries()) {
				const same = cosine(vector, answers.get('tongsa')!.vectors[i]!);
				assert.ok(same >= 0.9999, `${peer}, ${name}, sentence ${i}: cosine ${same}`);
			}
		}
		const rate = (runner: Runner): number => (texts * calls * 1000) / best.get(runner)!;
		const beside = (peer: Runner): string => `${rate(peer).toFixed(0)} | ${(rate('tongsa') / rate(peer)).toFixed(2)}×`;
		console.log(`| ${name} | ${threads} | ${rate('tongsa').toFixed(0)} | ${beside('onnxruntime-node')} | ${beside('onnxruntime-web')} |`);
	}
	for (const child of children.values()) child.kill();
}

/** The next message; the one that is waited for, if it is named. */
function message(child: ChildProcess, wanted?: string): Promise<unknown> {
	return new Promise((resolve, reject) => {
		child.once('exit', (code) => reject(new Error(`a runner ended with ${code}`)));
		child.once('message', (got) => {
			child.removeAllListeners('exit');
			if (wanted !== undefined) assert.equal(got, wanted);
			resolve(got);
		});
	});
}

function cosine(a: readonly number[], b: readonly number[]): number {
	const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
	return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

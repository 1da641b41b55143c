// What a token allocates: objects on the main thread, which V8 samples; what a worker's heap grows by; what grows outside the heaps.
// Usage: node --conditions=tongsa-source bench/allocation.ts [--threads 2] [--only 'decode'] MODEL.gguf      (--only: one row, and by function)

import { spawnSync } from 'node:child_process';
import { Session } from 'node:inspector/promises';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker as Thread } from 'node:worker_threads';
import { computeThread } from '../hosts/node/compute-thread.ts';
import { fileSource } from '../hosts/node/file.ts';
import { nodeHost } from '../hosts/node/host.ts';
import { openModelTransformer } from '../src/architectures/index.ts';
import { openCheckpoint } from '../src/formats/open.ts';
import { generate } from '../src/generation/generate.ts';
import type { SamplerStep } from '../src/generation/sampler.ts';
import type { Host } from '../src/host.ts';
import { openModel } from '../src/model.ts';
import { KernelEngine } from '../src/transformer/kernels/engine.ts';
import { KernelModel } from '../src/transformer/kernels/model.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { threads: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const [file = ''] = positionals;
/** Until V8 has compiled a function, its numbers are objects. */
const WARM_UP = 700;
const TOKENS = 200;
const CONTEXT = 4096;
const VOCABULARY = 49_152;

let thread: Thread | undefined;
const host: Host = {
	...nodeHost(),
	threads: Number(values.threads),
	memoryBudget: nodeHost().memoryBudget,
	startWorker() {
		thread = new Thread(new URL('../hosts/node/compute-worker.ts', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 256 } });
		return computeThread(thread);
	},
};

/** `token` makes one; prints what each of many takes. */
async function measure(token: (i: number) => unknown): Promise<void> {
	for (let i = 0; i < WARM_UP; i++) await token(i);
	const settled = async (): Promise<readonly [worker: number, outside: number]> => {
		for (let i = 0; i < 2; i++) {
			gc!();
			await setTimeout(100);
		}
		return [thread ? (await thread.getHeapStatistics()).used_heap_size : 0, process.memoryUsage().external];
	};
	const before = await settled();
	const found = await sampled(async () => {
		for (let i = WARM_UP; i < WARM_UP + TOKENS; i++) {
			const waited = token(i);
			if (waited) await waited;
		}
	});
	const after = await settled();
	const [worker, outside] = [0, 1].map((i) => ((after[i]! - before[i]!) / TOKENS).toFixed(0));
	const bytes = found.reduce((sum, one) => sum + one.bytes, 0);
	console.log(`${values.only!.padEnd(36)} ${bytes.toFixed(0).padStart(6)} B${thread ? `, worker ${worker} B` : ''}, outside ${outside} B`);
	for (const one of found.sort((a, b) => b.bytes - a.bytes).slice(0, 12)) console.log(`${one.bytes.toFixed(0).padStart(9)} ${one.path}`);
}

/** What was allocated meanwhile and by which function, collected since or not: bytes a token. */
async function sampled(work: () => Promise<void>): Promise<{ readonly bytes: number; readonly path: string }[]> {
	const session = new Session();
	session.connect();
	const collected = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
	await session.post('HeapProfiler.startSampling', { samplingInterval: 64, ...collected });
	await work();
	const { profile } = await session.post('HeapProfiler.stopSampling');
	session.disconnect();
	const found: { readonly bytes: number; readonly path: string }[] = [];
	const walk = ({ callFrame, selfSize, children }: typeof profile.head, callers: readonly string[]): void => {
		const path = [`${callFrame.functionName || '(no name)'} ${callFrame.url.split('/').at(-1)}:${callFrame.lineNumber + 1}`, ...callers];
		if (selfSize > 0) found.push({ bytes: selfSize / TOKENS, path: path.slice(0, 3).join(' < ') });
		for (const child of children) walk(child, path);
	};
	walk(profile.head, []);
	return found;
}

const ids = [0];
/** Another token each time, in the same array: what is measured is not ours. */
function oneToken(i: number): readonly number[] {
	ids[0] = 1000 + ((i * 37) % 200);
	return ids;
}

/** The engine alone, with a clock that hardly moves: it never waits for other work. */
async function engine(): Promise<KernelModel> {
	const source = await fileSource(file);
	const checkpoint = await openCheckpoint({ name: file, files: new Map([['model.gguf', source]]) });
	const { threads, memoryBudget, startWorker, optimise, wait } = host;
	return KernelModel.open(await openModelTransformer(checkpoint, { memoryBudget }), {
		capacity: CONTEXT,
		memoryBudget,
		threads,
		startWorker: startWorker!,
		optimise: optimise!,
		clock: { now: () => host.now() / 1e6, wait },
	});
}

async function answer(sampler: readonly SamplerStep[]): Promise<void> {
	const model = await openModel(host, file, { context: CONTEXT });
	const tokens = model.generate('Once upon a time', { sampler, seed: 1, stopIds: [] });
	await measure(() => tokens.next());
}

/** Sampling alone: a sequence that has its logits. */
async function sampling(sampler: readonly SamplerStep[]): Promise<void> {
	const logits = Float32Array.from({ length: VOCABULARY }, (_, i) => Math.sin(i * 12.9898) * 8);
	const ready = Promise.resolve(logits);
	const sequence = { ids: [], vocabulary: VOCABULARY, contextLength: 2 ** 20, computed: 1, decode: () => ready, truncate() {} };
	const tokens = generate(sequence, undefined, [1], { sampler, seed: 1 });
	await measure(() => tokens.next());
}

const CHAIN: readonly SamplerStep[] = [
	{ type: 'temperature', value: 0.8 },
	{ type: 'topK', k: 40 },
	{ type: 'topP', p: 0.95 },
];
const ROWS: Readonly<Record<string, () => Promise<void>>> = {
	async pass() {
		const fast = await engine();
		await measure((i) => (fast.tryForward(oneToken(i), i, 'logits') ? undefined : fast.forward(oneToken(i), i, 'logits')));
	},
	async forward() {
		const fast = await engine();
		await measure((i) => fast.forward(oneToken(i), i, 'logits'));
	},
	async decode() {
		const source = await fileSource(file);
		const checkpoint = await openCheckpoint({ name: file, files: new Map([['model.gguf', source]]) });
		const { threads, memoryBudget, startWorker, optimise } = host;
		const engine = await KernelEngine.open(await openModelTransformer(checkpoint, { memoryBudget: 0 }), {
			capacity: CONTEXT,
			memoryBudget,
			threads,
			startWorker: startWorker!,
			optimise: optimise!,
			clock: host,
		});
		const sequence = await engine.sequence();
		await measure((i) => sequence.decode(oneToken(i)));
	},
	'generate, greedy': () => answer([]),
	'generate, temperature, top-k, top-p': () => answer(CHAIN),
	'sampling, greedy': () => sampling([]),
	'sampling, temperature, top-k, top-p': () => sampling(CHAIN),
	'sampling, top-p': () => sampling([{ type: 'topP', p: 0.95 }]),
	'sampling, penalties': () => sampling([{ type: 'penalties', repetition: 1.1 }]),
	'sampling, typical': () => sampling([{ type: 'typical', p: 0.95 }]),
};

// Each in a process of its own: what V8 has learned of one must not help or disturb another.
if (values.only) {
	await ROWS[values.only]!();
	process.exit();
}
for (const name of Object.keys(ROWS)) {
	const { stdout, stderr } = spawnSync(
		process.execPath,
		['--expose-gc', '--conditions=tongsa-source', process.argv[1]!, '--threads', values.threads, '--only', name, file],
		{ encoding: 'utf8' },
	);
	console.log(stdout.split('\n')[0] || stderr);
}

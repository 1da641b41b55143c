// How cost grows: time per token against what came before, time of a prompt against its length, memory against the context. A table and a figure.
// Usage: node --conditions=tongsa-source bench/cost.ts [--threads 1] [--figure docs/cost.svg] MODEL.gguf

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileSource } from '../hosts/node/file.ts';
import { nodeHost } from '../hosts/node/host.ts';
import { openModelTransformer } from '../src/architectures/index.ts';
import { openCheckpoint } from '../src/formats/open.ts';
import { KernelModel } from '../src/transformer/kernels/model.ts';
import { type Panel, svg } from './figure.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { threads: { type: 'string', default: '1' }, figure: { type: 'string' } },
});
const [file = ''] = positionals;
const CONTEXTS = [128, 512, 1024, 2048, 3072, 4064];
const PROMPTS = [64, 128, 256, 512, 1024, 2048];
const CAPACITIES = [256, 1024, 2048, 4096, 8192];
/** The fastest of so many. */
const TRIES = 8;
const PROMPT_TRIES = 2;

const host = nodeHost();
const source = await fileSource(file);
const model = await openModelTransformer(await openCheckpoint({ name: file, files: new Map([['model.gguf', source]]) }), {
	memoryBudget: 0,
});
const open = (capacity: number): Promise<KernelModel> =>
	KernelModel.open(model, {
		capacity,
		memoryBudget: host.memoryBudget,
		threads: Number(values.threads),
		startWorker: host.startWorker!,
		optimise: host.optimise!,
		clock: host,
	});
const idsOf = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => 1000 + (((first + i) * 37) % 1000));

/** Milliseconds; of one thread its processor time, which a busy machine hardly changes. */
async function time(work: () => Promise<unknown>): Promise<number> {
	const [start, used] = [performance.now(), process.cpuUsage()];
	await work();
	if (values.threads !== '1') return performance.now() - start;
	const { user, system } = process.cpuUsage(used);
	return (user + system) / 1000;
}

type Point = readonly [x: number, y: number];

/** Least squares: y ≈ Σ factorⱼ · termⱼ(x), for two terms. */
function fit(points: readonly Point[], terms: readonly [(x: number) => number, (x: number) => number]): [number, number] {
	const [f, g] = terms;
	const sum = (value: (x: number, y: number) => number): number => points.reduce((so, [x, y]) => so + value(x, y), 0);
	const [ff, fg, gg] = [sum((x) => f(x) ** 2), sum((x) => f(x) * g(x)), sum((x) => g(x) ** 2)];
	const [fy, gy] = [sum((x, y) => f(x) * y), sum((x, y) => g(x) * y)];
	const determinant = ff * gg - fg * fg;
	return [(fy * gg - gy * fg) / determinant, (gy * ff - fy * fg) / determinant];
}

const fast = await open(4096);
const decode: Point[] = [];
let held = 0;
for (const context of CONTEXTS) {
	await fast.forward(idsOf(held, context - held), held, 'blocks');
	held = context;
	let best = Number.POSITIVE_INFINITY;
	for (let i = 0; i < TRIES; i++) best = Math.min(best, await time(() => fast.forward(idsOf(context + i, 1), context + i, 'logits')));
	decode.push([context, best]);
}
const prompts: Point[] = [];
for (const length of PROMPTS) {
	let best = Number.POSITIVE_INFINITY;
	for (let i = 0; i < PROMPT_TRIES; i++) best = Math.min(best, await time(() => fast.forward(idsOf(i, length), 0, 'logits')));
	prompts.push([length, best]);
}

const { threads, variant } = fast;
fast.close();

const memory: { readonly capacity: number; readonly weights: number; readonly cache: number; readonly rest: number }[] = [];
for (const capacity of CAPACITIES) {
	const one = await open(capacity);
	const { weights, cache, all } = one.bytes;
	memory.push({ capacity, weights, cache, rest: all - weights - cache });
	one.close();
}

const one = (): number => 1;
const [base, perKey] = fit(decode, [one, (x) => x]);
const [linear, square] = fit(prompts, [(x) => x, (x) => x * x]);
const MB = (bytes: number): string => (bytes / 1e6).toFixed(1);
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): void => {
	console.log(`\n| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
	for (const row of rows) console.log(`| ${row.join(' | ')} |`);
};
console.log(`${file.split('/').at(-1)}, ${variant}, ${values.threads === '1' ? 'one thread, processor time' : `${threads} threads`}`);
table(
	['tokens before', 'ms a token', `${base.toFixed(2)} + ${(perKey * 1000).toFixed(2)} · n / 1000`],
	decode.map(([n, ms]) => [n, ms.toFixed(2), (base + perKey * n).toFixed(2)]),
);
table(
	['prompt', 'ms', 'ms a token', `${linear.toFixed(2)} · n + ${(square * 1000).toFixed(3)} · n² / 1000`],
	prompts.map(([n, ms]) => [n, ms.toFixed(0), (ms / n).toFixed(2), (linear * n + square * n * n).toFixed(0)]),
);
table(
	['context', 'weights, MB', 'cache, MB', 'the rest, MB'],
	memory.map(({ capacity, weights, cache, rest }) => [capacity, MB(weights), MB(cache), MB(rest)]),
);

if (values.figure) {
	const panels: Panel[] = [
		{ title: 'One token', x: 'tokens before it', y: 'ms', points: decode, line: (n) => base + perKey * n },
		{ title: 'A prompt', x: 'tokens', y: 'ms', points: prompts, line: (n) => linear * n + square * n * n },
		{
			title: 'Memory',
			x: 'context, tokens',
			y: 'MB',
			points: memory.map(({ capacity, weights, cache, rest }): Point => [capacity, (weights + cache + rest) / 1e6]),
			line: (n) => (memory[0]!.weights + memory[0]!.rest + (memory[0]!.cache / memory[0]!.capacity) * n) / 1e6,
		},
	];
	writeFileSync(values.figure, svg('How cost grows with the length of a text', panels));
}

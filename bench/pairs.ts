// Two checkouts side by side: load, prefill, decode, open → matrix, sentence embeddings, tokens. Each measure is taken in turn by the one and the
// other, in processes of their own, so that a machine that slows down slows both. Run it when nothing else runs.
// Usage: node --conditions=tongsa-source bench/pairs.ts --before ../before --after . [--runs 7] [--threads 2] MODEL.gguf [SENTENCE-MODEL]

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		before: { type: 'string', default: '../before' },
		after: { type: 'string', default: '.' },
		runs: { type: 'string', default: '7' },
		threads: { type: 'string', default: '2' },
	},
});
const [model = '', sentences] = positionals;
const TEXT = 'I love you so much. 사랑해. 大好きだよ。我很爱你。 '.repeat(200);
const LINES = Array.from({ length: 64 }, (_, i) =>
	JSON.stringify(`Sentence ${i}: what is an embedding, and why does it have so many numbers?`),
);

/** One call of a checkout's command line. @returns its JSON, and milliseconds from start to end. */
function call(checkout: string, words: readonly string[], input?: string): { readonly json: string; readonly ms: number } {
	const start = performance.now();
	const command = [join(checkout, 'bin/tongsa.js'), ...words];
	const { status, stdout, stderr } = spawnSync(process.execPath, command, {
		encoding: 'utf8',
		maxBuffer: 2 ** 28,
		...(input && { input }),
	});
	if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
	return { json: stdout, ms: performance.now() - start };
}

/** Higher is better. */
type Measure = (checkout: string) => Readonly<Record<string, number>>;

const MEASURES: readonly Measure[] = [
	(checkout) => {
		const { json } = call(checkout, ['bench', model, '--runs', '1', '--threads', values.threads, '--json']);
		const { load, prefill, decode } = JSON.parse(json) as Record<'load' | 'prefill' | 'decode', { ms: number; tokensPerSecond: number }>;
		return { load: 1000 / load.ms, prefill: prefill.tokensPerSecond, decode: decode.tokensPerSecond };
	},
	(checkout) => ({ 'open → matrix': 1000 / call(checkout, ['embed', model, 'I love you so much.', '--json']).ms }),
	(checkout) => ({ tokens: 1000 / call(checkout, ['tokenize', model, TEXT, '--json']).ms }),
	...(sentences
		? [(checkout: string) => ({ sentences: 1000 / call(checkout, ['sentence', sentences, '--jsonl'], `${LINES.join('\n')}\n`).ms })]
		: []),
];

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;
const made = new Map<string, { before: number[]; after: number[] }>();
for (let run = -1; run < Number(values.runs); run++) {
	for (const measure of MEASURES) {
		// Who goes first changes each time.
		for (const side of run % 2 ? (['before', 'after'] as const) : (['after', 'before'] as const)) {
			for (const [name, rate] of Object.entries(measure(values[side]))) {
				const both = made.get(name) ?? { before: [], after: [] };
				made.set(name, both);
				if (run >= 0) both[side].push(rate); // the first run warms the caches of files
			}
		}
	}
}
for (const [name, { before, after }] of made) {
	const ratios = before.map((rate, i) => after[i]! / rate);
	const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
	console.log(
		`${name.padEnd(16)} before ${median(before).toFixed(2).padStart(9)}/s  after ${median(after).toFixed(2).padStart(9)}/s  ` +
			`after/before ${median(ratios).toFixed(3)} (pairs ${range})`,
	);
}

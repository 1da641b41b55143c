// How near the fast path and llama.cpp are to the exact path: what each gives every token of the vocabulary after every token of a text.
// Kullback-Leibler divergence from the exact path's distribution (Σ p ln p ÷ q, in nats; 0: the same), how often the first choice is the same,
// and the text's perplexity under each.
//
//     npm install --prefix bench
//     node --conditions=tongsa-source bench/accuracy.ts MODEL.gguf…

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openModel } from '../hosts/node/index.ts';

/** Article 1 of the Universal Declaration of Human Rights, in the studio's four languages. */
const TEXTS = [
	'All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.',
	'모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.',
	'すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。',
	'人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。',
];

/** Probabilities (T, V) of logits (T, V). */
function softmax(logits: Float32Array, V: number): Float32Array {
	const rows = new Float32Array(logits.length);
	for (let at = 0; at < logits.length; at += V) {
		const row = logits.subarray(at, at + V);
		const most = row.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
		let sum = 0;
		for (const x of row) sum += Math.exp(x - most);
		for (let i = 0; i < V; i++) rows[at + i] = Math.exp(row[i]! - most) / sum;
	}
	return rows;
}

async function llama(file: string, ids: readonly number[]): Promise<Float32Array> {
	const folder = mkdtempSync(join(tmpdir(), 'tongsa-bench-'));
	try {
		const output = join(folder, 'rows');
		const child = spawn(process.execPath, ['bench/peers/accuracy-llama.ts', file, output], { stdio: ['pipe', 'ignore', 'inherit'] });
		child.stdin.end(JSON.stringify(ids));
		const [code] = await once(child, 'close');
		if (code !== 0) throw new Error(`node-llama-cpp ended with ${code}`);
		return new Float32Array(readFileSync(output).buffer);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const argmax = (row: Float32Array): number => row.reduce((best, x, i) => (x > row[best]! ? i : best), 0);

/** Sums over a text's positions. */
interface Sums {
	divergence: number;
	same: number;
	surprise: number;
}

for (const file of process.argv.slice(2)) {
	const model = await openModel(file);
	const sums: Record<string, Sums> = {};
	let positions = 0;
	for (const text of TEXTS) {
		const { ids } = model.tokenizer!.encode(text);
		const logits = async (precision: 'exact' | 'fast'): Promise<Float32Array> => {
			const { points, provenance } = await model.trace([...ids], { at: ['logits'], precision });
			if (provenance.precision !== precision) throw new Error(`${file} has no ${precision} path`);
			return points['logits']!.data;
		};
		const exact = await logits('exact');
		const V = exact.length / ids.length;
		const truth = softmax(exact, V);
		const rows = { exact: truth, fast: softmax(await logits('fast'), V), 'llama.cpp': await llama(file, [...ids]) };
		positions += ids.length - 1;
		for (const [name, found] of Object.entries(rows)) {
			const sum = (sums[name] ??= { divergence: 0, same: 0, surprise: 0 });
			for (let t = 0; t + 1 < ids.length; t++) {
				const [p, q] = [truth, found].map((all) => all.subarray(t * V, (t + 1) * V)) as [Float32Array, Float32Array];
				for (let i = 0; i < V; i++) if (p[i]! > 0) sum.divergence += p[i]! * Math.log(p[i]! / Math.max(q[i]!, Number.MIN_VALUE));
				sum.same += Number(argmax(p) === argmax(q));
				sum.surprise -= Math.log(q[ids[t + 1]!]!);
			}
		}
	}
	await model.close();
	console.log(`\n${basename(file)}, ${positions} positions in four languages`);
	console.log('path         divergence   first choice   perplexity');
	for (const [name, { divergence, same, surprise }] of Object.entries(sums)) {
		const columns = [
			(divergence / positions).toFixed(5),
			`${((same / positions) * 100).toFixed(1)} %`,
			Math.exp(surprise / positions).toFixed(2),
		];
		console.log(name.padEnd(10) + columns.map((column) => column.padStart(13)).join(''));
	}
}

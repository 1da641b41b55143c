// node-llama-cpp's side of bench/accuracy.ts: FILE OUTPUT, ids as JSON on standard input. What llama.cpp gives each token of the vocabulary
// after each id: probabilities, float32 (T, V), into OUTPUT.

import { writeFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import { getLlama, type Token } from 'node-llama-cpp';

const [file = '', output = ''] = process.argv.slice(2);
const ids = (await json(process.stdin)) as Token[];
const llama = await getLlama({ gpu: false, build: 'never' });
const model = await llama.loadModel({ modelPath: file });
const context = await model.createContext({ contextSize: 1024, batchSize: 512, threads: 2 });
const options = { generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0 } } } as const;
const results = await context.getSequence().controlledEvaluate(ids.map((id) => [id, options]));
// With these options every token of the vocabulary is there.
const V = results[0]!.next.probabilities.size;
const rows = new Float32Array(ids.length * V);
for (const [t, result] of results.entries()) for (const [id, p] of result!.next.probabilities) rows[t * V + id] = p;
writeFileSync(output, rows);
process.exit(0);

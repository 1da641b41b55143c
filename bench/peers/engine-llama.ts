// node-llama-cpp's side of bench/engine.ts: FILE THREADS. Its prebuilt CPU binary, as it chooses it.

import { getLlama, type Token } from 'node-llama-cpp';
import { measure } from '../engine-work.ts';

const [file = '', threads = '1'] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: Number(threads) });
const model = await llama.loadModel({ modelPath: file });
const context = await model.createContext({ contextSize: 1024, batchSize: 512, threads: Number(threads) });
const sequence = context.getSequence();
let last: Token;

await measure({
	async prefill(ids) {
		await sequence.clearHistory();
		last = ids.at(-1) as Token;
		// The last token of the prompt is evaluated with the first decoded one.
		await sequence.evaluateWithoutGeneratingNewTokens(ids as Token[]);
	},
	async decode(count) {
		let done = 0;
		for await (const _ of sequence.evaluate([last], { temperature: 0, yieldEogToken: true })) if (++done === count) break;
	},
});
process.exit(0);

// Tongsa's side of bench/engine.ts: FILE THREADS.

import { fileSource } from '../hosts/node/file.ts';
import { nodeHost } from '../hosts/node/host.ts';
import { openModelTransformer } from '../src/architectures/index.ts';
import { openCheckpoint } from '../src/formats/open.ts';
import { KernelModel } from '../src/transformer/kernels/model.ts';
import { measure } from './engine-work.ts';

const [file = '', threads = '1'] = process.argv.slice(2);
const MEMORY_BUDGET = 4 * 2 ** 30;
const host = nodeHost();
const source = await fileSource(file);
const checkpoint = await openCheckpoint({ name: file, files: new Map([['model.gguf', source]]) });
const model = await openModelTransformer(checkpoint, { memoryBudget: 0 });
const fast = await KernelModel.open(model, {
	capacity: 1024,
	memoryBudget: MEMORY_BUDGET,
	threads: Number(threads),
	startWorker: host.startWorker!,
	optimise: host.optimise!,
	clock: host,
});

let length = 0;
let next = 0;

function likeliest(logits: Float32Array): number {
	let best = 0;
	for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
	return best;
}

await measure({
	async prefill(ids) {
		next = likeliest(await fast.forward(ids, 0, 'logits'));
		length = ids.length;
	},
	async decode(count) {
		for (let i = 0; i < count; i++) next = likeliest(await fast.forward([next], length++, 'logits'));
	},
});
fast.close();

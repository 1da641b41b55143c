// Counts what a pass allocates, for allocation.test.ts: WAY THREADS → JSON of bytes a pass.

import { Worker as Thread } from 'node:worker_threads';
import { computeThread } from '../../../hosts/node/compute-thread.ts';
import { nodeHost } from '../../../hosts/node/host.ts';
import { KernelModel } from '../../../src/transformer/kernels/model.ts';
import { MADE, madeModel } from '../../compute/made.ts';

const [way = 'atOnce', threads = '1'] = process.argv.slice(2);
const PASSES = 4000;
const POSITION = 40;

let thread: Thread | undefined;
const startWorker = () => {
	thread = new Thread(new URL('../../../hosts/node/compute-worker.ts', import.meta.url), {
		resourceLimits: { maxYoungGenerationSizeMb: 64 },
	});
	return computeThread(thread);
};
// A clock that hardly moves: nobody else's turn comes.
const clock = { now: () => performance.now() / 1e6, wait: nodeHost().wait };
const fast = await KernelModel.open(madeModel(MADE[0]!), {
	capacity: 64,
	memoryBudget: 2 ** 28,
	threads: Number(threads),
	startWorker,
	clock,
	variant: 'simd',
});
const ids = [7];
await fast.forward(ids, POSITION, 'logits');

async function passes(): Promise<void> {
	if (way === 'forward') for (let i = 0; i < PASSES; i++) await fast.forward(ids, POSITION, 'logits');
	else for (let i = 0; i < PASSES; i++) if (!fast.tryForward(ids, POSITION, 'logits')) throw new Error('something was waited for');
}
const leader = (): number => process.memoryUsage().heapUsed;
const worker = async (): Promise<number> => (thread ? (await thread.getHeapStatistics()).used_heap_size : 0);

await passes();
gc!();
const before = [await worker(), leader()] as const;
await passes();
const after = [leader(), await worker()] as const;
console.log(JSON.stringify({ leader: (after[0] - before[1]) / PASSES, worker: (after[1] - before[0]) / PASSES }));
fast.close();

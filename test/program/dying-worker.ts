// A compute worker that ends in the middle of a pass: workerData says how ('exit', 'throw'), at its 25th barrier; or before it begins.

import { parentPort, workerData } from 'node:worker_threads';
import { serve, type WorkerSetup } from '../../src/program/worker.ts';

const end = (how: string): never => {
	if (how === 'throw') throw new Error('out of memory, say');
	process.exit();
};

if (workerData === 'throw at once') end('throw');
if (workerData === 'silent') {
	parentPort!.on('message', () => {});
} else {
	parentPort!.once('message', (setup: WorkerSetup) => {
		const add = Atomics.add;
		let barriers = 0;
		Object.assign(Atomics, { add: (...given: Parameters<typeof add>) => (++barriers === 25 ? end(workerData) : add(...given)) });
		serve(setup, () => parentPort!.postMessage('ready'));
	});
}

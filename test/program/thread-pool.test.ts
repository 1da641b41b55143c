// Threads that die, or never come: the pass fails by name, nothing hangs, and the engine goes on with one thread.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker as Thread } from 'node:worker_threads';
import { computeThread } from '../../hosts/node/compute-thread.ts';
import { nodeHost } from '../../hosts/node/host.ts';
import type { Worker } from '../../src/program/thread-pool.ts';
import { Adaptive } from '../../src/threads/adaptive.ts';
import { KernelModel } from '../../src/transformer/kernels/model.ts';
import { MADE, madeModel } from '../compute/made.ts';

const host = nodeHost();
const model = madeModel(MADE[0]!);
const ids = Array.from({ length: 20 }, (_, t) => (t * 37 + 11) % 101);

/** As the Node host's, with a worker that ends as `how` says. */
const dying = (how: string) => () => computeThread(new Thread(new URL('./dying-worker.ts', import.meta.url), { workerData: how }));

const open = (startWorker: () => Worker, timeoutMs = 20_000) =>
	KernelModel.open(model, { capacity: 64, memoryBudget: 2 ** 28, threads: 2, startWorker, clock: host, timeoutMs });

async function wanted(): Promise<Float32Array> {
	const alone = await KernelModel.open(model, { capacity: 64, memoryBudget: 2 ** 28 });
	const logits = (await alone.forward(ids, 0, 'logits')).slice();
	alone.close();
	return logits;
}

for (const [how, timeoutMs] of [
	['exit', 3000], // nobody says so: only time can tell
	['throw', 3_600_000], // it says so itself: whoever waited all the same would meet the runner's limit
] as const) {
	test(`a worker that ends by ${how} in a pass`, async () => {
		const fast = await open(dying(how), timeoutMs);
		assert.equal(fast.threads, 2);
		// Its 25th barrier is in the second or third pass.
		await assert.rejects(
			async () => {
				for (let i = 0; i < 4; i++) await fast.forward(ids, 0, 'logits');
			},
			{ code: 'internal', message: /^a compute thread is missing/ },
		);
		assert.equal(fast.threads, 1);
		assert.deepEqual((await fast.forward(ids, 0, 'logits')).slice(), await wanted());
		fast.close();
	});
}

test('a worker that is ended between passes is missed without an error', async () => {
	const started: Worker[] = [];
	const fast = await open(() => {
		started.push(host.startWorker!());
		return started[0]!;
	});
	await fast.forward(ids.slice(0, 7), 0, 'blocks');
	await started[0]!.terminate();
	assert.deepEqual((await fast.forward(ids.slice(7), 7, 'logits')).length, 101);
	assert.equal(fast.threads, 1);
	assert.deepEqual((await fast.forward(ids, 0, 'logits')).slice(), await wanted());
	fast.close();
});

for (const [what, start, timeoutMs] of [
	['refuses', () => assert.fail('no threads here'), 20_000],
	['fails at once', dying('throw at once'), 20_000],
	['never answers', dying('silent'), 200],
] as const) {
	test(`a host whose worker ${what}`, async () => {
		const fast = await open(start, timeoutMs);
		assert.equal(fast.threads, 1);
		assert.deepEqual((await fast.forward(ids, 0, 'logits')).slice(), await wanted());
		fast.close();
	});
}

test('adaptive threading: the slower way is left, and tried again', () => {
	// Together a pass takes 1, alone 2; from 40 to 400 others are busy and together it takes 20; then all is quiet again.
	const adaptive = new Adaptive();
	let alone = 0;
	const cost = (pass: number): number => (adaptive.together ? (pass >= 40 && pass < 400 ? 20 : 1) : 2);
	const run = (from: number, to: number): number => {
		alone = 0;
		let spent = 0;
		for (let pass = from; pass < to; pass++) {
			if (!adaptive.together) alone++;
			const took = cost(pass);
			spent += took;
			adaptive.took(took);
		}
		return spent;
	};
	assert.ok(run(0, 40) <= 50); // two trials of four passes at most
	assert.ok(run(40, 400) < 2 * 360 * 1.4); // near what one thread takes
	run(400, 800); // the next trial finds out
	assert.equal(run(800, 900) - 100, alone);
	assert.ok(alone <= 4);
});

// A model's weights are made ready once for all who wait; who leaves takes nothing from the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeHost } from '../../hosts/node/host.ts';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import { type Flight, singleFlight } from '../../src/model/single-flight.ts';
import { openModel } from '../../src/model.ts';
import { F_FAST, tinyModel } from '../server/tiny-model.ts';

test('begun once; a failure is told to all who waited, and the next call begins anew', async () => {
	const all = new Map<string, Flight<number>>();
	let begun = 0;
	const once = () => singleFlight(all, 'a', undefined, async () => ++begun);
	assert.deepEqual(await Promise.all([once(), once()]), [1, 1]);
	const fail = () => singleFlight(all, 'b', undefined, () => Promise.reject(new Error(`no ${++begun}`)));
	const told = await Promise.allSettled([fail(), fail()]);
	assert.deepEqual(
		told.map((one) => one.status === 'rejected' && (one.reason as Error).message),
		['no 2', 'no 2'],
	);
	assert.equal(await singleFlight(all, 'b', undefined, async () => ++begun), 3);
});

test('who opened the weights leaves; who waited for them still gets an answer', async () => {
	const bytes = memorySource('tiny.gguf', await tinyModel(7, F_FAST));
	let reading = () => {};
	const read = new Promise<void>((done) => {
		reading = done;
	});
	// Weights come slowly, and stop coming for one who has left.
	const slow: ByteSource = {
		...bytes,
		get bytesRead() {
			return bytes.bytesRead;
		},
		async read(offset, length, signal) {
			if (signal) {
				reading();
				await new Promise((done) => setTimeout(done, 5));
				signal.throwIfAborted();
			}
			return bytes.read(offset, length, signal);
		},
	};
	const model = await openModel(nodeHost(), { name: 'tiny.gguf', files: new Map([['tiny.gguf', slow]]) });
	const [first, second] = [new AbortController(), new AbortController()];
	const say = async (signal: AbortSignal) => (await model.generate([1, 2, 3], { maxTokens: 1, stopIds: [], signal }).next()).value;
	const left = assert.rejects(say(first.signal), { name: 'AbortError' });
	const stays = say(second.signal);
	await read;
	first.abort();
	await left;
	assert.ok('id' in (await stays)!);
	await model.close();
});

// A pass allocates nothing: counted in a process of its own, whose young space is so large that nothing is collected meanwhile.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64', '--conditions=tongsa-source'];

/** Bytes on the heap for one of many passes of a made model: through `atOnce`, and through `forward`. */
function bytesOf(way: 'atOnce' | 'forward', threads: number): { readonly leader: number; readonly worker: number } {
	const program = fileURLToPath(new URL('./allocating.ts', import.meta.url));
	const { stdout, stderr, status } = spawnSync(process.execPath, [...FLAGS, program, way, String(threads)], { encoding: 'utf8' });
	assert.equal(status, 0, stderr);
	return JSON.parse(stdout);
}

/**
 * Bytes that a pass may leave: readings of the clock (one, and two more with two threads), which are objects of some 60 bytes until V8 has compiled
 * what asks for them. A pass of this model has a hundred steps: an object at each would be thousands.
 */
const NOTHING = 400;
/** The promise of an async function that is waited for; three of them, and what else there was, were 1700. */
const ONE_PROMISE = 800;

test('a pass allocates nothing on one thread and on two, and forward its promise alone', () => {
	for (const threads of [1, 2]) {
		const { leader, worker } = bytesOf('atOnce', threads);
		assert.ok(leader < NOTHING && worker < NOTHING, `${threads} threads: ${leader} bytes, a worker ${worker}`);
	}
	const { leader } = bytesOf('forward', 1);
	assert.ok(leader < ONE_PROMISE, `forward: ${leader} bytes`);
});

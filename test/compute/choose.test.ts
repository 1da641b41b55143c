// The choice of a build: made by timing, never for one whose results differ, and possible without a compiler of the host's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optimise } from '../../hosts/node/optimise.ts';
import { choose } from '../../src/compute/choose.ts';
import { bestVariant, type Optimise } from '../../src/compute/wasm.ts';
import { variants } from './builds.ts';

const now = () => performance.now();

/** A clock by which the runs of the plain candidate, which is timed first, take `plain` and those of the wide one `wide`. */
function paced(plain: number, wide: number): () => number {
	let calls = 0;
	let time = 0;
	return () => {
		const run = calls++ >> 1;
		if (calls % 2 === 0) time += run < 24 ? plain : wide;
		return time;
	};
}

test('without a compiler of the host it is the best of plain WebAssembly', async () => {
	assert.equal((await choose({ now })).variant, bestVariant());
	assert.equal((await choose({ now, optimise: () => false })).variant, bestVariant());
});

const wide = (await variants()).find(({ name }) => name === 'wide')!;

test('the faster one is taken, and both are told', { skip: wide.skip }, async () => {
	const quick = await choose({ now: paced(2, 1), optimise });
	assert.deepEqual(
		[quick.variant, quick.candidates.map(({ variant }) => variant), quick.candidates[1]!.speed / quick.candidates[0]!.speed],
		['wide', ['relaxed', 'wide'], 2],
	);
	assert.ok(quick.candidates.every(({ same }) => same));
	assert.equal((await choose({ now: paced(1, 2), optimise })).variant, 'relaxed');
});

test('one that computes something else is not taken, however fast it is', { skip: wide.skip }, async () => {
	/** (nine numbers) → nothing, doing nothing; and the global that says how wide it is. */
	const IDLE = Uint8Array.of(
		...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
		...[0x01, 0x0d, 0x01, 0x60, 0x09, ...Array(9).fill(0x7f), 0x00], // type 0
		...[0x03, 0x02, 0x01, 0x00], // function 0 of type 0
		...[0x06, 0x06, 0x01, 0x7f, 0x01, 0x41, 0x00, 0x0b], // a mutable i32, 0
		...[0x07, 0x18, 0x02], // two exports
		...[0x0d, ...new TextEncoder().encode('matmulSigned8'), 0x00, 0x00],
		...[0x04, ...new TextEncoder().encode('wide'), 0x03, 0x00],
		...[0x0a, 0x04, 0x01, 0x02, 0x00, 0x0b], // an empty body
	);
	const { Module } = WebAssembly;
	const broken: Optimise = (wide, work) => {
		if (wide)
			WebAssembly.Module = class extends Module {
				constructor() {
					super(IDLE);
				}
			};
		try {
			return optimise(wide, work);
		} finally {
			WebAssembly.Module = Module;
		}
	};
	const choice = await choose({ now, optimise: broken });
	assert.equal(choice.variant, 'relaxed');
	assert.deepEqual(
		choice.candidates.map(({ same }) => same),
		[true, false],
	);
});

// Norms, rotation, activations, attention: every build against the scalar twin, and single cases by hand.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ACTIVATIONS } from '../../src/compute/activations.ts';
import type { Kernels } from '../../src/compute/kernels.ts';
import { halfBits } from '../../src/compute/scalar/halves.ts';
import { randomFloats } from '../random.ts';
import { newMemory, variants } from './builds.ts';

/** Float32 rounding of a few dozen steps on values of about 1. */
const ROUNDING = 5e-6;

const builds = await variants();
const twin = builds[0]!.build!;

for (const { name, build, skip } of builds) {
	/** Runs the same work on this build and on the twin, over the same numbers, and compares what is left in memory. */
	const same = (work: (kernels: Kernels) => void, allowed: number, count = 8192): void => {
		const [got, wanted] = [build!, twin].map((either) => {
			const kernels = either.over(newMemory(4));
			new Float32Array(kernels.memory.buffer, 1024, count).set(randomFloats(count, 21));
			work(kernels);
			return new Float32Array(kernels.memory.buffer, 1024, count);
		});
		for (let i = 0; i < count; i++) {
			assert.ok(Math.abs(got![i]! - wanted![i]!) <= allowed * (1 + Math.abs(wanted![i]!)), `${i}: ${got![i]} for ${wanted![i]}`);
		}
	};

	/** The twin is the definition: it is not compared with itself. */
	const compared = { skip: name === 'scalar' && 'this is the twin' };

	describe(`vectors, ${name}`, { skip }, () => {
		test('norms', compared, () => {
			for (const centre of [0, 1]) {
				same((k) => k.normalise(1024, 5, 36, 160, 8192, 0, 1, 1e-5, centre, 16384), ROUNDING);
				same((k) => k.normalise(1024, 6, 64, 256, 8192, 9216, 3, 1e-5, centre, 1024), ROUNDING);
			}
		});
		test('rotation', compared, () => {
			same((k) => k.rotate(1024, 2, 3, 1024, 256, 8192, 9216, 32, 0), ROUNDING);
			same((k) => k.rotate(1024, 2, 3, 1024, 256, 8192, 9216, 24, 1), ROUNDING);
		});
		test('activations, over their range', compared, () => {
			for (const [number, activation] of ACTIVATIONS.entries()) {
				const kernels = build!.over(newMemory(4));
				const other = twin.over(newMemory(4));
				for (const k of [kernels, other]) {
					const x = new Float32Array(k.memory.buffer, 1024, 8192);
					for (let i = 0; i < x.length; i++) x[i] = (i - 4096) / 32; // −128 … 128
					k.activate(number, 1024, 0, 8192);
				}
				const got = new Float32Array(kernels.memory.buffer, 1024, 8192);
				const wanted = new Float32Array(other.memory.buffer, 1024, 8192);
				for (let i = 0; i < 8192; i++) {
					assert.ok(Math.abs(got[i]! - wanted[i]!) <= 1e-6 * (1 + Math.abs(wanted[i]!)), `${activation} ${i}: ${got[i]} for ${wanted[i]}`);
				}
			}
			same((k) => k.activate(3, 1024, 4096, 512), ROUNDING);
		});
		test('sums, factors, copies, caps', compared, () => {
			same((k) => k.add(1024, 4096, 512), ROUNDING);
			same((k) => k.multiply(1024, 2.5, 512), ROUNDING);
			same((k) => k.spread(1024, 3, 64, 512, 4096), 0);
			same((k) => k.cap(1024, 0.7, 512), ROUNDING);
		});
		test('halves are rounded to nearest, ties to even', () => {
			const kernels = build!.over(newMemory(4));
			const values = [
				0,
				-0,
				1,
				-1,
				1 + 2 ** -11,
				1 + 3 * 2 ** -11,
				65504,
				1e9,
				-1e9,
				2 ** -24,
				2 ** -25,
				6.1e-5,
				0.1,
				-3.125,
				1e-7,
				2048.5,
			];
			new Float32Array(kernels.memory.buffer, 1024, 16).set(values);
			kernels.keep(1024, 1, 16, 64, 2048, 32);
			const halves = new Uint16Array(kernels.memory.buffer, 2048, 16);
			for (const [i, value] of values.entries()) {
				const at = (i & ~7) + (i & 3) * 2 + ((i >> 2) & 1);
				assert.equal(halves[at], halfBits(Math.fround(value)), String(value));
			}
		});
		test('attention', compared, () => {
			for (const [cap, low, slope, sink] of [
				[0, 0, 0, Number.NEGATIVE_INFINITY],
				[2, 3, 0.01, 0.5],
			] as const) {
				const work = (k: Kernels): void => {
					const numbers = new Int32Array(k.memory.buffer, 64, 16);
					const floats = new Float32Array(k.memory.buffer, 64, 16);
					numbers.set([low, low + 1, low, 9], 0);
					numbers.set([20, 21, 22, 9], 4); // the last row sees nothing
					floats.fill(slope, 8, 12).fill(sink, 12, 16);
					const queries = new Float32Array(k.memory.buffer, 1024, 4 * 32);
					for (let i = 0; i < queries.length; i++) queries[i] = queries[i]! * 2 ** 64 * 0.3;
					k.keep(4096, 22, 32, 128, 40960, 64);
					k.keep(8192, 22, 32, 128, 45056, 64);
					k.attend(1024, 1152, 1280, 1408, 16384, 16512, 16640, 16768, 40960, 45056, 32, 64, low, 22, cap, 64, 80, 96, 112, 49152);
					queries.fill(0);
				};
				same(work, 2e-5);
			}
		});
		test('attention in tiles', compared, () => {
			// Rows of 32, 21 keys from position 4 on, of which keys 6 … 25 are looked at; limits, slopes and sinks of their own for each row.
			for (const [eights, cap, slope, sink] of [
				[2, 0, 0, Number.NEGATIVE_INFINITY],
				[1, 2, 0.01, 0.5],
				[2, 0, 0.01, Number.NEGATIVE_INFINITY],
			] as const) {
				const work = (k: Kernels): void => {
					const [whole, floats] = [new Int32Array(k.memory.buffer, 65536, 96), new Float32Array(k.memory.buffer, 65536, 96)];
					const queries = new Float32Array(k.memory.buffer, 1024, 16 * 32);
					for (let i = 0; i < queries.length; i++) queries[i] = queries[i]! * 2 ** 64 * 0.3;
					for (let row = 0; row < 16; row++) {
						whole[row] = 1024 + row * 128;
						whole[16 + row] = 16384 + row * 128;
						whole[32 + row] = 4 + (row % 7);
						whole[48 + row] = row === 5 ? 4 : 12 + (row % 13); // row 5 sees nothing
						floats[64 + row] = slope * row;
						floats[80 + row] = sink;
					}
					k.keep(4096, 21, 32, 128, 40960, 64);
					k.keep(8192, 21, 32, 128, 45056, 64);
					k.openKeys(40960, 21, 32, 67584);
					k.openValues(45056, 21, 32, 73728);
					k.attendTile(65536, eights, 67584, 73728, 32, 4, 21, 6, 25, cap, 81920);
					queries.fill(0);
				};
				same(work, 2e-5);
			}
		});
		test('attention by hand: scores 0 and ln 3 share 1 : 3', () => {
			const kernels = build!.over(newMemory(4));
			const f = new Float32Array(kernels.memory.buffer);
			new Int32Array(kernels.memory.buffer, 64, 8).set([0, 0, 0, 0, 2, 2, 2, 2]);
			f.fill(0, 24, 28).fill(Number.NEGATIVE_INFINITY, 28, 32);
			f[256] = Math.log(3) * 2 ** 64; // query (ln 3, 0, …)
			f[512] = 0; // first key's first value
			f[520] = 1; // second key's
			f[528] = 4; // first value
			f[536] = 8; // second value
			kernels.keep(2048, 2, 8, 32, 4096, 16);
			kernels.keep(2112, 2, 8, 32, 4160, 16);
			kernels.attend(1024, 1024, 1024, 1024, 8192, 8224, 8256, 8288, 4096, 4160, 8, 16, 0, 2, 0, 64, 80, 96, 112, 8320);
			assert.ok(Math.abs(f[2048]! - (4 * 0.25 + 8 * 0.75)) < 1e-5, String(f[2048]));
		});
	});
}

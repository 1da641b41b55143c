// Matrix kernels: the scalar twins against the dtype table and float64 arithmetic, every build against the twins.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HOT_TYPES, matrixBytes, ROUNDED } from '../../src/compute/layouts.ts';
import { type DTypeName, dtypeOf } from '../../src/tensor/index.ts';
import { randomFloats } from '../random.ts';
import { newMemory, randomBytes, variants } from './builds.ts';

const TYPES = [...HOT_TYPES.keys()] as DTypeName[];
/** Places in the test's memory: far enough apart for 24 rows of 512 columns. */
const SOURCE = 1 << 16;
const WEIGHTS = 1 << 17;
const X = 3 << 17;
const RECORDS = 4 << 17;
const Y = 5 << 17;
const OUT = 6 << 17;
const M = 19;
const N = 512;

for (const { name, build, skip } of await variants()) {
	describe(`matrices, ${name}`, { skip }, () => {
		for (const type of [...TYPES, 'F32'] as const) {
			const { number, kind } = type === 'F32' ? ROUNDED : HOT_TYPES.get(type)!;
			const groups = N / kind.columns;
			const stored = randomBytes(type, M * N, 5);
			const dtype = dtypeOf(type);
			const decoded = new Float32Array(M * N);
			dtype.decode(stored, 0, (M * N) / dtype.blockElements, decoded, 0);
			const placed = () => {
				const kernels = build!.over(newMemory(16));
				const bytes = new Uint8Array(kernels.memory.buffer);
				bytes.set(stored, SOURCE);
				// In two parts, so that a part begins inside a record.
				const rowBytes = stored.length / M;
				kernels.repack(number, kind.number, SOURCE, rowBytes, 0, 5, groups, WEIGHTS, 64);
				kernels.repack(number, kind.number, SOURCE + 5 * rowBytes, rowBytes, 5, M - 5, groups, WEIGHTS, 64);
				return kernels;
			};

			test(`${type} rows come back out of ${kind.name} records`, () => {
				const kernels = placed();
				for (let row = 0; row < M; row++) {
					kernels.unpackRow(kind.number, WEIGHTS, row, groups, OUT);
					const out = new Float32Array(kernels.memory.buffer, OUT, N);
					// Hot types keep their whole numbers: only scale · q + minimum rounds, twice. Float32 rows: half of 1 / 127 of 32 values' greatest.
					for (let i = 0; i < N; i++) {
						const wanted = decoded[row * N + i]!;
						const block = decoded.subarray(row * N + (i & ~31), row * N + (i | 31) + 1);
						const most = block.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
						const allowed = type === 'F32' ? most / 253 : most * 2 ** -21;
						assert.ok(Math.abs(out[i]! - wanted) <= allowed, `${row}, ${i}: ${out[i]} for ${wanted}`);
					}
				}
			});

			for (const T of [1, 2, 4, 7]) {
				test(`${type} × ${T} tokens, ${kind.name}`, () => {
					const kernels = placed();
					const x = randomFloats(T * N, 9);
					new Float32Array(kernels.memory.buffer, X, T * N).set(x);
					const levels = kind.activations === 'signed' ? 0 : 127;
					kernels.quantise(X, T, groups, kind.columns / 4, T === 1 ? 1 : 4, levels, RECORDS);
					const stride = 24 * 4;
					const y = new Float32Array(kernels.memory.buffer, Y, 8 * 24);
					y.fill(3);
					kernels[kind.matmul](WEIGHTS, 0, 1, groups, RECORDS, T, Y, stride, 1);
					kernels[kind.matmul](WEIGHTS, 1, 3, groups, RECORDS, T, Y, stride, 0);
					for (let t = 0; t < T; t++) {
						for (let m = 0; m < M; m++) {
							// Activations are off by at most half a step: step / 2 · Σ |w|, with step = range / 127 of the group.
							let dot = m < 8 ? 3 : 0;
							let allowed = 0;
							for (let i = 0; i < N; i += kind.columns) {
								const group = x.subarray(t * N + i, t * N + i + kind.columns);
								const step = (levels ? Math.max(...group) - Math.min(...group) : Math.max(...group.map(Math.abs))) / 127;
								for (const [j, value] of group.entries()) {
									const w = decoded[m * N + i + j]!;
									dot += w * value;
									allowed += (Math.abs(w) * step) / 2 + Math.abs(w * value) * (type === 'F32' ? 0.02 : 1e-5);
								}
							}
							const got = y[t * 24 + m]!;
							assert.ok(Math.abs(got - dot) <= allowed, `${t}, ${m}: ${got} for ${dot}, allowed ${allowed}`);
						}
					}
				});
			}
		}

		// The twin is the definition: it is not compared with itself.
		const isTwin = name === 'scalar' && 'this is the twin';

		test('records are the same to the bit as the twin makes them', { skip: isTwin }, async () => {
			const twin = (await variants())[0]!.build!;
			for (const type of TYPES) {
				const { number, kind } = HOT_TYPES.get(type)!;
				const stored = randomBytes(type, M * N, 11);
				const made = [build!, twin].map((either) => {
					const kernels = either.over(newMemory(16));
					new Uint8Array(kernels.memory.buffer).set(stored, SOURCE);
					kernels.repack(number, kind.number, SOURCE, stored.length / M, 0, M, N / kind.columns, WEIGHTS, 64);
					return new Uint8Array(kernels.memory.buffer, WEIGHTS, matrixBytes(kind, M, N));
				});
				assert.deepEqual(made[0], made[1], type);
			}
		});

		test('activations are the same as the twin makes them, up to a tie', { skip: isTwin }, async () => {
			const twin = (await variants())[0]!.build!;
			for (const [T, columns, levels] of [
				[1, 32, 0],
				[1, 16, 0],
				[5, 32, 0],
				[5, 32, 127],
				[1, 32, 255],
			] as const) {
				const [a, b] = [build!, twin].map((either) => {
					const kernels = either.over(newMemory(16));
					new Float32Array(kernels.memory.buffer, X, T * N).set(randomFloats(T * N, 3));
					kernels.quantise(X, T, N / columns, columns / 4, T === 1 ? 1 : 4, levels, RECORDS);
					return new Uint8Array(
						kernels.memory.buffer,
						RECORDS,
						T === 1 ? (N / columns) * (8 + columns) : (8 * N * (8 + columns)) / columns,
					);
				});
				const different = a!.filter((byte, i) => byte !== b![i]).length;
				assert.ok(different <= a!.length / 50, `${different} of ${a!.length} bytes differ (T ${T}, ${columns}, ${levels})`);
			}
		});
	});
}

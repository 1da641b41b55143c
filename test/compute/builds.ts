// What the compute tests share: every build of the kernels that this machine can run, and stored numbers from a fixed seed.

import { optimise } from '../../hosts/node/optimise.ts';
import { probeRelaxedDot } from '../../src/compute/detect.ts';
import type { KernelVariant } from '../../src/compute/kernels.ts';
import { buildKernels, type KernelBuild } from '../../src/compute/wasm.ts';
import { seededRandom } from '../../src/generation/random.ts';
import { type DTypeName, dtypeOf, numberToHalf } from '../../src/tensor/index.ts';
import { randomFloats } from '../random.ts';

interface Variant {
	readonly name: KernelVariant;
	readonly build?: KernelBuild;
	/** Why it cannot run here, or false. */
	readonly skip: string | false;
}

export async function variants(): Promise<Variant[]> {
	const relaxed = probeRelaxedDot() !== undefined;
	const wide = relaxed && (await buildKernels('wide', false, optimise).catch(() => undefined));
	return [
		{ name: 'scalar', build: await buildKernels('scalar'), skip: false },
		{ name: 'simd', build: await buildKernels('simd'), skip: false },
		relaxed
			? { name: 'relaxed', build: await buildKernels('relaxed'), skip: false }
			: { name: 'relaxed', skip: 'this runtime has no relaxed SIMD' },
		wide ? { name: 'wide', build: wide, skip: false } : { name: 'wide', skip: 'this runtime makes no vectors of 256 bits' },
	];
}

/** Byte offsets of the halves in one block: random bits there could be infinite, or 2^15 times the next one. */
const HALVES: Partial<Record<DTypeName, readonly number[]>> = {
	Q4_0: [0],
	Q4_1: [0, 2],
	Q5_0: [0],
	Q5_1: [0, 2],
	Q8_0: [0],
	Q4_K: [0, 2],
	Q5_K: [0, 2],
	Q6_K: [208],
};

/** `count` values of a stored type: random bits, with sane scales. */
export function randomBytes(dtype: DTypeName, count: number, seed: number): Uint8Array {
	const next = seededRandom(seed);
	if (dtype === 'F32') return new Uint8Array(randomFloats(count, seed).buffer);
	if (dtype === 'F16') return new Uint8Array(Uint16Array.from(randomFloats(count, seed), numberToHalf).buffer);
	if (dtype === 'BF16')
		return new Uint8Array(Uint16Array.from(new Uint32Array(randomFloats(count, seed).buffer), (bits) => bits >>> 16).buffer);
	const type = dtypeOf(dtype);
	const blocks = count / type.blockElements;
	const bytes = Uint8Array.from({ length: blocks * type.blockBytes }, () => next() * 256);
	for (let b = 0; b < blocks; b++) {
		if (dtype === 'MXFP4') bytes[b * type.blockBytes] = 120 + next() * 8;
		for (const at of HALVES[dtype] ?? []) {
			const bits = numberToHalf((next() - 0.5) / 64);
			bytes[b * type.blockBytes + at] = bits;
			bytes[b * type.blockBytes + at + 1] = bits >> 8;
		}
	}
	return bytes;
}

/** A memory of `pages` times 64 KiB. */
export function newMemory(pages: number): WebAssembly.Memory {
	return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

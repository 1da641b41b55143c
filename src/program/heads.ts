// Heads of any width: the kernels take their values by fours and eights, and models need not have so many. What is odd goes through the
// kernels' definitions, and attention finds every head padded to eights with zeros, which add nothing to a product.

import type { Kernels } from '../compute/kernels.ts';
import { scalarVectors, type VectorKernels } from '../compute/scalar/vectors.ts';
import type { Step } from './steps.ts';

type PadHeadsStep = Extract<Step, { op: 'padHeads' }>;

/** Values of a head as attention takes them. */
export function paddedHead(width: number): number {
	return Math.ceil(width / 8) * 8;
}

const twins = new WeakMap<WebAssembly.Memory, VectorKernels>();

/** What works on so many values at a time: the kernels, where these are fours. */
export function vectorsFor(kernels: Kernels, count: number): VectorKernels {
	if (count % 4 === 0) return kernels;
	const found = twins.get(kernels.memory) ?? scalarVectors(kernels.memory);
	twins.set(kernels.memory, found);
	return found;
}

/** A token's heads `head` … `head + count − 1`, of `from` values each → of `to` values: wider ones end in zeros, narrower ones are cut. */
export function padHeads({ floats }: Kernels, { x, out, from, to }: PadHeadsStep, token: number, head: number, count: number): void {
	const source = (x.at + token * x.stride) / 4;
	const target = (out.at + token * out.stride) / 4;
	const width = Math.min(from, to);
	for (let h = head; h < head + count; h++) {
		floats.copyWithin(target + h * to, source + h * from, source + h * from + width);
		floats.fill(0, target + h * to + width, target + (h + 1) * to);
	}
}

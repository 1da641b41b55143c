// Heads of any width: the kernels take their values by fours and eights, and models need not have so many. What is odd goes through the
// kernels' definitions, and attention finds every head filled up to eights with zeros, which add nothing to a product.

import type { Kernels } from '../compute/kernels.ts';
import { scalarVectors, type VectorKernels } from '../compute/scalar/vectors.ts';
import type { Step } from './steps.ts';

type SpaceHeadsStep = Extract<Step, { op: 'spaceHeads' }>;

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

/** A token's heads of `from` values, side by side → of `to` values: wider ones, in place or not, end in zeros; narrower ones are cut. */
export function spaceHeads({ floats }: Kernels, { x, out, heads, from, to }: SpaceHeadsStep, token: number): void {
	const source = (x.at + token * x.stride) / 4;
	const target = (out.at + token * out.stride) / 4;
	const width = Math.min(from, to);
	// From the last one on: in place, a head goes where those after it stood.
	for (let h = heads - 1; h >= 0; h--) {
		floats.copyWithin(target + h * to, source + h * from, source + h * from + width);
		floats.fill(0, target + h * to + width, target + (h + 1) * to);
	}
}

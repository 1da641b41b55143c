// The plain TypeScript twins of all kernels, joined: the definition that every build is tested against.

import { type Kernels, numbersOf } from './kernels.ts';
import { scalarAttention } from './scalar/attention.ts';
import { scalarAttentionTiles } from './scalar/attention-tiles.ts';
import { scalarFloats } from './scalar/floats.ts';
import { scalarMatrices } from './scalar/matrices.ts';
import { scalarRows } from './scalar/rows.ts';
import { scalarVectors } from './scalar/vectors.ts';

export function scalarKernels(memory: WebAssembly.Memory): Kernels {
	return {
		variant: 'scalar',
		...numbersOf(memory),
		...scalarRows(memory),
		...scalarMatrices(memory),
		...scalarFloats(memory),
		...scalarVectors(memory),
		...scalarAttention(memory),
		...scalarAttentionTiles(memory),
	};
}

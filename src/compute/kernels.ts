// The one interface over the kernels: a memory and functions on (pointer, sizes). Nothing here allocates.
// Each function is described at its definition in kernels/; scalar.ts is the plain twin that defines it.

import type { AttentionKernels } from './scalar/attention.ts';
import type { AttentionTileKernels } from './scalar/attention-tiles.ts';
import type { FloatKernels } from './scalar/floats.ts';
import type { MatrixKernels } from './scalar/matrices.ts';
import type { RowKernels } from './scalar/rows.ts';
import type { VectorKernels } from './scalar/vectors.ts';

/** A build of kernels/, or its TypeScript twin. 'wide': the relaxed build, compiled with vectors of 256 bits where the runtime can (wasm.ts). */
export type KernelVariant = 'scalar' | 'simd' | 'relaxed' | 'wide';

/** A memory, and the same as numbers. It never grows, so that these stay. */
export interface Numbers {
	readonly memory: WebAssembly.Memory;
	readonly words: Int32Array;
	readonly floats: Float32Array;
}

export function numbersOf(memory: WebAssembly.Memory): Numbers {
	return { memory, words: new Int32Array(memory.buffer), floats: new Float32Array(memory.buffer) };
}

export interface Kernels extends Numbers, RowKernels, MatrixKernels, FloatKernels, VectorKernels, AttentionKernels, AttentionTileKernels {
	readonly variant: KernelVariant;
}

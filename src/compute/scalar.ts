// The plain TypeScript twins of all kernels, joined: the definition that every build is tested against.

import type { Kernels } from './kernels.ts';
import { scalarRows } from './scalar/rows.ts';

export function scalarKernels(memory: WebAssembly.Memory): Kernels {
	return { variant: 'scalar', memory, ...scalarRows(memory) };
}

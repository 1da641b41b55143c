// The one interface over the kernels: a memory and functions on (pointer, sizes). Nothing here allocates.

/** A build of kernels/ or its TypeScript twin. The functions are named and typed in kernel-table.ts. */
export type KernelVariant = 'scalar' | 'simd' | 'relaxed';

// The activation functions that the kernels have, in the order of their numbers in kernels/vectors.ts.

export const ACTIVATIONS = ['relu', 'gelu', 'gelu-tanh', 'silu', 'quick-gelu'] as const;
export type ActivationName = (typeof ACTIVATIONS)[number];

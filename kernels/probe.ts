// The module that is timed before the engine's own is chosen (src/compute/choose.ts): the same matrix kernels, few enough to be compiled soon.

export { wide } from './floats';
export { matmulSigned8 } from './matmul';

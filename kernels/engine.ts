// The engine's module: everything that compute/ calls.

export { attend, keep } from './attention';
export { attendTile, openKeys, openValues } from './attention-tiles';
export { interleave, matmulFloats, repackFloats, wide } from './floats';
export { matmulSigned8, matmulUnsigned4, matmulUnsigned5, matmulUnsigned6 } from './matmul';
export { quantise } from './quantise';
export { repack, unpackRow } from './repack';
export * from './rows';
export { activate, add, cap, multiply, normalise, rotate, spread } from './vectors';

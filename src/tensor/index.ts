// The tensor floor's public names: the dtype table, shapes, number formats, printing.

export type { Decode, DType, DTypeName } from './dtype.ts';
export { decodeTensor, dtypeOf, dtypes, tensorByteLength } from './dtypes.ts';
export { bfloatToNumber, F8_E4M3_VALUES, F8_E5M2_VALUES, halfToNumber, numberToHalf } from './floats.ts';
export { shortestFloat32, shortestFloat32s } from './print.ts';
export { elementCount } from './shape.ts';

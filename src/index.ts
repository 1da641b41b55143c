// The public API, by hand: at most 40 names, test/public-api.test.ts counts. `openModel` is added by the host (hosts/node, hosts/browser).

export { CATALOGUE, catalogueSystem } from './architectures/catalogue.ts';
export { blobSource } from './bytes/blob.ts';
export { httpSource } from './bytes/http.ts';
export { memorySource } from './bytes/memory.ts';
export type { ByteSource, ModelFiles } from './bytes/source.ts';
export { combine } from './embedding/combine.ts';
export { cosine, distances, norms } from './embedding/distance.ts';
export { normalize, pool } from './embedding/pooling.ts';
export { type ErrorCode, TongsaError } from './errors.ts';
export type { Checkpoint, TensorInfo } from './formats/checkpoint.ts';
export { openCheckpoint } from './formats/open.ts';
export type { JsonSchema } from './generation/constraint.ts';
export type { GeneratedToken, GenerateOptions } from './generation/generate.ts';
export type { SamplerStep } from './generation/sampler.ts';
export type { Sampling } from './generation/sampling.ts';
export type { Progress } from './host.ts';
export type { Embedding, Match, Model, NearestOptions, OpenOptions, Provenance, Traced, TraceOptions } from './model.ts';
export { type DType, type DTypeName, decodeTensor, dtypes } from './tensor/index.ts';
export type { EncodeOptions, Encoding, Token, Tokenizer } from './tokenizer/types.ts';

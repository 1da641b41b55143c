// The public API, by hand: few values, and every type that they name. `openModel` is added by the host (hosts/node, hosts/browser).

export { CATALOGUE, catalogueSystem, type System } from './architectures/catalogue.ts';
export { blobSource } from './bytes/blob.ts';
export { httpSource, type Network } from './bytes/http.ts';
export { memorySource } from './bytes/memory.ts';
export type { ByteSource, ModelFiles } from './bytes/source.ts';
export { combine } from './embedding/combine.ts';
export { cosine, distances, type Metric, norms } from './embedding/distance.ts';
export { normalize, type Pooling, pool } from './embedding/pooling.ts';
export { type ErrorCode, TongsaError } from './errors.ts';
export type { Checkpoint, MetadataValue, TensorInfo } from './formats/checkpoint.ts';
export { openCheckpoint } from './formats/open.ts';
export type { JsonSchema } from './generation/constraint.ts';
export type { Finish, FinishReason, GeneratedToken, GenerateOptions, ScoredToken } from './generation/generate.ts';
export type { SamplerStep } from './generation/sampler.ts';
export type { Sampling } from './generation/sampling.ts';
export type { Tool, ToolCall, ToolChoice, ToolEvent, ToolOptions } from './generation/tools/types.ts';
export type { Progress } from './host.ts';
export type { AttentionCell, CellPlace } from './inspection/attention-cell.ts';
export type { Edit } from './inspection/trace.ts';
export type { Generation } from './model/generation.ts';
export type * from './model.ts';
export type { Point } from './spec/points.ts';
export { type DType, type DTypeName, decodeTensor, dtypes } from './tensor/index.ts';
export type * from './tokenizer/types.ts';
export type { EngineMemory, Precision } from './transformer/engine.ts';
export type { TracedPoint } from './transformer/hooks.ts';
export type { Selector } from './transformer/select.ts';

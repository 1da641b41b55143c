// Checkpoint: what every file format opens to. Metadata, and tensor name → dtype, shape, byte range. Weights stay where they are.

import type { ByteSource } from '../bytes/source.ts';
import type { DTypeName } from '../tensor/dtype.ts';

/** A tensor's place: nothing of it has been read. */
export interface TensorInfo {
	readonly name: string;
	readonly dtype: DTypeName;
	/** Row-major, slowest dimension first: a table of V rows of width D is [V, D]. (GGUF's own order is the reverse.) */
	readonly shape: readonly number[];
	readonly source: ByteSource;
	readonly byteOffset: number;
	readonly byteLength: number;
}

/** A metadata array that is read when asked for: a vocabulary of 262,144 strings costs nothing before. */
export interface LazyArray<T extends MetadataArrayData = MetadataArrayData> {
	readonly kind: 'array';
	readonly elementType: 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64' | 'u64' | 'i64' | 'bool' | 'string' | 'array';
	readonly length: number;
	/** Reads and decodes the array; strings come as one StringTable, numbers as a typed array. Not kept: call once. */
	read(signal?: AbortSignal): Promise<T>;
}

export type MetadataArrayData =
	| StringTable
	| Uint8Array
	| Int8Array
	| Uint16Array
	| Int16Array
	| Uint32Array
	| Int32Array
	| Float32Array
	| Float64Array
	| BigUint64Array
	| BigInt64Array
	| readonly MetadataValue[];

/** Many strings in two arrays: string i is the UTF-8 in `bytes` from offsets[i] to offsets[i + 1]. */
export interface StringTable {
	readonly kind: 'strings';
	readonly length: number;
	readonly bytes: Uint8Array;
	/** length + 1 offsets. */
	readonly offsets: Uint32Array;
}

/** One metadata value. JSON objects and arrays occur only in values that came from a JSON file (config.json). */
export type MetadataValue =
	| string
	| number
	| bigint
	| boolean
	| null
	| LazyArray
	| readonly MetadataValue[]
	| { readonly [key: string]: MetadataValue };

export interface Checkpoint {
	readonly format: 'gguf' | 'safetensors';
	/** Name as the user knows it. */
	readonly name: string;
	/** GGUF: the file's keys. Safetensors: the top-level keys of config.json. */
	readonly metadata: ReadonlyMap<string, MetadataValue>;
	readonly tensors: ReadonlyMap<string, TensorInfo>;
	/** Files beside the weights by base name ('tokenizer.json', 'generation_config.json', …); empty for a lone GGUF. */
	readonly assets: ReadonlyMap<string, ByteSource>;
	/** The files that hold the weights. */
	readonly files: readonly ByteSource[];
	/** Bytes read so far over all files and assets. */
	readonly bytesRead: number;
	close(): Promise<void>;
}

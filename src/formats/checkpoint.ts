// Checkpoint: what every file format opens to. Metadata, and tensor name → dtype, shape, byte range. Weights stay where they are.

import type { ByteSource } from '../bytes/source.ts';
import type { DTypeName } from '../tensor/dtype.ts';

/**
 * Types that files may hold and that Tongsa does not decode. Such a tensor is listed, and copied by `extract`; it is refused by
 * name when its values are asked for.
 */
export type ForeignDType =
	| 'Q8_1'
	| 'Q8_K'
	| 'NVFP4'
	| 'Q1_0'
	| 'Q2_0'
	| 'F4'
	| 'F6_E2M3'
	| 'F6_E3M2'
	| 'F8_E8M0'
	| 'F8_E4M3FNUZ'
	| 'F8_E5M2FNUZ'
	| 'C64'
	| UnknownDType;

/**
 * A type that this program has never heard of, by GGUF's number ('type 138') or safetensors' name ('type F5'). Its bytes are what lies
 * between its place and the next tensor's.
 */
export type UnknownDType = `type ${string}`;

/** A tensor's place: nothing of it has been read. */
export interface TensorInfo {
	readonly name: string;
	readonly dtype: DTypeName | ForeignDType;
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
	/** 'tokenizer': a folder or file with a tokenizer and no weights. */
	readonly format: 'gguf' | 'safetensors' | 'tokenizer';
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

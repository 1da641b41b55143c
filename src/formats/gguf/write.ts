// Writes GGUF version 3: header, then the tensors' bytes copied from wherever they lie. Nothing large is held in memory.
// Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#file-structure

import type { ByteSource } from '../../bytes/source.ts';
import { TongsaError } from '../../errors.ts';
import type { StringTable, TensorInfo } from '../checkpoint.ts';
import { DEFAULT_ALIGNMENT, GGUF_MAGIC } from './read.ts';
import { type ElementType, TENSOR_TYPES, VALUE_TYPES } from './types.ts';

/** Where the bytes go, in order. */
export interface ByteSink {
	write(bytes: Uint8Array): Promise<void>;
}

type NumericType = Exclude<ElementType, 'bool' | 'string' | 'array'>;

/** A metadata value with its type; 'copy' is a value as it lies in another GGUF file, its type's number first. */
export type GgufValue =
	| { readonly type: NumericType; readonly value: number | bigint }
	| { readonly type: 'bool'; readonly value: boolean }
	| { readonly type: 'string'; readonly value: string }
	| { readonly type: 'array'; readonly of: 'string'; readonly values: readonly string[] | StringTable }
	| { readonly type: 'array'; readonly of: NumericType | 'bool'; readonly values: ArrayLike<number | bigint> }
	| { readonly type: 'copy'; readonly source: ByteSource; readonly byteOffset: number; readonly byteLength: number };

export interface GgufContent {
	readonly metadata: ReadonlyMap<string, GgufValue>;
	/** In the order in which they are to lie in the file. */
	readonly tensors: readonly TensorInfo[];
	/** Must be what `general.alignment` says where metadata has it. */
	readonly alignment?: number;
}

export interface WriteOptions {
	readonly signal?: AbortSignal;
	/** Bytes of tensors written, of how many. */
	readonly onProgress?: (done: number, total: number) => void;
}

/** Bytes copied at a time. */
const COPY_BYTES = 4 * 2 ** 20;

export async function writeGguf(sink: ByteSink, content: GgufContent, options: WriteOptions = {}): Promise<void> {
	const { metadata, tensors, alignment = DEFAULT_ALIGNMENT } = content;
	const { signal, onProgress } = options;
	let written = 0;
	const write = async (bytes: Uint8Array) => {
		signal?.throwIfAborted();
		await sink.write(bytes);
		written += bytes.length;
	};
	const pad = () => write(new Uint8Array(padding(written, alignment)));

	await write(joined(u32(GGUF_MAGIC), u32(3), u64(tensors.length), u64(metadata.size)));
	for (const [key, value] of metadata) {
		await write(text(key));
		if (value.type === 'copy') await copy(value, write, signal);
		else await write(encoded(value));
	}
	let offset = 0;
	for (const tensor of tensors) {
		await write(tensorInfo(tensor, offset));
		offset += tensor.byteLength + padding(tensor.byteLength, alignment);
	}
	await pad();

	const total = tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
	let done = 0;
	for (const tensor of tensors) {
		await copy(tensor, write, signal, (bytes) => {
			done += bytes;
			onProgress?.(done, total);
		});
		await pad();
	}
}

interface Place {
	readonly source: ByteSource;
	readonly byteOffset: number;
	readonly byteLength: number;
}

async function copy(
	{ source, byteOffset, byteLength }: Place,
	write: ByteSink['write'],
	signal?: AbortSignal,
	onBytes?: (bytes: number) => void,
): Promise<void> {
	for (let done = 0; done < byteLength; ) {
		const bytes = await source.read(byteOffset + done, Math.min(COPY_BYTES, byteLength - done), signal);
		await write(bytes);
		done += bytes.length;
		onBytes?.(bytes.length);
	}
}

function padding(at: number, alignment: number): number {
	return (alignment - (at % alignment)) % alignment;
}

function tensorInfo({ name, shape, dtype }: TensorInfo, offset: number): Uint8Array {
	const type = [...TENSOR_TYPES].find(([, known]) => known.name === dtype)?.[0] ?? unknownNumber(dtype);
	if (type === undefined) {
		throw new TongsaError('unsupported', 'GGUF has no such type of tensor', {
			tensor: name,
			got: dtype,
			allowed: [...TENSOR_TYPES.values()].map((known) => known.name).join(', '),
		});
	}
	// Fastest dimension first in the file.
	return joined(text(name), u32(shape.length), ...shape.toReversed().map(u64), u32(type), u64(offset));
}

/** A type that another GGUF file has and this program does not know, copied as it is: 'type 138' → 138. */
function unknownNumber(dtype: TensorInfo['dtype']): number | undefined {
	const [, number] = /^type (\d+)$/.exec(dtype) ?? [];
	return number === undefined ? undefined : Number(number);
}

function encoded(value: Exclude<GgufValue, { type: 'copy' }>): Uint8Array {
	const type = typeNumber(value.type);
	if (value.type === 'string') return joined(type, text(value.value));
	if (value.type !== 'array') return joined(type, numbers(value.type, [value.type === 'bool' ? Number(value.value) : value.value]));
	const items = value.of === 'string' ? strings(value.values) : numbers(value.of, value.values);
	return joined(type, typeNumber(value.of), u64(value.values.length), items);
}

function strings(values: readonly string[] | StringTable): Uint8Array {
	if (!('kind' in values)) return joinedList(values.map(text));
	const { bytes, offsets, length } = values;
	return joinedList(Array.from({ length }, (_, i) => lengthFirst(bytes.subarray(offsets[i]!, offsets[i + 1]!))));
}

function typeNumber(name: ElementType): Uint8Array {
	return u32(VALUE_TYPES.findIndex((type) => type.name === name));
}

function numbers(name: ElementType, values: ArrayLike<number | bigint>): Uint8Array {
	const packed = VALUE_TYPES.find((type) => type.name === name)!.numeric!.pack(values);
	return new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
}

function u32(value: number): Uint8Array {
	return numbers('u32', [value]);
}

function u64(value: number): Uint8Array {
	return numbers('u64', [value]);
}

const encoder = new TextEncoder();

function text(value: string): Uint8Array {
	return lengthFirst(encoder.encode(value));
}

function lengthFirst(bytes: Uint8Array): Uint8Array {
	return joined(u64(bytes.length), bytes);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
	return joinedList(parts);
}

/** A vocabulary's strings are more than a call takes as arguments. */
function joinedList(parts: readonly Uint8Array[]): Uint8Array {
	const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

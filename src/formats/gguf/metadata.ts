// GGUF metadata: key → typed value. Arrays are walked over, not kept: each becomes a LazyArray that knows where it lies.
// Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#file-structure; stricter rules: ggml/src/gguf.cpp

import { HeaderReader } from '../../bytes/header-reader.ts';
import type { ByteSource } from '../../bytes/source.ts';
import { stringKernels } from '../../compute/strings.ts';
import { TongsaError } from '../../errors.ts';
import type { LazyArray, MetadataArrayData, MetadataValue, StringTable } from '../checkpoint.ts';
import { malformed, readCount, readName, readString, readStringLength, readU32 } from './fields.ts';
import { type ElementType, VALUE_TYPES, type ValueType } from './types.ts';

/** Most strings in one array: 60 times the largest vocabulary known (262,144 tokens). */
const MAX_STRINGS = 2 ** 24;
/** Longest array in bytes: that of the longest header. A sparse file would otherwise have terabytes of them. */
const MAX_ARRAY_BYTES = 256 * 2 ** 20;
/** Most arrays in one array, and their depth: no known file has any and the reference reads none; the spec allows them. */
const MAX_NESTED_ARRAYS = 1024;
const MAX_NESTING = 4;

/** A value and where it lies: its type's number, then its bytes. */
export interface MetadataEntry {
	readonly value: MetadataValue;
	readonly type: ElementType;
	readonly byteOffset: number;
	readonly byteLength: number;
}

export async function readMetadata(header: HeaderReader, count: number): Promise<Map<string, MetadataEntry>> {
	const metadata = new Map<string, MetadataEntry>();
	for (let i = 0; i < count; i++) {
		const key = await readName(header, `key ${i}`);
		if (metadata.has(key)) throw malformed(header, 'a key stands twice', key);
		const { byteOffset } = header;
		const type = await readType(header, key);
		const value = await readValue(header, key, type);
		metadata.set(key, { value, type: type.name, byteOffset, byteLength: header.byteOffset - byteOffset });
	}
	return metadata;
}

async function readType(header: HeaderReader, field: string): Promise<ValueType> {
	const number = await readU32(header, field);
	const type = VALUE_TYPES[number];
	if (!type) {
		const known = VALUE_TYPES.map(({ name }, index) => `${index} ${name}`).join(', ');
		header.at -= 4;
		throw malformed(header, 'an unknown type of value', field, number, known);
	}
	return type;
}

async function readValue(header: HeaderReader, key: string, type: ValueType): Promise<MetadataValue> {
	if (type.name === 'string') return readString(header, key);
	if (type.name === 'array') return scanArray(header, key, 1);
	await header.need(type.minBytes, key);
	const value = type.numeric!.get(header.view, header.at);
	if (type.name === 'bool' && value !== 0 && value !== 1) throw malformed(header, 'a boolean that is neither', key, value, '0 or 1');
	header.at += type.minBytes;
	return type.name === 'bool' ? value === 1 : value;
}

/** Walks over an array and leaves the reader behind it. */
async function scanArray(header: HeaderReader, key: string, depth: number): Promise<LazyArray> {
	if (depth > MAX_NESTING) throw malformed(header, 'arrays nested too deeply', key, depth, `${MAX_NESTING} levels`);
	const type = await readType(header, key);
	const bound = Math.floor(Math.max(0, header.remaining - 8) / type.minBytes);
	const length = await readCount(header, key, bound, `the bytes left in the file by ${type.minBytes} an element`);
	if (length * type.minBytes > MAX_ARRAY_BYTES) {
		throw malformed(header, 'an array too long for a header', key, `${length} × ${type.name}`, `${MAX_ARRAY_BYTES} bytes`);
	}
	const { source, byteOffset } = header;
	if (type.name === 'string') await scanStrings(header, key, length);
	else if (type.name === 'array') await scanNested(header, key, length, depth);
	else header.skip(length * type.minBytes);
	const byteLength = header.byteOffset - byteOffset;
	return {
		kind: 'array',
		elementType: type.name,
		length,
		read: async (signal) => {
			if (type.name === 'array')
				return scanNested(new HeaderReader(source, { byteOffset, byteEnd: byteOffset + byteLength, signal }), key, length, depth);
			const bytes = await source.read(byteOffset, byteLength, signal);
			return type.name === 'string' ? stringTable(bytes, length, source, key) : numbers(bytes, length, type);
		},
	};
}

async function scanNested(header: HeaderReader, key: string, length: number, depth: number): Promise<LazyArray[]> {
	if (length > MAX_NESTED_ARRAYS) throw malformed(header, 'too many arrays in an array', key, length, String(MAX_NESTED_ARRAYS));
	const arrays: LazyArray[] = [];
	for (let i = 0; i < length; i++) arrays.push(await scanArray(header, key, depth + 1));
	return arrays;
}

/** Walks over `length` strings by their lengths alone. */
async function scanStrings(header: HeaderReader, key: string, length: number): Promise<void> {
	if (length > MAX_STRINGS)
		throw malformed(header, 'too many strings in an array', key, length, `${MAX_STRINGS}, 60 times the largest vocabulary known`);
	const start = header.byteOffset;
	for (let i = 0; i < length; ) {
		const { view } = header;
		const end = view.byteLength;
		let at = header.at;
		for (; i < length && at + 8 <= end; i++) {
			const next = at + 8 + view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
			if (next > end) break;
			at = next;
		}
		header.at = at;
		if (i === length) break;
		// This one crosses the end of what is in hand, or of the file.
		const room = MAX_ARRAY_BYTES - (header.byteOffset - start);
		header.skip(await readStringLength(header, `${key}[${i}]`, Math.max(0, room), 'what is left of the longest array allowed'));
		i++;
	}
}

/** [length, bytes]… → all bytes joined, and where each string begins. */
function stringTable(raw: Uint8Array, length: number, source: ByteSource, key: string): StringTable {
	const strings = stringKernels().unpack(raw, length);
	if (!strings) throw new TongsaError('changed', 'the strings are not those that were there at opening', { file: source.name, field: key });
	return { kind: 'strings', length, ...strings };
}

function numbers(raw: Uint8Array, length: number, type: ValueType): MetadataArrayData {
	const aligned = raw.byteOffset % type.minBytes === 0 ? raw : new Uint8Array(raw);
	return new type.numeric!.view(aligned.buffer, aligned.byteOffset, length);
}

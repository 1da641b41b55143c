// One safetensors file → tensor infos: a JSON header, then the values without holes.
// Spec: https://github.com/huggingface/safetensors#format; rules as in safetensors/src/tensor.rs (read_metadata, validate)

import type { ByteSource } from '../../bytes/source.ts';
import { TongsaError } from '../../errors.ts';
import { dtypeBySafetensorsName } from '../../tensor/dtypes.ts';
import type { ForeignDType, MetadataValue, TensorInfo } from '../checkpoint.ts';
import { describe, expectObject, type JsonObject, parseJson } from '../json.ts';

/** The reference's MAX_HEADER_SIZE. */
const MAX_HEADER_BYTES = 100_000_000;
/** Names of types have at most some fifteen letters; messages repeat them. */
const MAX_DTYPE_NAME = 64;
/** PyTorch's bound on a tensor's dimensions. */
const MAX_DIMENSIONS = 64;

/** Bits per value (tensor.rs, Dtype::bitsize) of the types that safetensors has and Tongsa does not decode. */
const FOREIGN_BITS: readonly (readonly [ForeignDType, number])[] = [
	['F4', 4],
	['F6_E2M3', 6],
	['F6_E3M2', 6],
	['F8_E8M0', 8],
	['F8_E4M3FNUZ', 8],
	['F8_E5M2FNUZ', 8],
	['C64', 64],
];

/** The string in the file → bits per value. */
const DTYPE_BITS: ReadonlyMap<MetadataValue | undefined, number> = new Map<string, number>([
	...[...dtypeBySafetensorsName].map(([name, { blockBytes }]) => [name, 8 * blockBytes] as const),
	...FOREIGN_BITS,
]);

export interface SafetensorsFile {
	readonly source: ByteSource;
	/** `__metadata__`, if the file has it: string → string. */
	readonly metadata: JsonObject | undefined;
	readonly tensors: ReadonlyMap<string, TensorInfo>;
}

export async function readSafetensors(source: ByteSource, signal?: AbortSignal): Promise<SafetensorsFile> {
	const headerBytes = await readHeaderLength(source, signal);
	const bytes = await source.read(8, headerBytes, signal);
	if (bytes[0] !== 0x7b) {
		throw new TongsaError('malformed', 'the header is no JSON object', {
			file: source.name,
			byteOffset: 8,
			got: bytes[0] ?? 'nothing',
			allowed: "'{' (123)",
		});
	}
	const { __metadata__: metadata, ...entries } = expectObject(parseJson(bytes, source.name), source.name, 'header');
	const dataOffset = 8 + headerBytes;
	const tensors = Object.entries(entries).map(([name, entry]) => readEntry(source, name, entry, dataOffset));
	refuseHoles(source, tensors, dataOffset);
	return {
		source,
		metadata: metadata == null ? undefined : stringsOnly(metadata, source),
		tensors: new Map(tensors.map((t) => [t.name, t])),
	};
}

async function readHeaderLength(source: ByteSource, signal: AbortSignal | undefined): Promise<number> {
	if (source.byteLength < 8) {
		throw new TongsaError('malformed', 'too short for a safetensors file', {
			file: source.name,
			got: source.byteLength,
			allowed: '8 bytes or more',
		});
	}
	const bytes = await source.read(0, 8, signal);
	const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
	const left = source.byteLength - 8;
	if (length <= Math.min(left, MAX_HEADER_BYTES)) return Number(length);
	throw new TongsaError('malformed', 'no possible header length', {
		file: source.name,
		field: 'header length',
		byteOffset: 0,
		got: length,
		allowed:
			left < MAX_HEADER_BYTES ? `at most ${left}, what follows in the file` : `at most ${MAX_HEADER_BYTES}, the bound of the reference`,
	});
}

function readEntry(source: ByteSource, name: string, entry: MetadataValue, dataOffset: number): TensorInfo {
	const refuse = (what: string, field: string, got: MetadataValue | undefined, allowed: string) =>
		new TongsaError('malformed', what, { file: source.name, tensor: name, field, got: describe(got), allowed });

	const { dtype, shape, data_offsets: offsets } = expectObject(entry, source.name, name);
	if (typeof dtype !== 'string' || dtype.length > MAX_DTYPE_NAME) throw refuse('no possible dtype', 'dtype', dtype, 'a short name');
	const bits = DTYPE_BITS.get(dtype);
	if (!isCounts(shape) || shape.length > MAX_DIMENSIONS) {
		throw refuse('no possible shape', 'shape', shape, `up to ${MAX_DIMENSIONS} whole numbers from 0 to 2^53 - 1`);
	}
	const elements = shape.reduce((product, size) => product * size, 1);
	// Infinity × 0 is NaN, and refused as well.
	if (!(elements * (bits ?? 1) <= Number.MAX_SAFE_INTEGER))
		throw refuse('the shape multiplies to too many values', 'shape', shape, 'less than 2^53 bits');
	if (bits !== undefined && (elements * bits) % 8 !== 0) throw refuse('values that end inside a byte', 'shape', shape, 'whole bytes');
	if (!isCounts(offsets) || offsets.length !== 2) throw refuse('no possible place', 'data_offsets', offsets, '[begin, end]');
	const [begin, end] = offsets as [number, number];
	const size = source.byteLength - dataOffset;
	if (begin > end || end > size)
		throw refuse('a tensor lies outside the file', 'data_offsets', offsets, `begin ≤ end ≤ ${size}, the bytes behind the header`);
	const byteLength = end - begin;
	const place = { name, shape, source, byteOffset: dataOffset + begin, byteLength };
	// The tensor of a type that is not known is listed as it lies; the others of the file still open.
	if (bits === undefined) return { ...place, dtype: `type ${dtype}` };
	if (byteLength !== (elements * bits) / 8)
		throw refuse(
			'the place does not fit the shape',
			'data_offsets',
			offsets,
			`${(elements * bits) / 8} bytes (${dtype} ${shape.join(' × ')})`,
		);
	return { ...place, dtype: dtype as TensorInfo['dtype'] };
}

function isCounts(value: MetadataValue | undefined): value is readonly number[] {
	return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** As the reference demands: each tensor begins where the one before ends, and the last one ends with the file. */
function refuseHoles(source: ByteSource, tensors: readonly TensorInfo[], dataOffset: number): void {
	let end = dataOffset;
	for (const tensor of [...tensors].sort((a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength)) {
		if (tensor.byteOffset !== end) {
			throw new TongsaError('malformed', tensor.byteOffset < end ? 'a tensor lies over another' : 'a hole before a tensor', {
				file: source.name,
				tensor: tensor.name,
				field: 'data_offsets',
				got: tensor.byteOffset - dataOffset,
				allowed: `${end - dataOffset}, where the one before ends`,
			});
		}
		end += tensor.byteLength;
	}
	if (end !== source.byteLength) {
		throw new TongsaError('malformed', 'bytes that belong to no tensor at the end of the file', {
			file: source.name,
			byteOffset: end,
			got: `${source.byteLength - end} bytes`,
			allowed: '0, as the reference demands',
		});
	}
}

function stringsOnly(metadata: MetadataValue, source: ByteSource): JsonObject {
	const object = expectObject(metadata, source.name, '__metadata__');
	for (const [key, value] of Object.entries(object)) {
		if (typeof value !== 'string') {
			throw new TongsaError('malformed', 'a __metadata__ value that is no string', {
				file: source.name,
				field: key,
				got: describe(value),
				allowed: 'strings',
			});
		}
	}
	return object;
}

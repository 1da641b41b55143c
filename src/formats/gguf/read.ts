// One GGUF file → metadata and tensor infos. Reads the header and nothing behind it.
// Spec: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; checks as in ggml/src/gguf.cpp (gguf_init_from_reader)

import { HeaderReader } from '../../bytes/header-reader.ts';
import type { ByteSource } from '../../bytes/source.ts';
import { TongsaError } from '../../errors.ts';
import type { MetadataValue, TensorInfo } from '../checkpoint.ts';
import { malformed, readCount, readU32 } from './fields.ts';
import { type MetadataEntry, readMetadata } from './metadata.ts';
import { type RelativeTensor, readTensorInfos } from './tensors.ts';

/** 'GGUF' as a little-endian u32. */
export const GGUF_MAGIC = 0x46554747;
export const DEFAULT_ALIGNMENT = 32;

/** Fewest bytes of a key and its value: length, one letter, type, one byte. */
const MIN_KEY_BYTES = 8 + 1 + 4 + 1;
/** Fewest bytes of a tensor info: length, one letter, n_dims, type, offset. */
const MIN_TENSOR_BYTES = 8 + 1 + 4 + 4 + 8;
/** Real files have 20 to 60 keys; this leaves a factor of a thousand. */
const MAX_KEYS = 65_536;
/** The largest mixtures of experts have some 47,000 tensors where every expert is one of its own (61 blocks × 256 × 3). */
const MAX_TENSORS = 2 ** 18;
/** Bytes of header that are looked at (arrays of numbers are stepped over): six times the longest known, which embeds a tokenizer.json. */
const MAX_HEADER_BYTES = 256 * 2 ** 20;

export interface GgufFile {
	readonly source: ByteSource;
	readonly version: number;
	readonly alignment: number;
	readonly metadata: ReadonlyMap<string, MetadataValue>;
	/** As metadata, with each value's type and place in the file. */
	readonly entries: ReadonlyMap<string, MetadataEntry>;
	readonly tensors: ReadonlyMap<string, TensorInfo>;
}

export async function readGguf(source: ByteSource, signal?: AbortSignal): Promise<GgufFile> {
	const header = new HeaderReader(source, { limit: MAX_HEADER_BYTES, signal });
	const magic = await readU32(header, 'magic');
	if (magic !== GGUF_MAGIC)
		throw new TongsaError('malformed', 'not a GGUF file', { file: source.name, field: 'magic', byteOffset: 0, allowed: "'GGUF'" });
	const version = await readVersion(header);
	const tensorCount = await readBounded(header, 'tensor_count', MIN_TENSOR_BYTES, MAX_TENSORS);
	const keyCount = await readBounded(header, 'metadata_kv_count', MIN_KEY_BYTES, MAX_KEYS);
	const entries = await readMetadata(header, keyCount);
	const metadata = new Map([...entries].map(([key, { value }]) => [key, value]));
	const alignment = alignmentOf(metadata, source);
	const relative = await readTensorInfos(header, tensorCount, alignment);
	const dataOffset = Math.ceil(header.byteOffset / alignment) * alignment;
	return { source, version, alignment, metadata, entries, tensors: placed(relative, source, dataOffset) };
}

function readBounded(header: HeaderReader, field: string, minBytes: number, most: number): Promise<number> {
	const fits = Math.floor(header.remaining / minBytes);
	return fits < most
		? readCount(header, field, fits, `the bytes left in the file by ${minBytes} each`)
		: readCount(header, field, most, 'far beyond any known file');
}

async function readVersion(header: HeaderReader): Promise<number> {
	const version = await readU32(header, 'version');
	if (version === 2 || version === 3) return version;
	header.at -= 4;
	const refuse = (what: string, hint: string) =>
		new TongsaError('unsupported', what, {
			file: header.source.name,
			field: 'version',
			byteOffset: 4,
			got: version,
			allowed: '2, 3',
			hint,
		});
	if (version === 1) throw refuse('GGUF version 1', 'Convert the file again: llama.cpp dropped this version in 2023');
	if ((version & 0xffff) === 0 && version !== 0)
		throw refuse('a big-endian GGUF file', 'Fetch the little-endian one, or turn it with gguf-py: gguf-convert-endian');
	if (version === 0) throw malformed(header, 'no such GGUF version', 'version', version, '2, 3');
	throw refuse('a GGUF version that is not known', 'The file may be newer than this program');
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>, source: ByteSource): number {
	const value = metadata.get('general.alignment');
	if (value === undefined) return DEFAULT_ALIGNMENT;
	if (typeof value === 'number' && Number.isInteger(value) && value > 0 && (value & (value - 1)) === 0) return value;
	throw new TongsaError('malformed', 'no possible alignment', {
		file: source.name,
		field: 'general.alignment',
		got: typeof value === 'object' ? 'an array' : String(value),
		allowed: 'a power of two, as u32',
	});
}

/** Tensors with their place in the file: each within it, none over another. */
function placed(relative: ReadonlyMap<string, RelativeTensor>, source: ByteSource, dataOffset: number): Map<string, TensorInfo> {
	const tensors = new Map<string, TensorInfo>();
	refuseCut(relative, source, dataOffset);
	const places = [...relative.values()].map((tensor) => tensor.byteOffset).sort((a, b) => a - b);
	for (const [name, tensor] of relative) {
		const byteOffset = dataOffset + tensor.byteOffset;
		const room = Math.max(0, source.byteLength - byteOffset);
		// Of an unknown type: up to where the next tensor begins.
		const byteLength = tensor.byteLength ?? Math.min(room, (firstAfter(places, tensor.byteOffset) ?? Infinity) - tensor.byteOffset);
		if (byteLength > room) {
			throw new TongsaError('malformed', 'a tensor lies beyond the end of the file', {
				file: source.name,
				tensor: name,
				byteOffset,
				got: `${byteLength} bytes (${tensor.dtype} ${tensor.shape.join(' × ')})`,
				allowed: `${room}, what the file has from there`,
			});
		}
		tensors.set(name, { ...tensor, source, byteOffset, byteLength });
	}
	refuseOverlap(tensors, source);
	return tensors;
}

/** Tensors that lie one behind the other, as writers lay them, and go on behind the file's end: the file is right, and not all here. */
function refuseCut(relative: ReadonlyMap<string, RelativeTensor>, source: ByteSource, dataOffset: number): void {
	let end = 0;
	for (const { byteOffset, byteLength = 0 } of [...relative.values()].sort((a, b) => a.byteOffset - b.byteOffset)) {
		if (byteOffset < end || byteOffset - end >= MOST_PADDING) return;
		end = byteOffset + byteLength;
	}
	const whole = dataOffset + end;
	if (end === 0 || whole <= source.byteLength) return;
	const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
	throw new TongsaError('malformed', `the file is cut short: ${megabytes(source.byteLength)} of ${megabytes(whole)} MB are here`, {
		file: source.name,
		got: `${source.byteLength} bytes`,
		allowed: `${whole}, where its last tensor ends`,
		hint: 'Fetch it again',
	});
}

/** Between two tensors: alignments are some dozen bytes, a memory page at most. */
const MOST_PADDING = 2 ** 16;

/** The least of rising numbers that is greater than `value`. */
function firstAfter(rising: readonly number[], value: number): number | undefined {
	let [low, high] = [0, rising.length];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (rising[middle]! > value) high = middle;
		else low = middle + 1;
	}
	return rising[low];
}

function refuseOverlap(tensors: ReadonlyMap<string, TensorInfo>, source: ByteSource): void {
	const inOrder = [...tensors.values()].filter((tensor) => tensor.byteLength > 0).sort((a, b) => a.byteOffset - b.byteOffset);
	for (let i = 1; i < inOrder.length; i++) {
		const before = inOrder[i - 1]!;
		const { name, byteOffset } = inOrder[i]!;
		const end = before.byteOffset + before.byteLength;
		if (byteOffset < end) {
			throw new TongsaError('malformed', `a tensor lies over another, ${JSON.stringify(before.name.slice(0, 80))}`, {
				file: source.name,
				tensor: name,
				got: byteOffset,
				allowed: `${end} or more, where the other ends`,
			});
		}
	}
}

// A GGUF file's vocabulary cut to some of its tokens: the tokenizer's arrays, the ids that keys name, and the rows of the tables.

import { countedSource } from '../../bytes/counted.ts';
import { TongsaError } from '../../errors.ts';
import type { MetadataArrayData, MetadataValue, StringTable, TensorInfo } from '../checkpoint.ts';
import { isLazyArray } from '../get.ts';
import type { MetadataEntry } from './metadata.ts';
import type { GgufValue } from './write.ts';

/** Where the ids of the whole model stand: entry i is the id that token i of this file has there. */
export const WHOLE_IDS = 'tongsa.extract.token_ids';

/** Arrays with an entry a token. */
const BY_TOKEN: ReadonlySet<string> = new Set(['tokens', 'scores', 'token_type'].map((name) => `tokenizer.ggml.${name}`));
const MERGES = 'tokenizer.ggml.merges';
/** A key that names one token: bos_token_id, eot_token_id … */
const ONE_TOKEN = /^tokenizer\.ggml\..*_token_id$/;
/** Left out: the original's own tokenizer file, which would still speak of all tokens. */
const WHOLE_TOKENIZER = 'tokenizer.huggingface.json';
/** Tensors with a row or a value a token. */
const TABLES: ReadonlySet<string> = new Set([
	'token_embd.weight',
	'output.weight',
	'output.bias',
	'per_layer_token_embd.weight',
	'cls.predictions.bias',
]);

const unsupported = (file: string, field: string, got: string) =>
	new TongsaError('unsupported', 'a vocabulary that cannot be cut', { file, field, got });

/** What a metadata entry becomes; undefined: as it was; null: left out. */
export async function subsetEntry(
	key: string,
	value: MetadataValue,
	{ type }: MetadataEntry,
	ids: Uint32Array,
	tokens: StringTable,
	signal?: AbortSignal,
): Promise<GgufValue | null | undefined> {
	if (key === WHOLE_TOKENIZER || key === WHOLE_IDS) return null;
	if (key.endsWith('.vocab_size')) return { type: type as 'u32', value: ids.length };
	if (ONE_TOKEN.test(key)) {
		const id = ids.indexOf(Number(value));
		return id < 0 ? null : { type: type as 'u32', value: id };
	}
	if (!isLazyArray(value)) return undefined;
	if (key === MERGES) return { type: 'array', of: 'string', values: mergesOf((await value.read(signal)) as StringTable, tokens) };
	if (!BY_TOKEN.has(key)) return undefined;
	const data: MetadataArrayData = await value.read(signal);
	if ('kind' in data) return { type: 'array', of: 'string', values: takeStrings(data, ids) };
	const numbers = data as ArrayLike<number>;
	return { type: 'array', of: value.elementType as 'f32', values: Array.from(ids, (id) => numbers[id]!) };
}

function takeStrings({ bytes, offsets }: StringTable, ids: Uint32Array): StringTable {
	const ends = new Uint32Array(ids.length + 1);
	for (const [i, id] of ids.entries()) ends[i + 1] = ends[i]! + offsets[id + 1]! - offsets[id]!;
	const taken = new Uint8Array(ends[ids.length]!);
	for (const [i, id] of ids.entries()) taken.set(bytes.subarray(offsets[id]!, offsets[id + 1]!), ends[i]!);
	return { kind: 'strings', length: ids.length, bytes: taken, offsets: ends };
}

/** The strings of a file's tokens that are kept, for `subsetEntry`. @throws TongsaError 'unsupported' where the file has no list of tokens */
export async function keptStrings(
	file: string,
	value: MetadataValue | undefined,
	ids: Uint32Array,
	signal?: AbortSignal,
): Promise<StringTable> {
	if (!isLazyArray(value) || value.elementType !== 'string') throw unsupported(file, 'tokenizer.ggml.tokens', 'no list of tokens');
	const last = ids.at(-1) ?? 0;
	if (last >= value.length) throw unsupported(file, 'tokenizer.ggml.tokens', `token ${last} of ${value.length}`);
	return takeStrings((await value.read(signal)) as StringTable, ids);
}

/** "left right": the merges whose parts and result are all kept. */
function mergesOf(merges: StringTable, tokens: StringTable): string[] {
	const kept = new Set(stringsOf(tokens));
	return stringsOf(merges).filter((line) => {
		const gap = line.indexOf(' ', 1);
		const [left, right] = [line.slice(0, gap), line.slice(gap + 1)];
		return kept.has(left) && kept.has(right) && kept.has(left + right);
	});
}

function stringsOf({ bytes, offsets, length }: StringTable): string[] {
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	return Array.from({ length }, (_, i) => decoder.decode(bytes.subarray(offsets[i]!, offsets[i + 1]!)));
}

/** The rows of a table for these ids, one after another as if they lay so in a file; other tensors as they are. */
export function subsetTensor(tensor: TensorInfo, ids: Uint32Array): TensorInfo {
	if (!TABLES.has(tensor.name)) return tensor;
	const [rows, ...rest] = tensor.shape;
	const rowBytes = tensor.byteLength / rows!;
	const last = ids.at(-1) ?? 0;
	if (last >= rows! || !Number.isInteger(rowBytes))
		throw unsupported(tensor.source.name, tensor.name, `${rows} rows of ${rowBytes} bytes, for token ${last}`);
	const byteLength = ids.length * rowBytes;
	const source = countedSource({
		name: tensor.source.name,
		identity: { ...tensor.source.identity, byteLength },
		async readRange(byteOffset, length, signal) {
			const out = new Uint8Array(length);
			for (let at = 0; at < length; ) {
				const row = Math.floor((byteOffset + at) / rowBytes);
				// Neighbours in the whole table are read at once.
				let end = row + 1;
				while (end < ids.length && ids[end] === ids[end - 1]! + 1 && (end - row) * rowBytes < length) end++;
				const within = byteOffset + at - row * rowBytes;
				const take = Math.min((end - row) * rowBytes - within, length - at);
				out.set(await tensor.source.read(tensor.byteOffset + ids[row]! * rowBytes + within, take, signal), at);
				at += take;
			}
			return out;
		},
	});
	return { ...tensor, shape: [ids.length, ...rest], source, byteOffset: 0, byteLength };
}

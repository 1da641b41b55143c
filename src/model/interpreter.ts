// The interpreter: what needs the tokenizer and the table alone. Text → matrix, and any vector → tokens.

import { meanRow } from '../embedding/distance.ts';
import type { NearestRows } from '../embedding/nearest.ts';
import type { EmbeddingTable } from '../embedding/table.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import type { Host } from '../host.ts';
import { checkOptions, shown, whole } from '../options.ts';
import type { EncodeOptions } from '../tokenizer/types.ts';
import { EMBED, NEAREST } from './options.ts';
import { provenanceOf } from './provenance.ts';
import type { FoundTables } from './tables.ts';
import type { FoundTokenizer } from './tokenizer.ts';
import type { Model, TokenIds } from './types.ts';

/** Part of the memory budget that a table may take to answer further queries without being read again. */
const TABLE_SHARE = 0.25;
const DEFAULT_TOP = 10;

export interface Interpreter extends Pick<Model, 'table' | 'embed' | 'nearest'> {
	/** Ids of a text; ids as they are. @throws TongsaError 'unsupported' for text without a tokenizer, 'usage' for what is neither text nor ids. */
	idsOf(text: string | TokenIds, options?: EncodeOptions): readonly number[];
	/** A token's text; '' where there is none. */
	textOf(id: number): string;
	close(): void;
}

export function openInterpreter(
	host: Host,
	checkpoint: Checkpoint,
	{ tokenizer, problem }: FoundTokenizer,
	{ tables, problem: noTable }: FoundTables,
): Interpreter {
	const { input, output } = tables ?? {};
	const searches = new Map<EmbeddingTable, Promise<NearestRows>>();

	function needTable(table: EmbeddingTable | undefined): EmbeddingTable {
		if (table) return table;
		throw noTable;
	}

	function idsOf(text: string | TokenIds, options: EncodeOptions = {}): readonly number[] {
		if (typeof text !== 'string') return idsIn(text);
		if (!tokenizer) throw problem;
		const { special, flags, plain } = options;
		const given = { ...(special !== undefined && { special }), ...(flags !== undefined && { flags }), ...(plain && { plain }) };
		return Array.from(tokenizer.encode(text, given).ids);
	}

	const textOf = (id: number) => (tokenizer && id >= 0 && id < tokenizer.size ? tokenizer.token(id).text : '');

	function search(table: EmbeddingTable): Promise<NearestRows> {
		const open = searches.get(table) ?? openSearch(table, host.memoryBudget * TABLE_SHARE);
		searches.set(table, open);
		return open;
	}

	const named = (table: EmbeddingTable) => `${table.tensor.name} (${table.tensor.dtype})`;

	return {
		idsOf,
		textOf,
		table: input && { width: input.width, rows: input.rowCount, dtype: input.tensor.dtype, tied: input === output },
		async embed(text, options = {}) {
			checkOptions(options, EMBED);
			const table = needTable(input);
			const ids = idsOf(text, options);
			const data = await table.rows(ids, options.signal);
			return {
				shape: [ids.length, table.width],
				data,
				ids,
				tokens: tokenizer ? ids.map(textOf) : [],
				provenance: provenanceOf(checkpoint, { table: named(table), tokens: ids }),
			};
		},
		async nearest(query, options = {}) {
			checkOptions(options, NEAREST);
			const { top = DEFAULT_TOP, metric = 'cosine', table: side = 'input', without, signal } = options;
			const table = needTable(side === 'input' ? input : output);
			const ids = typeof query === 'string' ? idsOf(query, { special: 'none' }) : undefined;
			if (ids?.length === 0) throw new TongsaError('usage', 'an empty word has no row', { hint: 'Give a word' });
			const vector = ids ? meanRow(await table.rows(ids, signal), table.width) : (query as ArrayLike<number>);
			const found = await (await search(table)).find(vector, { top, metric, ...(without && { without }), ...(signal && { signal }) });
			return {
				matches: found.map(({ id, score }) => ({ id, text: textOf(id), score })),
				provenance: provenanceOf(checkpoint, { table: named(table), ...(ids && { tokens: ids }) }),
			};
		},
		close() {
			for (const open of searches.values()) void open.then((rows) => rows.close());
			searches.clear();
		},
	};
}

const ID = whole(0);

/** Ids as they are; whether they have a row is for the table to say. */
function idsIn(given: TokenIds): readonly number[] {
	const ids = given instanceof Uint32Array ? Array.from(given) : given;
	if (!Array.isArray(ids)) {
		throw new TongsaError('usage', 'neither a text nor token ids', { got: shown(given), allowed: 'a string, or a list of whole numbers' });
	}
	const wrong = ids.findIndex((id) => !ID.holds(id));
	if (wrong < 0) return ids;
	throw new TongsaError('usage', 'not a token id', { field: `ids[${wrong}]`, got: shown(ids[wrong]), allowed: ID.allowed });
}

/** Its code is loaded here: rows alone need no kernels. */
async function openSearch(table: EmbeddingTable, keepBytes: number): Promise<NearestRows> {
	const [{ nearestRows }, { createRowScorer }, { buildKernels }] = await Promise.all([
		import('../embedding/nearest.ts'),
		import('../compute/rows.ts'),
		import('../compute/wasm.ts'),
	]);
	return nearestRows(table, createRowScorer(await buildKernels()), keepBytes);
}

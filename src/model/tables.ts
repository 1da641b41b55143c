// A model's embedding tables, or why there are none: a tokenizer and weights still answer where the table is packed, or is of a type that is
// not decoded.

import { findTables } from '../architectures/tables.ts';
import { openStatic, type StaticEmbedding } from '../embedding/static.ts';
import { type EmbeddingTable, openTable } from '../embedding/table.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';

export interface OpenTables {
	/** (V, D), at the entrance. */
	readonly input: EmbeddingTable;
	/** At the exit: the same one in a tied model. */
	readonly output: EmbeddingTable;
}

export interface FoundTables {
	readonly tables: OpenTables | undefined;
	/** A model that is a table alone. */
	readonly static?: StaticEmbedding;
	/** The refusal to give when rows are asked for. */
	readonly problem: TongsaError;
}

export async function openTables(checkpoint: Checkpoint): Promise<FoundTables> {
	const none = new TongsaError('unsupported', 'this file has no embedding table: it is a vocabulary alone', { file: checkpoint.name });
	try {
		const alone = openStatic(checkpoint);
		if (alone) return { tables: { input: alone.table, output: alone.table }, static: alone, problem: none };
		const found = await findTables(checkpoint);
		if (!found) return { tables: undefined, problem: none };
		const input = openTable(found.input);
		return { tables: { input, output: found.tied ? input : openTable(found.output) }, problem: none };
	} catch (error) {
		if (error instanceof TongsaError) return { tables: undefined, problem: error };
		throw error;
	}
}

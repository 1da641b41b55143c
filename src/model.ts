// openModel: the only file that builds and joins the stages. A Model is one opened interpreter.

import { architectureOf } from './architectures/index.ts';
import { findTables } from './architectures/tables.ts';
import { combine } from './embedding/combine.ts';
import { type NearestRows, nearestRows } from './embedding/nearest.ts';
import { scalarScorer } from './embedding/scalar-scorer.ts';
import { type EmbeddingTable, openTable } from './embedding/table.ts';
import { TongsaError } from './errors.ts';
import type { Checkpoint } from './formats/checkpoint.ts';
import { openCheckpoint } from './formats/open.ts';
import type { Host, ModelReference, Progress } from './host.ts';
import { chatTemplateOf } from './model/chat-template.ts';
import { type Provenance, provenanceOf } from './model/provenance.ts';
import { loadTokenizer } from './tokenizer/sources/index.ts';
import type { EncodeOptions, Tokenizer } from './tokenizer/types.ts';

export type { Provenance };

/** The embedding matrix of a text. */
export interface Embedding {
	/** [T, D]. */
	readonly shape: readonly [number, number];
	/** T·D values, row-major. */
	readonly data: Float32Array;
	readonly ids: readonly number[];
	/** Text of each token; empty when the model has no tokenizer. */
	readonly tokens: readonly string[];
	readonly provenance: Provenance;
}

export interface Match {
	readonly id: number;
	/** Empty when the model has no tokenizer, or no token of this id. */
	readonly text: string;
	/** Cosine in −1…1, or dot product. */
	readonly score: number;
}

export interface NearestOptions {
	/** How many matches (default 10). */
	readonly top?: number;
	readonly metric?: 'cosine' | 'dot';
	/** Which table: the one that text enters by, or the one that it leaves by. The same in a tied model. */
	readonly table?: 'input' | 'output';
	/** Ids to leave out (a word's own id, say). */
	readonly without?: readonly number[];
	readonly signal?: AbortSignal;
}

export interface OpenOptions {
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
}

/** What is known of the interpreter's table before a row of it is read. */
export interface TableFacts {
	/** D. */
	readonly width: number;
	/** V. */
	readonly rows: number;
	readonly dtype: string;
	/** Whether the same table stands at the entrance and at the exit. */
	readonly tied: boolean;
}

export interface Model {
	readonly name: string;
	readonly checkpoint: Checkpoint;
	/** general.architecture or model_type; undefined where the file names none. */
	readonly architecture: string | undefined;
	/** Absent when the file carries none; every verb then still takes ids. */
	readonly tokenizer: Tokenizer | undefined;
	/** Absent when the file is a vocabulary alone. */
	readonly table: TableFacts | undefined;
	/** The chat template's Jinja source, where the model has one. */
	chatTemplate(): Promise<string | undefined>;
	/**
	 * The rows of the table for a text or for ids: nothing else of the weights is read.
	 * @throws TongsaError 'unsupported' without a table, or for text without a tokenizer; 'out-of-range' for an id without a row.
	 */
	embed(input: string | readonly number[], options?: EncodeOptions & { readonly signal?: AbortSignal }): Promise<Embedding>;
	/**
	 * A word (its row, or the mean of its tokens' rows) or a vector of D values → the nearest rows of the whole table, exact, best first.
	 * @throws TongsaError 'wrong-shape' for a vector of another width, 'usage' for an empty word.
	 */
	nearest(
		query: string | ArrayLike<number>,
		options?: NearestOptions,
	): Promise<{ readonly matches: readonly Match[]; readonly provenance: Provenance }>;
	/** Bytes read from the model's files so far. */
	readonly bytesRead: number;
	close(): Promise<void>;
}

/** Part of the memory budget that a table may take to answer further queries without being read again. */
const TABLE_SHARE = 0.25;
const DEFAULT_TOP = 10;

/**
 * Opens a model by reference with the surroundings that the host gives: its header and its tokenizer are read, no weight.
 * @throws TongsaError
 */
export async function openModel(host: Host, reference: ModelReference, { signal, onProgress }: OpenOptions = {}): Promise<Model> {
	const files = await host.resolve(reference, { ...(signal && { signal }), ...(onProgress && { onProgress }) });
	const checkpoint = await openCheckpoint(files, signal);
	try {
		return joinModel(host, checkpoint, await loadTokenizer(checkpoint, signal));
	} catch (error) {
		await checkpoint.close();
		throw error;
	}
}

function joinModel(host: Host, checkpoint: Checkpoint, tokenizer: Tokenizer | undefined): Model {
	const tables = findTables(checkpoint);
	const input = tables && openTable(tables.input);
	const output = tables && (tables.tied ? input : openTable(tables.output));
	const searches = new Map<EmbeddingTable, NearestRows>();

	function need<T>(part: T | undefined, what: string): T {
		if (part !== undefined) return part;
		throw new TongsaError('unsupported', `this file has no ${what}`, { file: checkpoint.name });
	}

	function idsOf(text: string | readonly number[], options: EncodeOptions = {}): readonly number[] {
		if (typeof text !== 'string') return text;
		return Array.from(need(tokenizer, 'tokenizer, so that it takes ids only (--ids)').encode(text, options).ids);
	}

	const textOf = (id: number) => (tokenizer && id < tokenizer.size ? tokenizer.token(id).text : '');

	function search(table: EmbeddingTable): NearestRows {
		const open = searches.get(table) ?? nearestRows(table, scalarScorer, host.memoryBudget * TABLE_SHARE);
		searches.set(table, open);
		return open;
	}

	const named = (table: EmbeddingTable) => `${table.tensor.name} (${table.dtype.name})`;

	return {
		name: checkpoint.name,
		checkpoint,
		architecture: architectureOf(checkpoint),
		tokenizer,
		table: input && { width: input.width, rows: input.rowCount, dtype: input.dtype.name, tied: tables!.tied },
		chatTemplate: () => chatTemplateOf(checkpoint),
		async embed(text, options = {}) {
			const table = need(input, 'embedding table');
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
		async nearest(query, { top = DEFAULT_TOP, metric = 'cosine', table: side = 'input', without, signal } = {}) {
			const table = need(side === 'input' ? input : output, 'embedding table');
			const ids = typeof query === 'string' ? idsOf(query, { special: 'none' }) : undefined;
			if (ids?.length === 0) throw new TongsaError('usage', 'an empty word has no row', { hint: 'Give a word' });
			const vector = ids ? mean(await table.rows(ids, signal), table.width) : (query as ArrayLike<number>);
			const found = await search(table).find(vector, { top, metric, ...(without && { without }), ...(signal && { signal }) });
			return {
				matches: found.map(({ id, score }) => ({ id, text: textOf(id), score })),
				provenance: provenanceOf(checkpoint, { table: named(table), ...(ids && { tokens: ids }) }),
			};
		},
		get bytesRead() {
			return checkpoint.bytesRead;
		},
		async close() {
			for (const open of searches.values()) open.close();
			searches.clear();
			await checkpoint.close();
		},
	};
}

/** The mean of (T, D) rows; a single row stays itself to the bit. */
function mean(rows: Float32Array, width: number): Float32Array {
	const T = rows.length / width;
	if (T === 1) return rows;
	const sum = combine(Array.from({ length: T }, (_, t) => rows.subarray(t * width, (t + 1) * width)));
	return sum.map((value) => value / T);
}

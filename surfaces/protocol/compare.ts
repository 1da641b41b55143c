// JSON of `compare`: one sentence through several models, with counts per human language and what their tables are like.

import { findTables } from '../../src/architectures/tables.ts';
import { cosine } from '../../src/embedding/distance.ts';
import { tableStatistics } from '../../src/embedding/statistics.ts';
import { openTable } from '../../src/embedding/table.ts';
import { TongsaError } from '../../src/errors.ts';
import { type Provenance, provenanceOf } from '../../src/model/provenance.ts';
import type { Model } from '../../src/model.ts';
import type { Sentence } from './sentences.ts';
import { type TokenJson, tokenized, tokenizerOf } from './tokens.ts';

export interface TableStatistics {
	/** How many rows, evenly spread over the vocabulary, were looked at; one with a NaN or an infinity counts in no other number. */
	readonly rows: number;
	readonly meanNorm: number;
	readonly leastNorm: number;
	readonly mostNorm: number;
	/** Over all values of these rows. */
	readonly mean: number;
	readonly standardDeviation: number;
}

export interface ComparedModel {
	readonly model: string;
	readonly tokenizer: string;
	/** V of the tokenizer. */
	readonly vocabulary: number;
	/** D; absent where the model has no table here. */
	readonly width?: number;
	readonly dtype?: string;
	readonly tied?: boolean;
	readonly statistics?: TableStatistics;
	readonly ids: readonly number[];
	readonly tokens: readonly TokenJson[];
	/** Tokens of the same sentence in each human language, flags not counted; null where the model lacks a word of it. */
	readonly counts: readonly (Sentence & { readonly tokens: number | null; readonly perCharacter: number | null })[];
	/** Cosine between the mean rows of the text and of each other language's sentence; absent without a table. */
	readonly cosines?: readonly { readonly language: string; readonly cosine: number | null }[];
	readonly provenance: Provenance;
}

export interface CompareJson {
	readonly text: string;
	readonly models: readonly ComparedModel[];
}

/** Rows that the statistics are taken from: the mean of 512 norms is within a few percent of that of all. */
const SAMPLE_ROWS = 512;

/** One model's part. `sentences` are the same sentence in several human languages; may be none. */
export async function compared(model: Model, text: string, sentences: readonly Sentence[]): Promise<ComparedModel> {
	const { table } = model;
	const tokenizer = tokenizerOf(model);
	const { ids, tokens } = tokenized(model, text, { special: 'add' });
	const counts = sentences.map((sentence) => {
		const count = readable(() => tokenizer.count(sentence.text, { special: 'none', flags: false }));
		return { ...sentence, tokens: count, perCharacter: count === null ? null : count / Math.max(1, [...sentence.text].length) };
	});
	return {
		model: model.name,
		tokenizer: tokenizer.kind,
		vocabulary: tokenizer.size,
		...(table && {
			width: table.width,
			dtype: table.dtype,
			tied: table.tied,
			statistics: await statistics(model),
			...(sentences.length && { cosines: await cosines(model, text, counts) }),
		}),
		ids,
		tokens,
		counts,
		provenance: provenanceOf(model.checkpoint, { tokens: ids }),
	};
}

async function statistics({ checkpoint }: Model): Promise<TableStatistics> {
	const { input } = (await findTables(checkpoint))!;
	const { rows, mean, standardDeviation, norm } = await tableStatistics(openTable(input), SAMPLE_ROWS);
	return { rows, meanNorm: norm.mean, leastNorm: norm.min, mostNorm: norm.max, mean, standardDeviation };
}

/** `count`'s number, or null where the model's dictionary has no way to write the text. */
function readable(count: () => number): number | null {
	try {
		return count();
	} catch (error) {
		if (error instanceof TongsaError && error.code === 'unsupported') return null;
		throw error;
	}
}

async function cosines(model: Model, text: string, counts: ComparedModel['counts']): Promise<NonNullable<ComparedModel['cosines']>> {
	const own = await meanOf(model, text);
	const out: NonNullable<ComparedModel['cosines']>[number][] = [];
	for (const { language, tokens, text: other } of counts) {
		out.push({ language, cosine: tokens === null ? null : cosine(own, await meanOf(model, other)) });
	}
	return out;
}

/** Rows of a long text that lie in memory at a time. */
const ROWS_AT_ONCE = 1024;

/** Mean of the rows of a text's tokens, without flags: [D]; zeros for a text without tokens. */
async function meanOf(model: Model, text: string): Promise<Float32Array> {
	const { ids } = model.tokenizer!.encode(text, { special: 'none', flags: false });
	const D = model.table!.width;
	const sum = new Float64Array(D);
	for (let from = 0; from < ids.length; from += ROWS_AT_ONCE) {
		const { data } = await model.embed(ids.subarray(from, from + ROWS_AT_ONCE));
		for (let i = 0; i < data.length; i++) sum[i % D]! += data[i]!;
	}
	return Float32Array.from(sum, (value) => (ids.length === 0 ? 0 : value / ids.length));
}

// JSON of `embed` and `nearest`: rows of the table, and from any vector back to tokens.

import { combine } from '../../src/embedding/combine.ts';
import { meanRow } from '../../src/embedding/distance.ts';
import { TongsaError } from '../../src/errors.ts';
import type { Provenance } from '../../src/model/provenance.ts';
import type { Embedding, Match, Model, NearestOptions } from '../../src/model.ts';
import { shortestFloat32s } from '../../src/tensor/print.ts';

export interface EmbedJson {
	/** [T, D]. */
	readonly shape: readonly [number, number];
	readonly ids: readonly number[];
	readonly tokens: readonly string[];
	/** T rows of D numbers, each the shortest decimal that reads back as the same float32. */
	readonly rows: readonly (readonly number[])[];
	readonly provenance: Provenance;
}

export interface NearestJson {
	readonly matches: readonly Match[];
	readonly metric: 'cosine' | 'dot';
	readonly table: 'input' | 'output';
	readonly tied: boolean;
	readonly provenance: Provenance;
}

export function embedJson({ shape, data, ids, tokens, provenance }: Embedding): EmbedJson {
	const [T, D] = shape;
	const rows = Array.from({ length: T }, (_, t) => shortestFloat32s(data.subarray(t * D, (t + 1) * D)));
	return { shape, ids, tokens, rows, provenance };
}

/** What to look for: one word, one vector, or words added and subtracted. */
export interface NearestQuery {
	readonly word?: string;
	readonly vector?: readonly number[];
	readonly plus?: readonly string[];
	readonly minus?: readonly string[];
}

export async function nearestJson(model: Model, query: NearestQuery, options: NearestOptions): Promise<NearestJson> {
	const target = query.word ?? query.vector ?? (await sum(model, query));
	const { matches, provenance } = await model.nearest(target, options);
	return { matches, metric: options.metric ?? 'cosine', table: options.table ?? 'input', tied: model.table!.tied, provenance };
}

/** Σ plus − Σ minus, each word the mean of its tokens' rows. */
async function sum(model: Model, { plus = [], minus = [] }: NearestQuery): Promise<Float32Array> {
	const row = async (word: string) => {
		const { data, shape } = await model.embed(word, { special: 'none', flags: false });
		if (shape[0] === 0) throw new TongsaError('not-found', 'the model has no token for this word', { file: model.name, got: word });
		return meanRow(data, shape[1]);
	};
	return combine(await Promise.all(plus.map(row)), await Promise.all(minus.map(row)));
}

/**
 * A T × D matrix from outside: a JSON array of rows, or an object with `rows` as `embed` gives it. → T·D values, row-major.
 * @throws TongsaError 'usage' that names the row.
 */
export function readVectors(json: unknown, file: string): Float32Array {
	const rows: unknown = typeof json === 'object' && json !== null && 'rows' in json ? json.rows : json;
	const refuse = (row: number, allowed: string) => new TongsaError('usage', 'not a matrix', { file, field: `row ${row}`, allowed });
	if (!Array.isArray(rows) || rows.length === 0 || !Array.isArray(rows[0]))
		throw refuse(0, 'a list of rows of numbers, or what tongsa embed --json gives');
	const D = rows[0].length;
	const out = new Float32Array(rows.length * D);
	for (const [t, row] of rows.entries()) {
		if (!Array.isArray(row) || row.length !== D || !row.every((value) => typeof value === 'number' && Number.isFinite(Math.fround(value))))
			throw refuse(t, `${D} finite numbers, as in row 0`);
		out.set(row, t * D);
	}
	return out;
}

// JSON of `trace`: the points that a model has, and the values at those that were asked for.

import { TongsaError } from '../../src/errors.ts';
import { type Provenance, provenanceOf } from '../../src/model/provenance.ts';
import type { Model, ModelInput, Traced, TraceOptions } from '../../src/model.ts';
import { shortestFloat32s } from '../../src/tensor/print.ts';

export interface PointValuesJson {
	readonly shape: readonly number[];
	/** Row-major, each the shortest decimal that reads back as the same float32. The −Infinity of a masked score is null in JSON. */
	readonly data: readonly number[];
}

export interface TraceJson {
	readonly ids: readonly number[];
	readonly points: Readonly<Record<string, PointValuesJson>>;
	/** The same points of the run without the replacements, where it was asked for too. */
	readonly before?: Readonly<Record<string, PointValuesJson>>;
	readonly provenance: Provenance;
}

export interface PointsJson {
	readonly points: readonly {
		readonly name: string;
		/** Letters of DIMENSIONS. */
		readonly shape: readonly string[];
		readonly caption: string;
	}[];
	readonly dimensions: typeof DIMENSIONS;
	readonly provenance: Provenance;
}

/** What the letters of a point's shape stand for. */
export const DIMENSIONS = {
	T: 'tokens',
	S: 'tokens of the encoder',
	D: 'width of the model',
	W: 'width of the table, where it is another',
	H: 'query heads',
	K: 'key and value heads',
	Dh: 'width of a head',
	F: 'width of the feed-forward part',
	E: 'experts',
	V: 'vocabulary',
} as const;

/** JSON text of one call stays below the longest string of a JavaScript engine (2²⁹ characters) at some 14 characters a number. */
const MAX_VALUES = 2 ** 25;

/** A run as it is, and where replacements are given and `both` is asked for, the run without them beside it. */
export interface TraceRuns {
	readonly run: Traced;
	readonly before?: Traced;
}

export async function traceRuns(model: Model, input: ModelInput, options: TraceOptions, both: boolean): Promise<TraceRuns> {
	const run = await model.trace(input, { ...options, both });
	return { run, ...(run.before && { before: { ...run, points: run.before } }) };
}

export function traceJson({ run: { ids, points, provenance }, before }: TraceRuns): TraceJson {
	const runs = before ? [points, before.points] : [points];
	const values = runs.flatMap((one) => Object.values(one)).reduce((sum, { data }) => sum + data.length, 0);
	if (values > MAX_VALUES) {
		throw new TongsaError('too-large', 'too many values for one JSON text', {
			got: values,
			allowed: `at most ${MAX_VALUES}`,
			hint: 'Ask for fewer points, or a shorter text',
		});
	}
	return { ids, points: valuesJson(points), ...(before && { before: valuesJson(before.points) }), provenance };
}

function valuesJson(points: Traced['points']): TraceJson['points'] {
	return Object.fromEntries(Object.entries(points).map(([name, { shape, data }]) => [name, { shape, data: shortestFloat32s(data) }]));
}

export async function pointsJson(model: Model): Promise<PointsJson> {
	const points = (await model.points()).map(({ name, shape, caption }) => ({ name, shape, caption }));
	return { points, dimensions: DIMENSIONS, provenance: provenanceOf(model.checkpoint) };
}

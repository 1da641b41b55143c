// The map: every token of a vocabulary as a point in two dimensions, neighbours near each other as far as a plane allows.

import { fromBfloat16, padded, toBfloat16 } from '../../../../src/embedding/map/bfloat16.ts';
import { layOut } from '../../../../src/embedding/map/layout.ts';
import { neighbourGraph, type Rows, type Step } from '../../../../src/embedding/map/neighbour-graph.ts';
import { fill, fitPlane, keptNeighbours, project, unitRows } from '../../../../src/embedding/map/projection.ts';
import { rowScorer } from '../../../../src/embedding/map/row-scorer.ts';
import { TongsaError } from '../../../../src/errors.ts';
import { type StoredMap, storedMap, storeMap } from './map-store.ts';
import { startWorkers } from './map-workers.ts';
import type { TokenView } from './protocol.ts';
import { type Context, modelOf, tokenizerOf, tokenView } from './registry.ts';
import { groupsOf, kindsOf } from './token-groups.ts';
import { fingerprint } from './work-origin.ts';

/** Neighbours of each token that are moved together. */
const NEIGHBOURS = 10;
/** Rows that the plane is fitted on. */
const FITTED = 4096;
/** Tokens that the kept neighbourhood is measured on, and neighbours a token. */
const PROBES = 200;
const NEAR = 10;
/** Rows read at once: 4,096 rows of 4,096 numbers are 64 MB. */
const CHUNK = 4096;
/** Rounds between two pictures of a map in the making. */
const SHOWN_EVERY = 30;
/** How far the points of the plain projection lie apart when neighbours begin to move: the forces are made for about ±10. */
const SPREAD = 10;

/** A map in the making: the points as they are now, −1 … 1. */
export interface MapPart {
	readonly points: Float32Array;
}

export const map = {
	/** What each token is: comes before the map, which takes longer. */
	async groups(_context: Context, name: string): Promise<{ groups: Uint8Array; kinds: Uint8Array }> {
		const { table } = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const V = table?.rows ?? tokenizer.size;
		const tokens = Array.from({ length: V }, (_, id) => (id < tokenizer.size ? tokenView(tokenizer, id) : undefined));
		return { groups: groupsOf(tokens), kinds: kindsOf(tokens) };
	},

	/** The map; pictures of it go out while it is made. `anew`: even if one was kept. */
	async map(context: Context, name: string, anew: boolean): Promise<StoredMap & { stored: boolean }> {
		const opened = await modelOf(name);
		if (!opened.table) throw new TongsaError('unsupported', 'this file has no table', { file: name });
		const { rows: V, width: D } = opened.table;
		const print = await fingerprint(opened, context.signal);
		const found = anew ? undefined : await storedMap(print, V);
		if (found) return { ...found, stored: true };
		const progress =
			(stage: string): Step =>
			async (done, total) => {
				context.onProgress({ stage, done, total, unit: 'tokens' });
				await context.turn();
				context.check();
			};
		const scorer = await rowScorer();
		const rows = await readRows(name, scorer, progress('reading'));
		const workers = startWorkers(V);
		try {
			const points = await flatten(rows, D, progress('reading'));
			const show = () => {
				const shown = points.slice();
				fill(shown);
				context.onPart({ points: shown } satisfies MapPart);
				return shown;
			};
			const flatPoints = show();
			const graph = await neighbourGraph(scorer, rows, NEIGHBOURS, workers, progress('finding'));
			const reach = points.reduce((max, x) => Math.max(max, Math.abs(x)), 0) || 1;
			for (let i = 0; i < points.length; i++) points[i]! *= SPREAD / reach;
			const moving = progress('moving');
			await layOut(graph, points, workers, async (round, all) => {
				if (round % SHOWN_EVERY === 0) show();
				await moving(round, all);
			});
			fill(points);
			const truth = await trueNeighbours(name, context, progress('measuring'));
			const made: StoredMap = {
				points,
				kept: keptNeighbours(points, truth),
				flat: keptNeighbours(flatPoints, truth),
				probes: truth.size,
			};
			await storeMap(print, made);
			return { ...made, stored: false };
		} finally {
			workers.end();
		}
	},

	/** The rows nearest to one id's row, itself left out. */
	async neighbours(context: Context, name: string, id: number, top: number): Promise<(TokenView & { score: number })[]> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const { data } = await opened.embed([id], { signal: context.signal });
		if (data.every((x) => x === 0)) return []; // a row without a direction has no neighbours by cosine
		const { matches } = await opened.nearest(data, { top, without: [id], signal: context.signal });
		return matches.map((match) => ({ ...tokenView(tokenizer, match.id), score: match.score }));
	},
};

/** The whole table as rows of length 1. */
async function readRows(name: string, scorer: Awaited<ReturnType<typeof rowScorer>>, step: Step): Promise<Rows> {
	const opened = await modelOf(name);
	const { rows: V, width: D } = opened.table!;
	const store = scorer.allocate('BF16', padded(D), V);
	if (!store) throw new TongsaError('too-large', 'there is no room for a map of this table', { got: `${V} rows of ${D} numbers` });
	for (let from = 0; from < V; from += CHUNK) {
		const ids = Array.from({ length: Math.min(CHUNK, V - from) }, (_, i) => from + i);
		const rows = (await opened.embed(ids)).data.slice();
		unitRows(rows, D);
		store.write(from, toBfloat16(rows, D));
		await step(from + ids.length, V);
	}
	return { count: V, width: padded(D), store };
}

/** The plain projection, to begin with: the two directions along which the rows differ most. */
async function flatten({ count: V, store }: Rows, D: number, step: Step): Promise<Float32Array> {
	const every = Math.max(1, Math.floor(V / FITTED));
	const sample = new Float32Array(Math.ceil(V / every) * D);
	for (let id = 0; id < V; id += every) sample.set(fromBfloat16(store.row(id)).subarray(0, D), (id / every) * D);
	const plane = await fitPlane({ data: sample, width: D }, () => step(V, V));
	const points = new Float32Array(2 * V);
	for (let id = 0; id < V; id++) {
		project(fromBfloat16(store.row(id)).subarray(0, D), plane, points, 2 * id);
		if (id % CHUNK === 0) await step(V, V);
	}
	return points;
}

/** For a sample of ids the rows that are nearest by cosine, exactly, among the whole table. */
async function trueNeighbours(name: string, { signal }: Context, step: Step): Promise<Map<number, ReadonlySet<number>>> {
	const opened = await modelOf(name);
	const V = opened.table!.rows;
	const probes = Math.min(PROBES, V);
	const truth = new Map<number, ReadonlySet<number>>();
	for (let p = 0; p < probes; p++) {
		const id = Math.floor(((p + 0.5) * V) / probes);
		const { data } = await opened.embed([id], { signal });
		if (data.some((x) => x !== 0)) {
			const { matches } = await opened.nearest(data, { top: Math.min(NEAR, V - 1), without: [id], signal });
			truth.set(id, new Set(matches.map((match) => match.id)));
		}
		await step(p + 1, probes);
	}
	return truth;
}

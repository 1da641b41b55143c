// The map: every token of a vocabulary as a point in two dimensions.

import { TongsaError } from '../../../../src/errors.ts';
import { fitPlane, keptNeighbours, project, unitRows } from './projection.ts';
import type { TokenView } from './protocol.ts';
import { type Context, modelOf, tokenizerOf, tokenView } from './registry.ts';

/** Groups that the points are coloured by; the first that fits. */
export const GROUPS = [
	'control',
	'word',
	'piece',
	'Han',
	'Hangul',
	'Kana',
	'Cyrillic',
	'Arabic',
	'number',
	'sign',
	'byte',
	'other',
] as const;
export type Group = (typeof GROUPS)[number];

const TESTS: readonly (readonly [Group, RegExp])[] = [
	['Hangul', /\p{Script=Hangul}/u],
	['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
	['Han', /\p{Script=Han}/u],
	['Cyrillic', /\p{Script=Cyrillic}/u],
	['Arabic', /\p{Script=Arabic}/u],
	['word', /^[ \u2581]\p{Script=Latin}/u],
	['piece', /\p{Script=Latin}/u],
	['number', /\p{N}/u],
	['byte', /\uFFFD/u],
	['sign', /^[\p{P}\p{S}\p{Z}\p{C}]+$/u],
];

/** Rows that the two directions are fitted on, rows among which neighbours are counted, probes, and neighbours a probe. */
const FITTED = 12_288;
const COUNTED = 4096;
const PROBES = 64;
const NEAR = 10;
/** A table that takes no more than this decoded is read once and kept while the map is made. */
const KEPT_BYTES = 2 ** 28;
/** Rows read at once: 4,096 rows of 4,096 numbers are 64 MB. */
const CHUNK = 4096;

export interface TokenMap {
	/** V points, x and y in −1 … 1. */
	readonly points: Float32Array;
	/** V indices into GROUPS. */
	readonly groups: Uint8Array;
	/** Share of the true ten nearest that are among the ten nearest in the picture, for a sample. */
	readonly kept: number;
}

export const map = {
	async map(context: Context, name: string): Promise<TokenMap> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const { table } = opened;
		if (!table) throw new TongsaError('unsupported', 'this file has no table', { file: name });
		const { rows: V, width: D } = table;
		const progress = (done: number, total: number) => context.onProgress({ stage: 'map', done, total, unit: 'tokens' });

		const every = Math.max(1, Math.floor(V / FITTED));
		const sample = new Float32Array(Math.ceil(V / every) * D);
		const kept = new Map<number, Float32Array>();
		for await (const { from, rows } of chunksOf(name, context)) {
			for (let id = Math.ceil(from / every) * every; id < from + rows.length / D; id += every) {
				sample.set(rows.subarray((id - from) * D, (id - from + 1) * D), (id / every) * D);
			}
			if (V * D * 4 <= KEPT_BYTES) kept.set(from, rows);
			progress(from / 3, V);
		}
		const plane = await fitPlane({ data: sample, width: D }, async (round, of) => {
			progress((V * (1 + round / of)) / 3, V);
			await pause(context);
		});
		const step = Math.max(1, Math.floor(sample.length / D / COUNTED));
		const counted = Float32Array.from(
			{ length: Math.floor(sample.length / D / step) * D },
			(_, i) => sample[Math.floor(i / D) * step * D + (i % D)]!,
		);
		const share = keptNeighbours(counted, D, plane, PROBES, NEAR);

		const points = new Float32Array(2 * V);
		for await (const { from, rows } of kept.size > 0 ? stored(kept) : chunksOf(name, context)) {
			project(rows, plane, points, 2 * from);
			progress((2 * V + from) / 3, V);
			await pause(context);
		}
		fill(points);
		const groups = Uint8Array.from({ length: V }, (_, id) =>
			GROUPS.indexOf(id < tokenizer.size ? groupOf(tokenView(tokenizer, id)) : 'other'),
		);
		return { points, groups, kept: share };
	},

	/** The rows nearest to one id's row, itself left out. */
	async neighbours(context: Context, name: string, id: number, top: number): Promise<(TokenView & { score: number })[]> {
		const opened = await modelOf(name);
		const tokenizer = await tokenizerOf(name);
		const { data } = await opened.embed([id], { signal: context.signal });
		const { matches } = await opened.nearest(data, { top, without: [id], signal: context.signal });
		return matches.map((match) => ({ ...tokenView(tokenizer, match.id), score: match.score }));
	},
};

interface Chunk {
	/** Id of the first row. */
	readonly from: number;
	/** Rows of length 1, (n, D). */
	readonly rows: Float32Array;
}

/** The whole table in order, a chunk at a time. */
async function* chunksOf(name: string, context: Context): AsyncGenerator<Chunk> {
	const opened = await modelOf(name);
	const { rows: V, width: D } = opened.table!;
	for (let from = 0; from < V; from += CHUNK) {
		const ids = Array.from({ length: Math.min(CHUNK, V - from) }, (_, i) => from + i);
		const { data } = await opened.embed(ids, { signal: context.signal });
		const rows = data.slice();
		unitRows(rows, D);
		yield { from, rows };
		await pause(context);
	}
}

async function* stored(chunks: ReadonlyMap<number, Float32Array>): AsyncGenerator<Chunk> {
	for (const [from, rows] of chunks) yield { from, rows };
}

/** Lets a cancel in. */
async function pause({ turn, signal }: Context): Promise<void> {
	await turn();
	signal.throwIfAborted();
}

function groupOf(token: TokenView): Group {
	if (token.kind === 'control') return 'control';
	if (token.kind === 'byte') return 'byte';
	return TESTS.find(([, test]) => test.test(token.text))?.[0] ?? 'other';
}

/** Moves and scales points, the same in both directions, so that all but a few in a thousand lie in −1 … 1. */
function fill(points: Float32Array): void {
	const [x, y] = [0, 1].map((k) => {
		const sorted = points.filter((_, i) => i % 2 === k).sort();
		const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!;
		return { middle: (at(0.001) + at(0.999)) / 2, reach: (at(0.999) - at(0.001)) / 2 };
	});
	const reach = Math.max(x!.reach, y!.reach) || 1;
	for (let i = 0; i < points.length; i++) points[i] = (points[i]! - (i % 2 === 0 ? x! : y!).middle) / reach;
}

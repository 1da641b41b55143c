// Nearest rows of a whole table to any vector, by cosine or dot product: exact, whatever kernel proposes them.

// How: a kernel scores every row straight on its encoded bytes and states how far it may be off. Rows are ranked by the most that their
// score could be; the best of these are scored again by the definition (decoded row, sums in 53 bits, in order of the index). When the
// k-th of them is better than the most that any other row could have, no other row belongs to the answer; else more are looked at.
// Lengths of rows come from the kernel too; rows of extreme length, where float32 sums overflow or vanish, are measured by the definition.
// So the answer, scores included, is the same to the bit on every machine and for every kernel.

import type { RowScorer, RowStore } from '../compute/row-scorer.ts';
import { TongsaError } from '../errors.ts';
import { ANY, checkOptions, listOf, oneOf, type Rules, whole } from '../options.ts';
import { cosineOf, dot, norm } from './distance.ts';
import { scalarScorer } from './scalar-scorer.ts';
import type { EmbeddingTable, RowStretch } from './table.ts';
import { bestFirst, type Scored, topOf } from './top.ts';

export interface NearestQuery {
	/** How many rows, at most V. */
	readonly top: number;
	readonly metric: 'cosine' | 'dot';
	/** Ids to leave out. */
	readonly without?: readonly number[];
	readonly signal?: AbortSignal;
}

export interface NearestRows {
	/**
	 * The best rows, best first; equal scores in order of id. Rows with a NaN or an infinity are never among them. A row of zeros has
	 * cosine 0 with everything.
	 * @throws TongsaError 'wrong-shape' for a vector of another width, 'usage' for one that is not finite, for zeros under cosine,
	 * and for an unknown metric.
	 */
	find(vector: ArrayLike<number>, query: NearestQuery): Promise<Scored[]>;
	/** Gives the kept table back. */
	close(): void;
}

const RULES: Rules<NearestQuery> = {
	top: whole(1),
	metric: oneOf(['cosine', 'dot']),
	without: listOf(whole(0)),
	signal: ANY,
};

/** The kernel's word is taken for rows whose length squared lies between: RowStore.relativeError. */
const MIN_SQUARE = 2 ** -120;
const MAX_SQUARE = 2 ** 120;
/** Beside the kernel's own error: rounding of the query, of a score and of a norm to float32. */
const ROUNDING = 2 ** -20;
/** Candidates for the first look: twice the answer and some more, so that one look is nearly always enough. */
const SPARE = 64;
/** Values of candidates' rows that are read again at a time, 16 MB, where the table is not kept. */
const REREAD_VALUES = 2 ** 22;

/**
 * A table made ready for queries; nothing is read yet. A table of at most `keepBytes` is read once and kept in the scorer's memory,
 * a larger one is read anew for each query, a stretch at a time.
 */
export function nearestRows(table: EmbeddingTable, scorer: RowScorer, keepBytes: number): NearestRows {
	const { rowCount, width, dtype, rowBytes } = table;
	const keep = table.tensor.byteLength <= keepBytes;
	let store: RowStore | undefined;
	let loaded = false;
	let closed = false;
	/** V squared lengths of rows: the kernel's, or the definition's where they are extreme. */
	let squares: Float64Array | undefined;
	/** V dot products by the kernel, of the query at work. */
	let scores: Float32Array | undefined;
	const decoded = new Float32Array(width);
	/** Queries run one after another: they share the store and the scores. */
	let turn: Promise<unknown> = Promise.resolve();

	function decodedRow(bytes: Uint8Array, byteOffset: number): Float32Array {
		dtype.decode(bytes, byteOffset, width / dtype.blockElements, decoded, 0);
		return decoded;
	}

	/** The kernel's dot products with every row, and every row's squared length. */
	async function score(
		unit: Float32Array,
		signal?: AbortSignal,
	): Promise<{ scores: Float32Array; squares: Float64Array; relativeError: number }> {
		scores ??= new Float32Array(rowCount);
		squares ??= new Float64Array(rowCount);
		if (store && keep && loaded) store.dot(unit, 0, rowCount, scores);
		else {
			for await (const stretch of table.stretches(signal)) {
				const { first, count, bytes } = stretch;
				store ??= allocate(keep ? rowCount : count);
				const at = keep ? first : 0;
				store.write(at, bytes);
				store.dot(unit, at, count, scores.subarray(first, first + count));
				if (!loaded) squares.set(measured(store, at, stretch), first);
			}
			loaded = true;
		}
		return { scores, squares, relativeError: store!.relativeError };
	}

	/** Squared lengths of a stretch's rows, which stand in the store from `at`. */
	function measured(rows: RowStore, at: number, { count, bytes }: RowStretch): Float64Array {
		const rounded = new Float32Array(count);
		rows.squares(at, count, rounded);
		return Float64Array.from(rounded, (square, i) => {
			if (square > MIN_SQUARE && square < MAX_SQUARE) return square;
			const row = decodedRow(bytes, i * rowBytes);
			return dot(row, row);
		});
	}

	function allocate(rows: number): RowStore {
		return scorer.allocate(dtype.name, width, rows) ?? scalarScorer.allocate(dtype.name, width, rows);
	}

	/** The same rows with their scores by the definition, best first. */
	async function exact(candidates: readonly Scored[], vector: Float32Array, { metric, signal }: NearestQuery): Promise<Scored[]> {
		const square = dot(vector, vector);
		const scored = (id: number, row: Float32Array): Scored => {
			const product = dot(row, vector);
			return { id, score: metric === 'dot' ? product : cosineOf(product, dot(row, row), square) };
		};
		const out: Scored[] = [];
		if (keep) for (const { id } of candidates) out.push(scored(id, decodedRow(store!.row(id), 0)));
		else {
			const most = Math.max(1, Math.floor(REREAD_VALUES / width));
			for (let at = 0; at < candidates.length; at += most) {
				const ids = candidates.slice(at, at + most).map(({ id }) => id);
				const rows = await table.rows(ids, signal);
				ids.forEach((id, i) => {
					out.push(scored(id, rows.subarray(i * width, (i + 1) * width)));
				});
			}
		}
		// A kernel may not see a NaN or an infinity in a row; here it shows.
		return out.filter(({ score }) => Number.isFinite(score)).sort(bestFirst);
	}

	async function find(vector: Float32Array, query: NearestQuery): Promise<Scored[]> {
		const { top, metric, without = [], signal } = query;
		const length = norm(vector);
		const unit = length === 0 ? vector : vector.map((value) => value / length);
		const { scores, squares, relativeError } = await score(unit, signal);
		const left = new Set(without);
		// The kernel's dot product and the length that it is divided by are each off by relativeError at most.
		const slack = (2 * relativeError) / (1 - relativeError) + ROUNDING;
		/** The most that a row's score could be; NaN for rows that take no part. */
		const mostOf = (id: number): number => {
			const square = squares[id]!;
			if (!Number.isFinite(square) || left.has(id)) return Number.NaN;
			if (square === 0) return 0;
			if (square <= MIN_SQUARE || square >= MAX_SQUARE) return Number.POSITIVE_INFINITY;
			const rowNorm = Math.sqrt(square);
			return metric === 'cosine' ? scores[id]! / rowNorm + slack : (scores[id]! + slack * rowNorm) * length;
		};
		for (let looked = Math.min(rowCount, 2 * top + SPARE); ; looked = Math.min(rowCount, 4 * looked)) {
			const candidates = topOf(rowCount, looked, mostOf);
			const best = (await exact(candidates, vector, query)).slice(0, top);
			const bound = candidates.at(-1)?.score ?? 0;
			if (looked === rowCount || candidates.length < looked || (best.length === top && best.at(-1)!.score > bound)) return best;
		}
	}

	return {
		find(vector, query) {
			checkOptions(query, RULES);
			const checked = checkedVector(vector, width, query.metric);
			const top = Math.min(query.top, rowCount);
			const run = () => {
				query.signal?.throwIfAborted();
				if (closed) throw new TongsaError('closed', 'the table has been closed', { tensor: table.tensor.name });
				return find(checked, { ...query, top });
			};
			const result = turn.then(run);
			turn = result.catch(() => undefined);
			return result;
		},
		close() {
			closed = true;
			turn = turn.then(() => {
				store?.free();
				store = undefined;
			});
		},
	};
}

function checkedVector(vector: ArrayLike<number>, width: number, metric: NearestQuery['metric']): Float32Array {
	if (vector.length !== width) {
		throw new TongsaError('wrong-shape', 'a vector of the wrong length', {
			field: 'vector',
			got: vector.length,
			allowed: `${width} values, the width of the table`,
		});
	}
	const values = Float32Array.from(vector);
	const broken = values.findIndex((value) => !Number.isFinite(value));
	if (broken >= 0)
		throw new TongsaError('usage', 'a vector with a value that is not finite', {
			field: `vector[${broken}]`,
			got: vector[broken]!,
			allowed: 'finite float32 values',
		});
	if (metric === 'cosine' && values.every((value) => value === 0)) {
		throw new TongsaError('usage', 'a vector of length 0 has no direction', {
			field: 'vector',
			hint: 'Ask by dot product (metric dot), or give a vector with a value other than 0',
		});
	}
	return values;
}

// Exact search over a flat matrix of vectors: a kernel scores every row, the best are scored again by the definition.

// As src/embedding/nearest.ts does it: rows are ranked by the most that their score could be, given how far kernel and rounding may be off;
// the best of these are scored by the definition; when the k-th is better than the most that any other could have, no other belongs to the
// answer. So results are the same to the bit on every machine and at every precision but '1 bit', which is a first pass alone.

import type { RowScorer, RowStore } from '../compute/row-scorer.ts';
import { dot } from '../embedding/distance.ts';
import { scalarScorer } from '../embedding/scalar-scorer.ts';
import { bestFirst, type Scored, topOf } from '../embedding/top.ts';
import { halfToNumber, numberToHalf } from '../tensor/floats.ts';

/** How the matrix lies in memory. float32: 4 bytes a value. int8: 1.06, exact all the same. bit: 1/8, whose first pass may miss. */
export type VectorPrecision = 'float32' | 'int8' | 'bit';

/** Rows of float32 by slot, for what is scored again: the matrix's own, or read from where they are kept. */
export type ReadRows = (slots: readonly number[]) => Promise<readonly Float32Array[]>;

export interface VectorSearch {
	/** Of the allowed slots the k best by dot product; equal scores in order of slot. */
	find(query: Float32Array, k: number, allowed?: Uint8Array): Promise<Scored[]>;
	readonly precision: VectorPrecision;
	/** Whether the answer is the true one by construction. */
	readonly exact: boolean;
	free(): void;
}

/** Candidates beyond k for the first look. */
const SPARE = 64;
/** How many candidates the pass over single bits hands on, for each that is wanted; at least so many. */
const BIT_OVERSAMPLING = 40;
const MIN_BIT_CANDIDATES = 2000;

/** Rows come in order, any number at a time; then `done` gives the search. */
export interface MatrixBuilder {
	add(rows: Float32Array): void;
	done(readRows?: ReadRows): VectorSearch;
}

/** @param count rows in all, each `width` values of finite float32, of length 1 or 0 */
export function buildMatrix(scorer: RowScorer, width: number, count: number, precision: VectorPrecision): MatrixBuilder {
	if (precision === 'bit') return bitMatrix(width, count);
	const type = precision === 'float32' || width % 32 ? 'F32' : 'Q8_0';
	const store: RowStore = scorer.allocate(type, width, count) ?? scalarScorer.allocate(type, width, count);
	const encode = type === 'F32' ? undefined : q8Encoder(width);
	let filled = 0;
	/** The most that an encoded row is away from the row, as a vector's length. */
	let error = 0;
	return {
		add(rows) {
			if (encode) {
				const encoded = encode(rows);
				error = Math.max(error, encoded.error);
				store.write(filled, encoded.bytes);
			} else store.write(filled, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
			filled += rows.length / width;
		},
		done(readRows) {
			const own: ReadRows = async (slots) => slots.map((slot) => new Float32Array(store.row(slot).slice().buffer));
			const read = encode ? readRows! : own;
			const scores = new Float32Array(count);
			return {
				precision,
				exact: true,
				async find(query, k, allowed) {
					// The kernel promises for |query| = 1, which a query's vector is up to rounding; a row of zeros scores 0 either way.
					const slack = (store.relativeError * (1 + error) + error) * (1 + 2 ** -10) + 2 ** -22;
					store.dot(query, 0, count, scores);
					const upper = (slot: number): number => (allowed && !allowed[slot] ? Number.NaN : scores[slot]! + slack);
					for (let looked = Math.min(count, 2 * k + SPARE); ; looked = Math.min(count, 4 * looked)) {
						const candidates = topOf(count, looked, upper);
						const best = (await rescored(query, candidates, read)).slice(0, k);
						const rest = candidates.at(-1)?.score ?? 0;
						if (looked === count || candidates.length < looked || (best.length === k && best.at(-1)!.score > rest)) return best;
					}
				},
				free: () => store.free(),
			};
		},
	};
}

async function rescored(query: Float32Array, candidates: readonly Scored[], read: ReadRows): Promise<Scored[]> {
	const rows = await read(candidates.map(({ id }) => id));
	return candidates.map(({ id }, i) => ({ id, score: dot(rows[i]!, query) })).sort(bestFirst);
}

/** Rows as GGUF's Q8_0: 32 values share a scale in half precision. `error`: the greatest length of what rounding took off a row. */
function q8Encoder(width: number): (rows: Float32Array) => { readonly bytes: Uint8Array; readonly error: number } {
	return (rows) => {
		const blocks = rows.length / 32;
		const bytes = new Uint8Array(blocks * 34);
		const view = new DataView(bytes.buffer);
		let worst = 0;
		let off = 0;
		for (let block = 0; block < blocks; block++) {
			if ((block * 32) % width === 0) off = 0;
			let most = 0;
			for (let i = block * 32; i < block * 32 + 32; i++) most = Math.max(most, Math.abs(rows[i]!));
			const scaleBits = numberToHalf(most / 127);
			const scale = halfToNumber(scaleBits);
			view.setUint16(block * 34, scaleBits, true);
			for (let i = 0; i < 32; i++) {
				const value = rows[block * 32 + i]!;
				const step = scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(value / scale)));
				view.setInt8(block * 34 + 2 + i, step);
				off += (value - step * scale) ** 2;
			}
			worst = Math.max(worst, off);
		}
		return { bytes, error: Math.sqrt(worst) };
	};
}

/** Signs alone: how many of a row's agree with the query's. Rows that agree most are then scored by the definition. */
function bitMatrix(width: number, count: number): MatrixBuilder {
	const words = Math.ceil(width / 32);
	const bits = new Uint32Array(words * count);
	let filled = 0;
	const signs = (rows: Float32Array, from: number, out: Uint32Array, at: number): void => {
		for (let i = 0; i < width; i++) if (rows[from + i]! > 0) out[at + (i >> 5)]! |= 1 << (i & 31);
	};
	return {
		add(rows) {
			for (let from = 0; from < rows.length; from += width) signs(rows, from, bits, words * filled++);
		},
		done(readRows) {
			return {
				precision: 'bit',
				exact: false,
				async find(query, k, allowed) {
					const asked = new Uint32Array(words);
					signs(query, 0, asked, 0);
					const agreement = (slot: number): number => {
						if (allowed && !allowed[slot]) return Number.NaN;
						let differing = 0;
						for (let i = 0, at = slot * words; i < words; i++, at++) differing += ones(bits[at]! ^ asked[i]!);
						return -differing;
					};
					const candidates = topOf(count, Math.min(count, Math.max(MIN_BIT_CANDIDATES, BIT_OVERSAMPLING * k)), agreement);
					return (await rescored(query, candidates, readRows!)).slice(0, k);
				},
				free() {},
			};
		},
	};
}

/** How many bits of a word are set. Warren, Hacker's Delight, §5-1. */
function ones(word: number): number {
	let n = word - ((word >>> 1) & 0x55555555);
	n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
	return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

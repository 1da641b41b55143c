// A BPE specification made ready for merging: surfaces as bytes, their index, and the rank of every pair. No JS string is made per token.
// tokenizers/src/models/bpe/model.rs BpeBuilder::build.

import { stringKernels } from '../../compute/strings.ts';
import { TongsaError } from '../../errors.ts';
import { lazy } from '../lazy.ts';
import { type BpeSpec, KIND, type Vocabulary } from '../spec.ts';
import { createIndex, crowded, MAX_RUN, refuseCrowded, tokenBytes, type VocabularyIndex } from '../vocabulary.ts';
import { byteLevelToBytes, isByteLevel } from './byte-level.ts';
import type { Pair } from './merge.ts';

/** (left id, right id) → rank and merged id. */
export interface PairTable {
	find(left: number, right: number, from: number, to: number, found: Pair): void;
}

const EMPTY = 0xffffffff;

export interface BpeTables {
	/** Token id → the bytes that it stands for in a piece. */
	readonly surface: Vocabulary;
	/** Surface → id, of the tokens that merging can begin or end with. Made when first asked for: the kernel has its own. */
	readonly index: () => VocabularyIndex;
	/** Whether merging can give this token. */
	readonly reachable: Uint8Array;
	/** Byte → id of the token that is this byte alone, −1 for none. */
	readonly firstIds: Int32Array;
	/** Merges by pair of ids … */
	readonly pairs?: () => PairTable;
	/** … or by joined bytes: token id → rank, −1 for none. */
	readonly ranks?: Int32Array;
	/** SentencePiece: rank → the score that it came from. */
	readonly scoreOfRank?: Float64Array;
	/** Byte → id of its fallback token, −1 for none. */
	readonly byteIds: Int32Array;
}

export function compileBpe(spec: BpeSpec): BpeTables {
	const { vocabulary, merges } = spec;
	const surface = surfaceOf(spec);
	const { kinds } = vocabulary;
	const reachable = new Uint8Array(vocabulary.size);
	const firstIds = new Int32Array(256).fill(-1);
	for (let id = 0; id < vocabulary.size; id++) {
		if (kinds[id] === KIND.control || kinds[id] === KIND.unknown || kinds[id] === KIND.byte || vocabulary.outside?.has(id)) continue;
		if (spec.alphabet === 'byte-level' && !isByteLevel(vocabulary.bytes, vocabulary.offsets[id]!, vocabulary.offsets[id + 1]!)) continue;
		reachable[id] = 1;
		const from = surface.offsets[id]!;
		if (surface.offsets[id + 1]! - from === 1 && firstIds[surface.bytes[from]!]! < 0) firstIds[surface.bytes[from]!] = id;
	}
	const index = lazy(() => createIndex(surface, (id) => reachable[id] === 1));
	const common = { surface, index, reachable, firstIds, byteIds: byteTokens(vocabulary) };
	if (merges.type === 'ranks') return { ...common, ranks: Int32Array.from({ length: surface.size }, (_, id) => id) };
	if (merges.type === 'scores') return { ...common, ...ranksOfScores(vocabulary) };
	return { ...common, pairs: lazy(() => pairsOf(spec, index())) };
}

/** Token id as the bytes that it stands for. */
export function surfaceBytes({ vocabulary, alphabet }: BpeSpec, id: number): Uint8Array {
	const bytes = tokenBytes(vocabulary, id);
	if (alphabet !== 'byte-level') return bytes;
	const surface = new Uint8Array(bytes.length);
	return surface.subarray(0, byteLevelToBytes(bytes, 0, bytes.length, surface, 0));
}

/** Token strings as the bytes that they stand for. */
function surfaceOf(spec: BpeSpec): Vocabulary {
	const { vocabulary } = spec;
	if (spec.alphabet !== 'byte-level') return vocabulary;
	// A byte's character in the alphabet has one or two bytes, so surfaces are never longer than the strings.
	const bytes = new Uint8Array(vocabulary.offsets[vocabulary.size]! - vocabulary.offsets[0]!);
	const offsets = new Uint32Array(vocabulary.size + 1);
	let at = 0;
	for (let id = 0; id < vocabulary.size; id++) {
		at += byteLevelToBytes(vocabulary.bytes, vocabulary.offsets[id]!, vocabulary.offsets[id + 1]!, bytes, at);
		offsets[id + 1] = at;
	}
	return { ...vocabulary, bytes: bytes.subarray(0, at), offsets };
}

/** '>' */
const BYTE_TOKEN_ENDS = new Uint8Array(256).fill(1, 0x3e, 0x3f);

/** Ids of '<0x00>' to '<0xFF>', −1 where there is none; of equal ones the first. */
export function byteTokens(vocabulary: Vocabulary): Int32Array {
	const { bytes, offsets } = vocabulary;
	const ids = new Int32Array(256).fill(-1);
	for (const id of stringKernels().select(vocabulary, { least: 6, most: 6, lasts: BYTE_TOKEN_ENDS })) {
		const at = offsets[id]!;
		if (bytes[at] !== 0x3c || bytes[at + 1] !== 0x30 || bytes[at + 2] !== 0x78) continue;
		const byte = Number.parseInt(String.fromCharCode(bytes[at + 3]!, bytes[at + 4]!), 16);
		if (byte >= 0 && ids[byte]! < 0) ids[byte] = id;
	}
	return ids;
}

/** Scores, highest first, as ranks; equal scores have equal ranks, so that the leftmost pair goes first (bpe_model.cc). */
function ranksOfScores(vocabulary: Vocabulary): { ranks: Int32Array; scoreOfRank: Float64Array } {
	const { scores, size } = vocabulary;
	if (!scores) throw new TongsaError('malformed', 'SentencePiece BPE merges by scores, and the file has none', { field: 'scores' });
	const sorted = Float64Array.from(scores).sort().reverse();
	const scoreOfRank = sorted.filter((score, i) => i === 0 || score !== sorted[i - 1]);
	const ranks = new Int32Array(size);
	const rankOfScore = new Map<number, number>();
	for (const [rank, score] of scoreOfRank.entries()) rankOfScore.set(score, rank);
	for (let id = 0; id < size; id++) ranks[id] = rankOfScore.get(scores[id]!) ?? -1;
	return { ranks, scoreOfRank };
}

/** Every merge as a pair of ids. A merge whose parts or result are not in the vocabulary can never happen and is left out. */
function pairsOf(spec: BpeSpec, index: VocabularyIndex): PairTable {
	const { merges } = spec;
	if (merges.type !== 'lines' && merges.type !== 'pairs') throw new TongsaError('internal', 'merges without a list');
	const { table } = merges;
	const total = merges.type === 'pairs' ? table.length >> 1 : table.length;
	let capacity = 16;
	while (capacity < total * 2) capacity *= 2;
	// Open addressing, at most half full; 4 numbers a slot: left, right, rank, merged id.
	const slots = new Uint32Array(capacity * 4).fill(EMPTY);
	const mask = capacity - 1;
	const byteLevel = spec.alphabet === 'byte-level';
	const prefix = new TextEncoder().encode(spec.continuing_subword_prefix ?? '').length;
	// One merge's parts, joined: at most as long as what the file writes.
	let scratch = new Uint8Array(256);

	for (let rank = 0; rank < total; rank++) {
		const first = merges.type === 'pairs' ? rank * 2 : rank;
		const from = table.offsets[first]!;
		const to = table.offsets[merges.type === 'pairs' ? first + 2 : first + 1]!;
		// Where the left part ends and the right one begins.
		let leftTo = merges.type === 'pairs' ? table.offsets[first + 1]! : from + 1;
		let rightFrom = leftTo;
		if (merges.type === 'lines') {
			while (leftTo < to && table.bytes[leftTo] !== 0x20) leftTo++;
			rightFrom = leftTo + 1;
		}
		if (rightFrom >= to) continue;
		if (to - from > scratch.length) scratch = new Uint8Array((to - from) * 2);
		const put = (start: number, end: number, at: number): number => {
			if (byteLevel) return byteLevelToBytes(table.bytes, start, end, scratch, at);
			for (let i = start, j = at; i < end; i++, j++) scratch[j] = table.bytes[i]!;
			return end - start;
		};
		const leftLength = put(from, leftTo, 0);
		const rightLength = put(rightFrom, to, leftLength);
		const left = index.find(scratch, 0, leftLength);
		const right = index.find(scratch, leftLength, leftLength + rightLength);
		if (prefix > 0) scratch.copyWithin(leftLength, leftLength + prefix, leftLength + rightLength);
		const merged = index.find(scratch, 0, leftLength + rightLength - prefix);
		if (left < 0 || right < 0 || merged < 0) continue;
		let slot = hashPair(left, right) & mask;
		for (
			let probes = 0;
			slots[slot * 4] !== EMPTY && (slots[slot * 4] !== left || slots[slot * 4 + 1] !== right);
			slot = (slot + 1) & mask
		) {
			if (++probes > MAX_RUN) throw crowded();
		}
		// Of a merge that is listed twice the last counts, as in BpeBuilder.
		slots[slot * 4] = left;
		slots[slot * 4 + 1] = right;
		slots[slot * 4 + 2] = rank;
		slots[slot * 4 + 3] = merged;
	}
	refuseCrowded(slots, 4, EMPTY);
	return {
		find(left, right, _from, _to, found) {
			if (left < 0 || right < 0) return;
			let slot = hashPair(left, right) & mask;
			while (slots[slot * 4] !== EMPTY) {
				if (slots[slot * 4] === left && slots[slot * 4 + 1] === right) {
					found.rank = slots[slot * 4 + 2]!;
					found.id = slots[slot * 4 + 3]!;
					return;
				}
				slot = (slot + 1) & mask;
			}
		},
	};
}

function hashPair(left: number, right: number): number {
	const hash = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b);
	return (hash ^ (hash >>> 15)) >>> 0;
}

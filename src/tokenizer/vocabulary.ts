// The vocabulary's strings and the way back from a string to its id: open addressing over typed arrays, no JS string or Map per token.

import { TongsaError } from '../errors.ts';
import type { StringTable } from '../formats/checkpoint.ts';
import type { Vocabulary } from './spec.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A vocabulary over a file's string table, without copying it. `types` are GGUF's token_type numbers (1 normal … 6 byte). */
export function vocabularyOfTable(
	table: StringTable,
	options: { readonly types?: ArrayLike<number>; readonly scores?: Float32Array } = {},
): Vocabulary {
	const kinds = new Uint8Array(table.length);
	const { types, scores } = options;
	// GGUF's 0 is 'undefined', which llama.cpp treats as normal; a number past 6 is nobody's.
	if (types) for (let id = 0; id < table.length; id++) kinds[id] = types[id]! >= 1 && types[id]! <= 6 ? types[id]! - 1 : 0;
	return { size: table.length, bytes: table.bytes, offsets: table.offsets, kinds, ...(scores ? { scores } : {}) };
}

/** Token id's string as the file writes it: a view, not a copy. */
export function tokenBytes(vocabulary: Vocabulary, id: number): Uint8Array {
	return vocabulary.bytes.subarray(vocabulary.offsets[id]!, vocabulary.offsets[id + 1]!);
}

/** Token id's string as the file writes it. */
export function tokenString(vocabulary: Vocabulary, id: number): string {
	return decoder.decode(tokenBytes(vocabulary, id));
}

/** String → id over one vocabulary. Where two ids have the same string, the first one is found. */
export interface VocabularyIndex {
	/** Id of the token bytes[from..to], or −1. */
	find(bytes: Uint8Array, from: number, to: number): number;
	/** Id of the token with this string, or −1. */
	text(text: string): number;
}

/**
 * Slots in use one after another in a table by open addressing that is at most half full. Of strings that were not made to collide, four
 * million give runs of about 80 (ln n ÷ 0.19); a file whose tokens collide more would make every lookup slow, and is refused.
 */
export const MAX_RUN = 1024;

/** @throws TongsaError 'malformed' where the used slots stand in longer runs */
export function refuseCrowded(slots: ArrayLike<number>, step: number, unused: number): void {
	let run = 0;
	for (let at = 0; at < slots.length; at += step) {
		run = slots[at] === unused ? 0 : run + 1;
		if (run > MAX_RUN) throw crowded();
	}
}

export const crowded = (): TongsaError =>
	new TongsaError('malformed', 'a vocabulary made so that its tokens collide', { allowed: `at most ${MAX_RUN} in one place of a table` });

/** FNV-1a, then mixed so that its low bits depend on every byte. Strings here are short. */
function hashBytes(bytes: Uint8Array, from: number, to: number): number {
	let hash = 0x811c9dc5;
	for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
	return (hash ^ (hash >>> 15)) >>> 0;
}

/** Index of the tokens for which `keep` holds (all without it). Empty strings are never found. */
export function createIndex(vocabulary: Vocabulary, keep?: (id: number) => boolean): VocabularyIndex {
	const { size, bytes, offsets } = vocabulary;
	// At most half full: a miss ends after about two probes.
	let capacity = 16;
	while (capacity < size * 2) capacity *= 2;
	const slots = new Int32Array(capacity).fill(-1);
	const mask = capacity - 1;

	const equal = (id: number, other: Uint8Array, from: number, to: number): boolean => {
		const start = offsets[id]!;
		if (offsets[id + 1]! - start !== to - from) return false;
		for (let i = from, j = start; i < to; i++, j++) if (other[i] !== bytes[j]) return false;
		return true;
	};
	const slotOf = (other: Uint8Array, from: number, to: number): number => {
		let slot = hashBytes(other, from, to) & mask;
		for (let probes = 0; slots[slot]! >= 0 && !equal(slots[slot]!, other, from, to); slot = (slot + 1) & mask) {
			if (++probes > MAX_RUN) throw crowded();
		}
		return slot;
	};
	for (let id = 0; id < size; id++) {
		const from = offsets[id]!;
		const to = offsets[id + 1]!;
		if (from === to || keep?.(id) === false) continue;
		const slot = slotOf(bytes, from, to);
		if (slots[slot]! < 0) slots[slot] = id;
	}
	refuseCrowded(slots, 1, -1);
	const find = (other: Uint8Array, from: number, to: number): number => (from < to ? slots[slotOf(other, from, to)]! : -1);
	return {
		find,
		text(text) {
			const wanted = encoder.encode(text);
			return find(wanted, 0, wanted.length);
		},
	};
}

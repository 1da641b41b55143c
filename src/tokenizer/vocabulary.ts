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

/** Strings one after another: string i is bytes[offsets[i]] to bytes[offsets[i + 1]]. More may come, in larger arrays. */
export interface Strings {
	readonly bytes: Uint8Array;
	readonly offsets: Uint32Array;
}

/** String → its number, over those that were added. Of equal ones the first is found. */
export interface Lookup {
	/** Number of the string bytes[from..to], or −1. */
	find(bytes: Uint8Array, from: number, to: number): number;
	add(i: number): void;
	/** @throws TongsaError 'malformed' where the strings were made to collide */
	refuseCrowded(): void;
}

/** Slots for so many strings: at most half full, so that a miss ends after about two probes. */
export function slotsFor(count: number): number {
	let capacity = 16;
	while (capacity < count * 2) capacity *= 2;
	return capacity;
}

/** `expected`: how many will be added; more is no harm. `made`: the slots of the first `expected` strings, where they have been found already. */
export function createLookup(strings: Strings, expected = 8, made?: Int32Array): Lookup {
	let slots = made ?? new Int32Array(slotsFor(expected)).fill(-1);
	let used = made ? expected : 0;

	const equal = (i: number, other: Uint8Array, from: number, to: number): boolean => {
		const { bytes, offsets } = strings;
		const start = offsets[i]!;
		if (offsets[i + 1]! - start !== to - from) return false;
		for (let at = from, own = start; at < to; at++, own++) if (other[at] !== bytes[own]) return false;
		return true;
	};
	const slotOf = (other: Uint8Array, from: number, to: number): number => {
		const mask = slots.length - 1;
		let slot = hashBytes(other, from, to) & mask;
		for (let probes = 0; slots[slot]! >= 0 && !equal(slots[slot]!, other, from, to); slot = (slot + 1) & mask) {
			if (++probes > MAX_RUN) throw crowded();
		}
		return slot;
	};
	const slotOfOwn = (i: number): number => slotOf(strings.bytes, strings.offsets[i]!, strings.offsets[i + 1]!);
	return {
		find: (other, from, to) => slots[slotOf(other, from, to)]!,
		add(i) {
			const slot = slotOfOwn(i);
			if (slots[slot]! >= 0) return;
			slots[slot] = i;
			if (++used * 2 <= slots.length) return;
			const old = slots;
			slots = new Int32Array(old.length * 2).fill(-1);
			for (const each of old) if (each >= 0) slots[slotOfOwn(each)] = each;
		},
		refuseCrowded: () => refuseCrowded(slots, 1, -1),
	};
}

/** Index of the tokens for which `keep` holds (all without it). Empty strings are never found. */
export function createIndex(vocabulary: Vocabulary, keep?: (id: number) => boolean): VocabularyIndex {
	const { size, offsets } = vocabulary;
	const lookup = createLookup(vocabulary, size);
	for (let id = 0; id < size; id++) if (offsets[id] !== offsets[id + 1] && keep?.(id) !== false) lookup.add(id);
	lookup.refuseCrowded();
	const find = (other: Uint8Array, from: number, to: number): number => (from < to ? lookup.find(other, from, to) : -1);
	return {
		find,
		text(text) {
			const wanted = encoder.encode(text);
			return find(wanted, 0, wanted.length);
		},
	};
}

// Makes the compact vocabulary out of strings by id: what JSON, text and protobuf sources have in common. From the first string on it is
// compact: a file of some megabytes with a token a letter must not become hundreds.

import type { NumberedStrings } from '../../compute/json-tables.ts';
import { type Strings, stringKernels } from '../../compute/strings.ts';
import { TongsaError } from '../../errors.ts';
import type { StringTable } from '../../formats/checkpoint.ts';
import { KIND, type Vocabulary } from '../spec.ts';
import type { TokenKind } from '../types.ts';
import { createLookup, type Lookup } from '../vocabulary.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Tokens of one vocabulary: the largest known has 262,208; 16 times that keeps ids far from any 32-bit bound and memory below 1 GB. */
export const MAX_TOKENS = 2 ** 22;

/** Strings one after another in one array that grows: no JavaScript string, nor an object, for each. */
export interface GrowingStrings {
	bytes: Uint8Array;
	offsets: Uint32Array;
	length: number;
	/** Gives the string's number. */
	push(string: string | Uint8Array): number;
	finish(): StringTable;
}

export function createStrings(
	{ bytes, offsets }: Strings = { bytes: new Uint8Array(2 ** 12), offsets: new Uint32Array(1) },
): GrowingStrings {
	const strings: GrowingStrings = {
		bytes,
		offsets,
		length: offsets.length - 1,
		push(string) {
			const i = strings.length++;
			let at = strings.offsets[i]!;
			// UTF-8 takes at most three bytes a UTF-16 unit.
			strings.bytes = roomFor(strings.bytes, at + (typeof string === 'string' ? string.length * 3 : string.length));
			strings.offsets = roomFor(strings.offsets, i + 2);
			if (typeof string === 'string') at += encoder.encodeInto(string, strings.bytes.subarray(at)).written;
			else {
				strings.bytes.set(string, at);
				at += string.length;
			}
			strings.offsets[i + 1] = at;
			return i;
		},
		finish() {
			const { bytes, offsets, length } = strings;
			return { kind: 'strings', length, bytes: bytes.slice(0, offsets[length]), offsets: offsets.slice(0, length + 1) };
		},
	};
	return strings;
}

/** The array, or a copy twice as long where it is too short. Memory that is not written yet costs nothing. */
function roomFor<T extends Uint8Array | Uint32Array | Float64Array>(array: T, length: number): T {
	if (length <= array.length) return array;
	const wider = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2));
	wider.set(array);
	return wider;
}

/** Ids that a file may leave out, beside as many as it gives: no known file leaves out a thousand, and one id alone must not make four million. */
const MAX_GAPS = 2 ** 16;

/** An id out of a file. */
export function checkId(id: unknown, file: string, field: string): number {
	if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < MAX_TOKENS) return id;
	throw new TongsaError('malformed', 'token id', { file, field, got: String(id), allowed: `a whole number from 0 to ${MAX_TOKENS - 1}` });
}

/** UTF-8 bytes of one token: the longest of known vocabularies have about a thousand, and tries grow by every byte of each. */
const MAX_TOKEN_BYTES = 2 ** 16;

/** @throws TongsaError 'too-large' for a token beyond the bound */
export function checkTokenLengths(table: StringTable, file: string, field: string): void {
	const any = new Uint8Array(256).fill(1);
	const [id] = stringKernels().select(table, { least: MAX_TOKEN_BYTES + 1, most: 0xffffffff, lasts: any });
	if (id === undefined) return;
	throw new TongsaError('too-large', 'token', {
		file,
		field: `${field}[${id}]`,
		got: table.offsets[id + 1]! - table.offsets[id]!,
		allowed: `at most ${MAX_TOKEN_BYTES} bytes`,
	});
}

/**
 * Tokens that are looked for in the text before the model sees it, each an object with its string: Gemma 3, which has most of the known
 * vocabularies, has 6,415. All tokens of a file of this kind would take a hundred times the file.
 */
const MAX_ADDED = 2 ** 16;

/** @throws TongsaError 'too-large' */
export function checkAdded(count: number, file: string, field: string): void {
	if (count <= MAX_ADDED) return;
	throw new TongsaError('too-large', 'too many tokens that are looked for in the text (control, unknown, user-defined)', {
		file,
		field,
		got: count,
		allowed: `at most ${MAX_ADDED}`,
	});
}

export interface VocabularyBuilder {
	set(id: number, text: string | Uint8Array, kind: TokenKind, score?: number): void;
	/** A token that the model does not know. */
	setOutside(id: number, text: string, kind: TokenKind): void;
	setKind(id: number, kind: TokenKind): void;
	/** Of tokens with one text the first that was set. */
	idOf(text: string): number | undefined;
	/** Id of the token bytes[from..to], or −1. */
	find(bytes: Uint8Array, from: number, to: number): number;
	has(id: number): boolean;
	/** One more than the highest id. */
	readonly size: number;
	build(scores?: 'f32' | 'f64'): Vocabulary;
}

/** Collects tokens by id, after those `given`; ids that nobody gives become unused empty ones. */
export function createVocabularyBuilder(file: string, given?: NumberedStrings): VocabularyBuilder {
	/** Tokens in the order in which they are set. */
	const texts = createStrings(given?.strings);
	let ids = given?.numbers ?? new Uint32Array(2 ** 10);
	/** By id: 1 + which of the texts, 0 for none; its kind; its score. */
	let places = new Uint32Array(2 ** 10);
	let kinds = new Uint8Array(2 ** 10);
	let scores = given?.scores ?? new Float64Array(2 ** 10);
	let size = 0;
	const outside = new Set<number>();
	let index: Lookup | undefined = given && createLookup(texts, texts.length, given.slots);
	const lookup = (): Lookup => {
		if (index === undefined) {
			index = createLookup(texts, texts.length);
			for (let i = 0; i < texts.length; i++) index.add(i);
		}
		return index;
	};
	const put = (id: number, place: number): void => {
		if (builder.has(id)) {
			const text = decoder.decode(texts.bytes.subarray(texts.offsets[place], texts.offsets[place + 1]));
			throw new TongsaError('malformed', 'two tokens have one id', { file, field: text, got: id });
		}
		size = Math.max(size, id + 1);
		places = roomFor(places, size);
		places[id] = place + 1;
	};
	const builder: VocabularyBuilder = {
		set(id, text, kind, score = 0) {
			checkId(id, file, 'id');
			const place = texts.push(text);
			put(id, place);
			ids = roomFor(ids, place + 1);
			ids[place] = id;
			kinds = roomFor(kinds, size);
			kinds[id] = KIND[kind];
			scores = roomFor(scores, size);
			if (score !== 0) scores[id] = score;
			index?.add(place);
		},
		setOutside(id, text, kind) {
			builder.set(id, text, kind);
			outside.add(id);
		},
		setKind(id, kind) {
			kinds[id] = KIND[kind];
		},
		idOf(text) {
			const bytes = encoder.encode(text);
			const id = builder.find(bytes, 0, bytes.length);
			return id < 0 ? undefined : id;
		},
		find(bytes, from, to) {
			const place = lookup().find(bytes, from, to);
			return place < 0 ? -1 : ids[place]!;
		},
		has: (id) => id < size && places[id] !== 0,
		get size() {
			return size;
		},
		build(precision) {
			const given = texts.length;
			if (size > 2 * given + MAX_GAPS)
				throw new TongsaError('malformed', 'token ids far apart', {
					file,
					got: `${given} tokens, the highest id ${size - 1}`,
					allowed: `${MAX_GAPS} ids left out, and as many as there are tokens`,
				});
			const bytes = new Uint8Array(texts.offsets[given]!);
			const offsets = new Uint32Array(size + 1);
			const kindOf = new Uint8Array(size);
			let at = 0;
			// Neighbours are copied together: most files have their tokens in the order of ids.
			let [from, to] = [0, 0];
			const copy = (): void => bytes.set(texts.bytes.subarray(from, to), at - (to - from));
			for (let id = 0; id < size; id++) {
				const place = places[id]! - 1;
				kindOf[id] = place < 0 ? KIND.unused : kinds[id]!;
				if (place >= 0) {
					if (texts.offsets[place] !== to) {
						copy();
						from = texts.offsets[place]!;
					}
					to = texts.offsets[place + 1]!;
					at += to - texts.offsets[place]!;
				}
				offsets[id + 1] = at;
			}
			copy();
			checkTokenLengths({ kind: 'strings', length: size, bytes, offsets }, file, 'vocabulary');
			const vocabulary = { size, bytes, offsets, kinds: kindOf, ...(outside.size > 0 && { outside }) };
			if (precision === undefined) return vocabulary;
			return { ...vocabulary, scores: precision === 'f32' ? new Float32Array(scores.subarray(0, size)) : scores.slice(0, size) };
		},
	};
	for (let place = 0; place < texts.length; place++) put(ids[place]!, place);
	kinds = roomFor(kinds, size);
	scores = roomFor(scores, size);
	return builder;
}

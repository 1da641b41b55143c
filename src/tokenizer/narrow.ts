// The part of a BPE or WordPiece model that can take part in a short text. A tokenizer opened for one sentence then never builds tables of
// 262,144 tokens and 514,906 merges: it gives only strings that stand in the text, so that whatever does not stand there may as well not be.

import type { StringTable } from '../formats/checkpoint.ts';
import type { Model } from './aligned.ts';
import { createBpe } from './bpe.ts';
import { BYTE_TO_CODE_POINT } from './byte-level.ts';
import type { BpeSpec, Merges, ModelSpec, Vocabulary } from './spec.ts';
import { createWordPiece } from './wordpiece.ts';

/** The model for these pieces alone; undefined where the tokens do not stand in the text as they are, or are not looked up by string. */
export function narrowModel(spec: ModelSpec, pieces: readonly string[]): Model | undefined {
	if (spec.type !== 'BPE' && spec.type !== 'WordPiece') return undefined;
	if (spec.type === 'BPE' && (spec.continuing_subword_prefix || spec.end_of_word_suffix)) return undefined;
	const { vocabulary, unknown } = spec;
	const text = asWritten(pieces.join(''), spec.type === 'BPE' ? spec.alphabet : 'characters');
	const stands = neighboursIn(text);
	const prefix = new TextEncoder().encode(spec.type === 'WordPiece' ? spec.continuing_subword_prefix : '');
	const fallback = spec.type === 'BPE' && spec.byte_fallback;
	const { bytes, offsets, size } = vocabulary;
	const kept: number[] = [];
	for (let id = 0; id < size; id++) {
		const to = offsets[id + 1]!;
		let from = offsets[id]!;
		if (prefix.length > 0 && prefix.every((byte, i) => bytes[from + i] === byte)) from += prefix.length;
		if (mayStand(stands, bytes, from, to, -1) || id === unknown || (fallback && isByteToken(bytes, from, to))) kept.push(id);
	}
	// Where a symbol vanishes, its neighbours meet that did not stand side by side in the text.
	if (spec.type === 'BPE' && unknown === undefined && !fallback && !hasAllSymbols(text, spec.alphabet, vocabulary, kept)) return undefined;
	// Ascending: who comes first, and whose rank is lower, stays as it was.
	const ids = Uint32Array.from(kept);
	const { kinds, scores } = vocabulary;
	const part = {
		vocabulary: {
			size: ids.length,
			...subset(vocabulary, ids, 1),
			kinds: Uint8Array.from(ids, (id) => kinds[id]!),
			...(scores && { scores: Float64Array.from(ids, (id) => scores[id]!) }),
		},
		...(unknown !== undefined && { unknown: ids.indexOf(unknown) }),
	};
	const model =
		spec.type === 'BPE' ? createBpe({ ...spec, ...part, merges: mergesIn(spec.merges, stands) }) : createWordPiece({ ...spec, ...part });
	return { encode: (text, sink) => model.encode(text, (id, from, to) => sink(ids[id]!, from, to)) };
}

/** Text in the alphabet that the file's strings are in. */
function asWritten(text: string, alphabet: BpeSpec['alphabet']): Uint8Array {
	const bytes = new TextEncoder().encode(text);
	if (alphabet !== 'byte-level') return bytes;
	return new TextEncoder().encode(String.fromCharCode(...Array.from(bytes, (byte) => BYTE_TO_CODE_POINT[byte]!)));
}

/** For each two bytes, whether they stand side by side in the text. */
function neighboursIn(text: Uint8Array): Uint8Array {
	const stands = new Uint8Array(65536);
	for (let i = 1; i < text.length; i++) stands[(text[i - 1]! << 8) | text[i]!] = 1;
	return stands;
}

/** Whether all neighbours in bytes[from..to] are neighbours in the text: so for all that stands there, and little else. `gap`: a byte left out. */
function mayStand(stands: Uint8Array, bytes: Uint8Array, from: number, to: number, gap: number): boolean {
	let last = bytes[from]!;
	for (let i = from + 1; i < to; i++) {
		if (i === gap) continue;
		if (!stands[(last << 8) | bytes[i]!]) return false;
		last = bytes[i]!;
	}
	return true;
}

/** Whether each symbol of the text, byte or character, is a token of its own. */
function hasAllSymbols(text: Uint8Array, alphabet: BpeSpec['alphabet'], { bytes, offsets }: Vocabulary, ids: readonly number[]): boolean {
	const decoder = new TextDecoder(alphabet === 'bytes' ? 'latin1' : 'utf-8');
	const alone = new Set<string>();
	for (const id of ids) if (offsets[id + 1]! - offsets[id]! <= 4) alone.add(decoder.decode(bytes.subarray(offsets[id]!, offsets[id + 1]!)));
	return Array.from(decoder.decode(text)).every((symbol) => alone.has(symbol));
}

/** '<0x0A>', the token of a byte. */
function isByteToken(bytes: Uint8Array, from: number, to: number): boolean {
	return to - from === 6 && bytes[from] === 0x3c && bytes[from + 1] === 0x30 && bytes[from + 2] === 0x78;
}

function mergesIn(merges: Merges, stands: Uint8Array): Merges {
	if (merges.type !== 'lines' && merges.type !== 'pairs') return merges;
	const { bytes, offsets, length } = merges.table;
	const step = merges.type === 'pairs' ? 2 : 1;
	const kept: number[] = [];
	for (let i = 0; i + step <= length; i += step) {
		const [from, to] = [offsets[i]!, offsets[i + step]!];
		let gap = -1;
		if (step === 1) {
			gap = from + 1;
			while (gap < to && bytes[gap] !== 0x20) gap++;
		}
		if (mayStand(stands, bytes, from, to, gap)) kept.push(i);
	}
	return {
		type: merges.type,
		table: { kind: 'strings', length: kept.length * step, ...subset(merges.table, Uint32Array.from(kept), step) },
	};
}

/** `step` strings from each of these places on. */
function subset(
	{ bytes, offsets }: Pick<StringTable, 'bytes' | 'offsets'>,
	places: Uint32Array,
	step: number,
): Pick<StringTable, 'bytes' | 'offsets'> {
	const ends = new Uint32Array(places.length * step + 1);
	for (let i = 1; i < ends.length; i++) {
		const string = places[Math.floor((i - 1) / step)]! + ((i - 1) % step);
		ends[i] = ends[i - 1]! + offsets[string + 1]! - offsets[string]!;
	}
	const part = new Uint8Array(ends[ends.length - 1]!);
	for (const [i, place] of places.entries()) part.set(bytes.subarray(offsets[place]!, offsets[place + step]!), ends[i * step]!);
	return { bytes: part, offsets: ends };
}

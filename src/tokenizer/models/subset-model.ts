// The part of a BPE, Unigram or WordPiece model that can take part in a short text. A tokenizer opened for one sentence then never builds tables of
// 262,144 tokens and 514,906 merges: it gives only strings that stand in the text, so that whatever does not stand there may as well not be.

import { stringKernels } from '../../compute/strings.ts';
import type { StringTable } from '../../formats/checkpoint.ts';
import type { BpeSpec, Merges, ModelSpec, UnigramSpec, Vocabulary, WordPieceSpec } from '../spec.ts';
import { byteTokens } from './bpe-tables.ts';
import { BYTE_TO_CODE_POINT } from './byte-level.ts';
import { scoresOf } from './unigram.ts';

/** A merge's parts stand side by side in the text; "left right" has a space between them, two strings have nothing. */
const [SPACE, NO_GAP] = [0x20, -1];

/** What of a model can take part in a text, and the id in the whole of each of its ids. */
export interface Narrowed {
	readonly spec: BpeSpec | UnigramSpec | WordPieceSpec;
	readonly ids: Uint32Array;
}

/** The model for these pieces alone; undefined where the tokens do not stand in the text as they are, or are not looked up by string. */
export function narrow(spec: ModelSpec, pieces: readonly string[]): Narrowed | undefined {
	if (spec.type === 'WordLevel') return undefined;
	if (spec.type === 'BPE' && (spec.continuing_subword_prefix || spec.end_of_word_suffix)) return undefined;
	const { vocabulary, unknown } = spec;
	const text = asWritten(pieces.join(''), spec.type === 'BPE' ? spec.alphabet : 'characters');
	const pairs = neighboursIn(text);
	const prefix = new TextEncoder().encode(spec.type === 'WordPiece' ? spec.continuing_subword_prefix : '');
	const fallback = spec.type !== 'WordPiece' && spec.byte_fallback;
	const kept = new Set(stringKernels().standing(vocabulary, { pairs, step: 1, prefix, gap: NO_GAP }));
	for (const id of vocabulary.outside ?? []) kept.delete(id);
	if (unknown !== undefined) kept.add(unknown);
	if (spec.type === 'Unigram') {
		const { worst, best } = scoresOf(spec);
		for (const id of [worst, best]) if (id !== undefined) kept.add(id);
	}
	if (fallback) for (const id of byteTokens(vocabulary)) if (id >= 0) kept.add(id);
	// Ascending: who comes first, and whose rank is lower, stays as it was.
	const ids = Uint32Array.from(kept).sort();
	// Where a symbol vanishes, its neighbours meet that did not stand side by side in the text.
	if (spec.type === 'BPE' && unknown === undefined && !fallback && !hasAllSymbols(text, spec.alphabet, vocabulary, ids)) return undefined;
	const { kinds, scores } = vocabulary;
	const scoreOf = (id: number): number => scores![id]!;
	const part = {
		vocabulary: {
			size: ids.length,
			...subset(vocabulary, ids, 1),
			kinds: Uint8Array.from(ids, (id) => kinds[id]!),
			// Of the kind that they are: it tells Unigram's dialects apart.
			...(scores && { scores: scores instanceof Float32Array ? Float32Array.from(ids, scoreOf) : Float64Array.from(ids, scoreOf) }),
		},
		...(unknown !== undefined && { unknown: ids.indexOf(unknown) }),
	};
	return { ids, spec: spec.type === 'BPE' ? { ...spec, ...part, merges: mergesIn(spec.merges, pairs) } : { ...spec, ...part } };
}

/** Text in the alphabet that the file's strings are in. */
function asWritten(text: string, alphabet: BpeSpec['alphabet']): Uint8Array {
	const bytes = new TextEncoder().encode(text);
	if (alphabet !== 'byte-level') return bytes;
	return new TextEncoder().encode(String.fromCharCode(...Array.from(bytes, (byte) => BYTE_TO_CODE_POINT[byte]!)));
}

/** For each two bytes, whether they stand side by side in the text. */
function neighboursIn(text: Uint8Array): Uint8Array {
	const pairs = new Uint8Array(65536);
	for (let i = 1; i < text.length; i++) pairs[(text[i - 1]! << 8) | text[i]!] = 1;
	return pairs;
}

/** Whether each symbol of the text, byte or character, is a token of its own. */
function hasAllSymbols(text: Uint8Array, alphabet: BpeSpec['alphabet'], { bytes, offsets }: Vocabulary, ids: Uint32Array): boolean {
	const decoder = new TextDecoder(alphabet === 'bytes' ? 'latin1' : 'utf-8');
	const alone = new Set<string>();
	for (const id of ids) if (offsets[id + 1]! - offsets[id]! <= 4) alone.add(decoder.decode(bytes.subarray(offsets[id]!, offsets[id + 1]!)));
	return Array.from(decoder.decode(text)).every((symbol) => alone.has(symbol));
}

function mergesIn(merges: Merges, pairs: Uint8Array): Merges {
	if (merges.type !== 'lines' && merges.type !== 'pairs') return merges;
	const [step, gap] = merges.type === 'pairs' ? [2, NO_GAP] : [1, SPACE];
	const kept = stringKernels().standing(merges.table, { pairs, step, gap, prefix: new Uint8Array(0) });
	return { type: merges.type, table: { kind: 'strings', length: kept.length * step, ...subset(merges.table, kept, step) } };
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

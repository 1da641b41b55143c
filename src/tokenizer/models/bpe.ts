// Byte-pair encoding of one piece, over bytes or characters: the definition that the WebAssembly kernel is held equal to.
// tokenizers/src/models/bpe/model.rs, tiktoken src/lib.rs, sentencepiece src/bpe_model.cc.

import { lazy } from '../lazy.ts';
import { type BpeSpec, KIND } from '../spec.ts';
import type { Model } from '../text/aligned.ts';
import { unitMap } from '../text/offsets.ts';
import type { MergeStep } from '../types.ts';
import { type BpeTables, compileBpe } from './bpe-tables.ts';
import { mergeSymbols, type PairLookup, type Symbols } from './merge.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export interface BpeModel extends Model {
	/** Made when first asked for. */
	readonly tables: () => BpeTables;
	/** How a piece is put together. */
	steps(text: string): readonly MergeStep[];
}

export function createBpe(spec: BpeSpec): BpeModel {
	const tables = lazy(() => compileBpe(spec));
	const fuses = spec.fuse_unk || spec.merges.type === 'scores';

	const lookupIn = (bytes: Uint8Array): PairLookup =>
		tables().pairs
			? tables().pairs!().find
			: (_left, _right, from, to, found) => {
					const id = tables().index().find(bytes, from, to);
					if (id < 0 || tables().ranks![id]! < 0) return;
					found.rank = tables().ranks![id]!;
					found.id = id;
				};

	/** Where the last merge of a piece joined its two parts. */
	const lastJoin = (bytes: Uint8Array): number => {
		const symbols = symbolsOf(spec, tables(), bytes);
		let middle = 0;
		mergeSymbols(symbols, lookupIn(bytes), (_at, gone) => {
			middle = symbols.starts[gone]!;
		});
		return middle;
	};

	return {
		tables,
		encode(text, sink) {
			if (text === '') return;
			const bytes = encoder.encode(text);
			const units = unitMap(text, bytes.length);
			if (spec.ignore_merges) {
				const whole = tables().index().find(bytes, 0, bytes.length);
				if (whole >= 0) return sink(whole, 0, text.length);
			}
			const symbols = symbolsOf(spec, tables(), bytes);
			const lookup = lookupIn(bytes);
			const merged = mergeSymbols(symbols, lookup);
			const { ids, starts, count } =
				spec.merges.type === 'scores' ? withoutUnused(tables(), bytes, symbols, merged, lastJoin) : { ...symbols, count: merged };
			for (let s = 0; s < count; s++) {
				const [id, from, to] = [ids[s]!, starts[s]!, starts[s + 1]!];
				if (id >= 0) sink(id, units.start(from), units.end(to));
				else if (hasByteTokens(spec, tables(), bytes, from, to)) {
					for (let at = from; at < to; at++) sink(tables().byteIds[bytes[at]!]!, units.start(at), units.end(at + 1));
				} else if (spec.unknown !== undefined) {
					// Neighbours that are unknown become one token where the model fuses them.
					while (fuses && s + 1 < count && ids[s + 1]! < 0 && !hasByteTokens(spec, tables(), bytes, starts[s + 1]!, starts[s + 2]!)) s++;
					sink(spec.unknown, units.start(from), units.end(starts[s + 1]!));
				}
			}
		},
		steps(text) {
			const bytes = encoder.encode(text);
			const symbols = symbolsOf(spec, tables(), bytes);
			const { starts, count } = symbols;
			const pieces = (next?: Int32Array): Pick<MergeStep, 'pieces' | 'bytes'> => {
				const out: Uint8Array[] = [];
				for (let s = 0; s < count; s = next ? next[s]! : s + 1) out.push(bytes.subarray(starts[s]!, starts[next ? next[s]! : s + 1]!));
				return { pieces: out.map((piece) => decoder.decode(piece)), bytes: out };
			};
			const steps: MergeStep[] = [pieces()];
			mergeSymbols(symbols, lookupIn(bytes), (at, _gone, rank, next) => {
				let merged = 0;
				for (let s = 0; s < at; s = next[s]!) merged++;
				steps.push({ ...pieces(next), merged, rank: tables().scoreOfRank?.[rank] ?? rank });
			});
			return steps;
		},
	};
}

/** What merging begins with: a symbol a byte, or a character. */
function symbolsOf(spec: BpeSpec, tables: BpeTables, bytes: Uint8Array): Symbols {
	const starts = new Uint32Array(bytes.length + 1);
	let count = 0;
	for (let at = 0; at < bytes.length; at += spec.alphabet === 'characters' ? widthAt(bytes, at) : 1) starts[count++] = at;
	starts[count] = bytes.length;
	const ids = new Int32Array(count);
	// Without an unknown token, symbols that are no token vanish before anything merges, and their neighbours meet (model.rs, merge_word).
	const vanish = spec.unknown === undefined && !spec.byte_fallback;
	const prefix = encoder.encode(spec.continuing_subword_prefix ?? '');
	const suffix = encoder.encode(spec.end_of_word_suffix ?? '');
	for (let s = 0; s < count; s++) {
		const symbol = bytes.subarray(starts[s]!, starts[s + 1]!);
		const before = s > 0 ? prefix : prefix.subarray(0, 0);
		const after = s === count - 1 ? suffix : suffix.subarray(0, 0);
		const decorated = before.length + after.length === 0 ? symbol : Uint8Array.of(...before, ...symbol, ...after);
		ids[s] = tables.index().find(decorated, 0, decorated.length);
	}
	if (!vanish) return { count, ids, starts };
	const stay = Array.from(ids.keys()).filter((s) => ids[s]! >= 0);
	return {
		count: stay.length,
		ids: Int32Array.from(stay, (s) => ids[s]!),
		starts: Uint32Array.from([...stay.map((s) => starts[s]!), bytes.length]),
	};
}

function widthAt(bytes: Uint8Array, at: number): number {
	const lead = bytes[at]!;
	return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function hasByteTokens(spec: BpeSpec, tables: BpeTables, bytes: Uint8Array, from: number, to: number): boolean {
	if (!spec.byte_fallback) return false;
	for (let at = from; at < to; at++) if (tables.byteIds[bytes[at]!]! < 0) return false;
	return true;
}

/** SentencePiece takes an unused piece apart again into the two parts that it is made of, and those likewise (bpe_model.cc, resegment). */
function withoutUnused(
	tables: BpeTables,
	bytes: Uint8Array,
	merged: Symbols,
	count: number,
	lastJoin: (bytes: Uint8Array) => number,
): Symbols {
	const unused = (id: number): boolean => id >= 0 && tables.surface.kinds[id] === KIND.unused;
	if (!merged.ids.subarray(0, count).some(unused)) return { ...merged, count };
	const ids: number[] = [];
	const starts: number[] = [];
	const put = (id: number, from: number, to: number): void => {
		const middle = unused(id) ? lastJoin(bytes.subarray(from, to)) + from : 0;
		if (middle > from) {
			put(tables.index().find(bytes, from, middle), from, middle);
			put(tables.index().find(bytes, middle, to), middle, to);
		} else {
			// One that cannot be taken apart is unknown.
			ids.push(unused(id) ? -1 : id);
			starts.push(from);
		}
	};
	for (let s = 0; s < count; s++) put(merged.ids[s]!, merged.starts[s]!, merged.starts[s + 1]!);
	return { count: ids.length, ids: Int32Array.from(ids), starts: Uint32Array.from([...starts, merged.starts[count]!]) };
}

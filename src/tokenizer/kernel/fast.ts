// The kernel's place in the pipeline: which tokenizers it takes, and how its tokens find their way back to the caller's text.

import { TongsaError } from '../../errors.ts';
import type { BpeModel } from '../models/bpe.ts';
import type { BpeTables } from '../models/bpe-tables.ts';
import type { Splitter } from '../regex/splitters.ts';
import { type BpeSpec, KIND } from '../spec.ts';
import { type AlignedText, originOf, type PreTokenizer } from '../text/aligned.ts';
import { createTokenBuffer, type TokenSink } from './token-buffer.ts';
import { createKernelBpe, type KernelBpe } from './wasm.ts';

export interface FastBpe {
	/** False: not done, the plain way must. */
	encode(input: AlignedText, out: TokenSink, withRanges: boolean): boolean;
}

/**
 * `known`: the automaton that splits; else `preTokenize` does, where there is any splitting. Undefined where the kernel cannot be had, or
 * does not know what this model does.
 */
export function createFastBpe(
	model: BpeSpec,
	bpe: BpeModel,
	known: Splitter | undefined,
	preTokenize: PreTokenizer | undefined,
): FastBpe | undefined {
	if (!fits(model)) return undefined;
	let kernel: KernelBpe;
	try {
		kernel = createKernelBpe(model, bpe.tables());
	} catch (error) {
		if (error instanceof TongsaError) throw error;
		// A page may forbid WebAssembly, an old engine may lack SIMD: the definition does the same, slower.
		return undefined;
	}
	// Where unknown characters vanish, runs of it on both sides of one meet.
	const vanish = model.unknown === undefined && !model.byte_fallback;
	const cuts = !known && !preTokenize && model.alphabet === 'characters' && !vanish && cutsAtMetaspace(bpe.tables());
	const whole: Splitter = cuts ? 'metaspace' : 'whole';
	const { kinds } = model.vocabulary;
	// A SentencePiece piece of kind 'unused' is taken apart again, which only the definition does.
	const mayBeUnused = model.merges.type === 'scores' && kinds.includes(KIND.unused);

	return {
		encode(input, out, withRanges) {
			if (preTokenize) {
				const pieces = preTokenize(input);
				if (pieces.length === 0) return true;
				const part = createTokenBuffer(withRanges, input.text.length >> 2);
				kernel.encode(
					pieces.map(({ text }) => text).join(''),
					'given',
					part,
					0,
					withRanges,
					Uint32Array.from(pieces, ({ text }) => text.length),
				);
				const { ids, offsets } = part.finish();
				if (mayBeUnused && ids.some((id) => kinds[id] === KIND.unused)) return false;
				if (offsets) remapPieces(pieces, offsets);
				out.append(ids, offsets);
				return true;
			}
			const splitter = known ?? whole;
			if (!input.map && !mayBeUnused) {
				kernel.encode(input.text, splitter, out, input.at, withRanges);
				return true;
			}
			const part = createTokenBuffer(withRanges, input.text.length >> 2);
			kernel.encode(input.text, splitter, part, 0, withRanges);
			const { ids, offsets } = part.finish();
			if (mayBeUnused && ids.some((id) => kinds[id] === KIND.unused)) return false;
			if (offsets) for (let i = 0; i < offsets.length; i += 2) offsets.set(originOf(input, offsets[i]!, offsets[i + 1]!), i);
			out.append(ids, offsets);
			return true;
		},
	};
}

/** Ranges in the pieces' joined text → in the caller's. */
function remapPieces(pieces: readonly AlignedText[], offsets: Uint32Array): void {
	let piece = 0;
	let begin = 0;
	for (let i = 0; i < offsets.length; i += 2) {
		while (offsets[i]! >= begin + pieces[piece]!.text.length && piece + 1 < pieces.length) begin += pieces[piece++]!.text.length;
		offsets.set(originOf(pieces[piece]!, offsets[i]! - begin, offsets[i + 1]! - begin), i);
	}
}

/** Decorated symbols are left to the definition, and fallback tokens beside a byte alphabet, which the kernel has one table for. */
function fits(model: BpeSpec): boolean {
	if (model.continuing_subword_prefix || model.end_of_word_suffix) return false;
	return model.alphabet === 'characters' || !model.byte_fallback;
}

/** Whether no token has U+2581 behind another character: then nothing merges across the beginning of a run of it. */
function cutsAtMetaspace({ surface, reachable }: BpeTables): boolean {
	const { bytes, offsets, size } = surface;
	let alone = false;
	for (let id = 0; id < size; id++) {
		if (reachable[id] === 0) continue;
		const [from, to] = [offsets[id]!, offsets[id + 1]!];
		for (let at = from; at + 2 < to; at++) {
			if (!isMetaspace(bytes, at)) continue;
			if (at > from && !(at >= from + 3 && isMetaspace(bytes, at - 3))) return false;
			alone ||= to - from === 3;
		}
	}
	// Without a token of its own it would be unknown, and fuse with what is unknown before it.
	return alone;
}

/** U+2581, SentencePiece's space, in UTF-8. */
function isMetaspace(bytes: Uint8Array, at: number): boolean {
	return bytes[at] === 0xe2 && bytes[at + 1] === 0x96 && bytes[at + 2] === 0x81;
}

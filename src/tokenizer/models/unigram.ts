// Unigram language model: of all ways to cut a text into pieces the one with the greatest sum of scores, found by Viterbi in one pass.
// Kudo 2018 (arXiv 1804.10959); sentencepiece src/unigram_model.cc (EncodeOptimized); tokenizers/src/models/unigram/model.rs

import { TongsaError } from '../../errors.ts';
import { lazy } from '../lazy.ts';
import { KIND, type UnigramSpec } from '../spec.ts';
import type { Model } from '../text/aligned.ts';
import { unitMap } from '../text/offsets.ts';
import { tokenBytes, tokenString } from '../vocabulary.ts';
import { createTrie } from './trie.ts';

const encoder = new TextEncoder();

/** What an unknown character costs below the worst piece (kUnkPenalty). */
const UNKNOWN_PENALTY = 10;
/** SentencePiece starts the search for the best score at FLT_MIN, the smallest positive float. */
const FLT_MIN = 1.1754943508222875e-38;

/**
 * The scores, and the tokens that have the lowest and the highest: what is unknown costs more than the one, user-defined pieces gain more than
 * the other. Of sentencepiece's dialect only normal pieces count.
 * @throws TongsaError 'malformed' where a token has none
 */
export function scoresOf({ vocabulary: { kinds, size, scores, outside } }: UnigramSpec): {
	readonly scores: Float32Array | Float64Array;
	readonly worst: number | undefined;
	readonly best: number | undefined;
} {
	if (scores === undefined || scores.length < size)
		throw new TongsaError('malformed', 'a unigram model needs a score for each token', {
			field: 'scores',
			got: scores?.length ?? 0,
			allowed: `${size}`,
		});
	let worst: number | undefined;
	let best: number | undefined;
	for (let id = 0; id < size; id++) {
		const score = scores[id]!;
		if (!Number.isFinite(score)) throw new TongsaError('malformed', 'score is no number', { field: `scores[${id}]`, got: String(score) });
		if (scores instanceof Float32Array ? kinds[id] !== KIND.normal : outside?.has(id)) continue;
		if (worst === undefined || score < scores[worst]!) worst = id;
		if (best === undefined || score > scores[best]!) best = id;
	}
	return { scores, worst, best };
}

/**
 * Two dialects, told apart by the scores' type. Float32Array: sentencepiece, which adds in f32, leaves control, unknown, byte and unused
 * pieces out, and lets user-defined ones always win. Float64Array: Hugging Face, which adds in f64 and takes every piece as it is.
 *
 *     pieces a −1, b −1, ab −1.5: 'abb' → ab b (−2.5), not a b b (−3)
 */
export function createUnigram(spec: UnigramSpec): Model {
	const { vocabulary, unknown } = spec;
	const { kinds, size } = vocabulary;
	const { scores, worst, best: highest } = scoresOf(spec);
	const isSentencePiece = scores instanceof Float32Array;
	const round = isSentencePiece ? Math.fround : (x: number): number => x;
	const most = Math.max(FLT_MIN, highest === undefined ? FLT_MIN : scores[highest]!);
	const unknownScore = round((worst === undefined ? 0 : scores[worst]!) - UNKNOWN_PENALTY);

	const isPiece = (id: number): boolean => {
		if (vocabulary.offsets[id] === vocabulary.offsets[id + 1]) return false;
		const kind = kinds[id];
		if (isSentencePiece) return kind === KIND.normal || kind === KIND.user;
		return kind !== KIND.control && !vocabulary.outside?.has(id);
	};
	// Made when first asked for: a short text has a narrower model of its own.
	const trie = lazy(() =>
		createTrie(
			(function* () {
				for (let id = 0; id < size; id++) if (isPiece(id)) yield { bytes: tokenBytes(vocabulary, id), value: id };
			})(),
		),
	);
	const byteIds = new Int32Array(256).fill(-1);
	for (let id = 0; id < size; id++) {
		const byte = /^<0x([0-9A-F]{2})>$/.exec(vocabulary.offsets[id + 1]! - vocabulary.offsets[id]! === 6 ? tokenString(vocabulary, id) : '');
		if (byte && (kinds[id] === KIND.byte || !isSentencePiece)) byteIds[Number.parseInt(byte[1]!, 16)] = id;
	}
	const hasBytes = spec.byte_fallback && !byteIds.includes(-1);
	/** A user-defined piece of n bytes gets n · best − 0.1: more than any cut of the same text. */
	const scoreOf = (id: number, byteLength: number): number =>
		isSentencePiece && kinds[id] === KIND.user ? round(byteLength * most) - 0.1 : scores[id]!;

	return {
		encode(text, sink) {
			if (text === '') return;
			const bytes = encoder.encode(text);
			const length = bytes.length;
			// The best path that ends before byte i: its score, where its last piece starts (−1: none), and that piece's id.
			const best = isSentencePiece ? new Float32Array(length + 1) : new Float64Array(length + 1);
			const starts = new Int32Array(length + 1).fill(-1);
			const ids = new Int32Array(length + 1);
			for (let at = 0; at < length; ) {
				const lead = bytes[at]!;
				const next = at + (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
				const here = best[at]!;
				let single = false;
				trie().prefixes(bytes, at, length, (id, end) => {
					// The sum is compared before it is rounded, as the original's float + double is.
					const score = round(scoreOf(id, end - at) + here);
					if (starts[end]! < 0 || score > best[end]!) {
						best[end] = score;
						starts[end] = at;
						ids[end] = id;
					}
					if (end === next) single = true;
				});
				if (!single) {
					const score = round(unknownScore + here);
					if (starts[next]! < 0 || score > best[next]!) {
						best[next] = score;
						starts[next] = at;
						ids[next] = -1;
					}
				}
				at = next;
			}
			const path: number[] = [];
			for (let end = length; end > 0; end = starts[end]!) path.push(end);
			const units = unitMap(text, length);
			for (let i = path.length - 1; i >= 0; i--) {
				let end = path[i]!;
				const from = starts[end]!;
				if (ids[end]! >= 0) {
					sink(ids[end]!, units.start(from), units.end(end));
					continue;
				}
				// Unknown characters in a row are one unknown token, or their bytes.
				while (!hasBytes && i > 0 && ids[path[i - 1]!]! < 0) end = path[--i]!;
				if (hasBytes) for (let at = from; at < end; at++) sink(byteIds[bytes[at]!]!, units.start(at), units.end(at + 1));
				else if (unknown !== undefined) sink(unknown, units.start(from), units.end(end));
				else throw new TongsaError('unsupported', 'text has a character that the model lacks, and the model has no unknown token');
			}
		},
	};
}

// Normalizers: each turns a stretch of text into another and keeps every unit's place in the caller's text.
// huggingface/tokenizers tokenizers/src/normalizers/*.rs, tokenizer/normalizer.rs; sentencepiece src/normalizer.cc

import { TongsaError } from '../../errors.ts';
import { lazy } from '../lazy.ts';
import { BYTE_TO_CODE_POINT } from '../models/byte-level.ts';
import { compileFind } from '../regex/find.ts';
import type { NormalizerSpec } from '../spec.ts';
import { type Normalizer, originOf } from '../text/aligned.ts';
import { type AlignedBuilder, createAlignedBuilder } from '../text/builder.ts';
import { normalizeForm } from '../unicode/forms.ts';
import { isBertControl, isCombiningMark, isNonspacingMark, isWhiteSpace } from '../unicode/unicode.ts';
import { parseCharsmap } from './charsmap.ts';
import { createSentencePieceNormalizer } from './sentencepiece-normalizer.ts';

const encoder = new TextEncoder();

/** A function from one code point to what stands in its place: itself, other text, '' for nothing. */
type Mapping = (point: number, character: string) => string;

/** Maps code point by code point; what a character becomes keeps that character's place. */
function mapped(mapping: Mapping): Normalizer {
	return (input) => {
		const { text } = input;
		let builder: AlignedBuilder | undefined;
		for (let at = 0; at < text.length; ) {
			const point = text.codePointAt(at)!;
			const next = at + (point > 0xffff ? 2 : 1);
			const character = text.slice(at, next);
			const replacement = mapping(point, character);
			// Nothing is built until the first character that changes.
			if (builder === undefined && replacement !== character) {
				builder = createAlignedBuilder(input);
				builder.keep(0, at);
			}
			if (builder !== undefined) {
				if (replacement === character) builder.keep(at, next);
				else builder.replace(at, next, replacement);
			}
			at = next;
		}
		return builder?.finish() ?? input;
	};
}

/** Ideographs that BERT sets apart with spaces. The fifth range begins at 2B920, not 2B820, in the original (bert.rs). */
const CHINESE: readonly (readonly [number, number])[] = [
	[0x4e00, 0x9fff],
	[0x3400, 0x4dbf],
	[0x20000, 0x2a6df],
	[0x2a700, 0x2b73f],
	[0x2b740, 0x2b81f],
	[0x2b920, 0x2ceaf],
	[0xf900, 0xfaff],
	[0x2f800, 0x2fa1f],
];
const isChinese = (point: number): boolean => point >= 0x3400 && CHINESE.some(([from, to]) => point >= from && point <= to);

/** One character at a time, as Rust's char::to_lowercase: no final sigma, which JavaScript would write by context. */
const lowercase = mapped((_, character) => character.toLowerCase());

const cleanText = mapped((point, character) => {
	if (point === 0 || point === 0xfffd || isBertControl(point, character)) return '';
	return isWhiteSpace(point) ? ' ' : character;
});

/** nmt's cleaning: unicode.rs do_nmt. */
const nmt = mapped((point, character) => {
	if (point < 0x20) {
		if (point === 9 || point === 10 || point === 12 || point === 13) return ' ';
		return point === 0 ? character : '';
	}
	if (point === 0x7f || point === 0x8f || point === 0x9f) return '';
	if (point === 0x1680 || (point >= 0x200b && point <= 0x200f) || point === 0x2028 || point === 0x2029) return ' ';
	return point === 0x2581 || point === 0xfeff || point === 0xfffd ? ' ' : character;
});

function chain(steps: readonly Normalizer[]): Normalizer {
	return (input) => steps.reduce((text, step) => step(text), input);
}

function bert(spec: Extract<NormalizerSpec, { type: 'BertNormalizer' }>): Normalizer {
	const steps: Normalizer[] = [];
	if (spec.clean_text) steps.push(cleanText);
	if (spec.handle_chinese_chars) steps.push(mapped((point, character) => (isChinese(point) ? ` ${character} ` : character)));
	if (spec.strip_accents ?? spec.lowercase) {
		steps.push((input) => normalizeForm(input, 'NFD'));
		steps.push(mapped((point, character) => (isNonspacingMark(point, character) ? '' : character)));
	}
	if (spec.lowercase) steps.push(lowercase);
	return chain(steps);
}

function strip(left: boolean, right: boolean): Normalizer {
	return (input) => {
		const { text } = input;
		let from = 0;
		let to = text.length;
		// White space lies in the BMP: units are enough.
		while (left && from < to && isWhiteSpace(text.charCodeAt(from))) from++;
		while (right && to > from && isWhiteSpace(text.charCodeAt(to - 1))) to--;
		if (to - from === text.length) return input;
		const builder = createAlignedBuilder(input);
		builder.keep(from, to);
		return builder.finish();
	};
}

function replace(spec: Extract<NormalizerSpec, { type: 'Replace' }>): Normalizer {
	const find = compileFind(spec.pattern);
	return (input) => {
		let builder: AlignedBuilder | undefined;
		let last = 0;
		find(input.text, (start, end) => {
			builder ??= createAlignedBuilder(input);
			builder.keep(last, start);
			builder.replace(start, end, spec.content);
			last = end;
		});
		if (builder === undefined) return input;
		builder.keep(last, input.text.length);
		return builder.finish();
	};
}

function prepend(content: string): Normalizer {
	return (input) => {
		if (input.text === '') return input;
		const builder = createAlignedBuilder(input);
		builder.replace(0, 0, content);
		builder.keep(0, input.text.length);
		return builder.finish();
	};
}

const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true });
/** Letters whose code units are put together without a decoder: pieces are mostly words. */
const SHORT = 64;

/** Every byte of the text's UTF-8 as its letter in GPT-2's byte alphabet. A character's letters all stand for the whole of it. */
export const byteLetters: Normalizer = (input) => {
	const { text } = input;
	// Letters, digits and marks of ASCII stand for themselves.
	if (/^[!-~]*$/.test(text)) return input;
	const bytes = encoder.encode(text);
	const letters = new Uint16Array(bytes.length);
	const starts = new Uint32Array(bytes.length);
	const ends = new Uint32Array(bytes.length);
	let unit = 0;
	for (let i = 0; i < bytes.length; ) {
		const lead = bytes[i]!;
		const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
		const next = unit + (width === 4 ? 2 : 1);
		const [start, end] = originOf(input, unit, next);
		for (const stop = i + width; i < stop; i++) {
			letters[i] = BYTE_TO_CODE_POINT[bytes[i]!]!;
			starts[i] = start;
			ends[i] = end;
		}
		unit = next;
	}
	const written = letters.length <= SHORT ? String.fromCharCode(...letters) : utf16.decode(letters);
	return { text: written, at: input.at, map: { starts, ends } };
};

const segmenter = lazy(() => new Intl.Segmenter('und', { granularity: 'grapheme' }));
/** Whether a grapheme ends between two units for certain: both below U+0300, and no line end of two characters. */
const cutsBetween = (left: number, right: number): boolean => left < 0x300 && right < 0x300 && !(left === 0x0d && right === 0x0a);

/**
 * SentencePiece's charsmap as Hugging Face applies it (precompiled.rs): a grapheme of fewer than 6 bytes is looked up first by its shortest
 * rule, and is replaced as a whole even where the rule covers only its beginning; else its characters are, one by one.
 */
function precompiled(blob: Uint8Array): Normalizer {
	const charsmap = parseCharsmap(blob, 'tokenizer.json');
	const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
	const look = (part: string): string | undefined => {
		const bytes = encoder.encode(part);
		const match = charsmap.shortest(bytes, 0, bytes.length);
		return match && utf8.decode(match.replacement);
	};
	return (input) => {
		const { text } = input;
		const builder = createAlignedBuilder(input);
		let changed = false;
		const character = (from: number, to: number): void => {
			const replacement = look(text.slice(from, to));
			if (replacement === undefined) builder.keep(from, to);
			else builder.replace(from, to, replacement);
			changed ||= replacement !== undefined;
		};
		const grapheme = (from: number, to: number): void => {
			const whole = text.slice(from, to);
			// Five bytes hold at most five units: longer ones need not be encoded to be refused.
			if (to - from > 1 && to - from < 6 && encoder.encode(whole).length < 6) {
				const replacement = look(whole);
				if (replacement !== undefined) {
					builder.replace(from, to, replacement);
					changed = true;
					return;
				}
			}
			for (let at = from; at < to; ) {
				const next = at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
				character(at, next);
				at = next;
			}
		};
		for (let at = 0; at < text.length; ) {
			// A certain cut after one unit needs no segmenter: the bulk of Latin text.
			if (at + 1 === text.length || cutsBetween(text.charCodeAt(at), text.charCodeAt(at + 1))) {
				character(at, ++at);
				continue;
			}
			let end = at + 2;
			while (end < text.length && !cutsBetween(text.charCodeAt(end - 1), text.charCodeAt(end))) end++;
			for (const { segment, index } of segmenter().segment(text.slice(at, end))) grapheme(at + index, at + index + segment.length);
			at = end;
		}
		return changed ? builder.finish() : input;
	};
}

/** Compiles a normalizer. @throws TongsaError 'unsupported' for a type that is not in the table. */
export function compileNormalizer(spec: NormalizerSpec): Normalizer {
	switch (spec.type) {
		case 'Sequence':
			return chain(spec.normalizers.map(compileNormalizer));
		case 'BertNormalizer':
			return bert(spec);
		case 'NFC':
		case 'NFD':
		case 'NFKC':
		case 'NFKD': {
			const { type } = spec;
			return (input) => normalizeForm(input, type);
		}
		case 'Nmt':
			return nmt;
		case 'Lowercase':
			return lowercase;
		case 'StripAccents':
			return mapped((point, character) => (isCombiningMark(point, character) ? '' : character));
		case 'ByteLevel':
			return byteLetters;
		case 'Strip':
			return strip(spec.strip_left, spec.strip_right);
		case 'Replace':
			return replace(spec);
		case 'Prepend':
			return prepend(spec.prepend);
		case 'Precompiled':
			return precompiled(spec.precompiled_charsmap);
		case 'SentencePiece':
			return createSentencePieceNormalizer(spec);
		default:
			throw new TongsaError('unsupported', 'unknown normalizer', { got: (spec satisfies never as { type: string }).type });
	}
}

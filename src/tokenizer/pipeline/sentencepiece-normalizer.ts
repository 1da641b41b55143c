// SentencePiece's normalizer: its charsmap by longest rule, then its rules on white space, in one pass over the text's UTF-8.
// sentencepiece src/normalizer.cc, Normalizer::Normalize and NormalizePrefix

import { createTrie } from '../models/trie.ts';
import type { NormalizerSpec } from '../spec.ts';
import { type AlignedText, type Normalizer, slice } from '../text/aligned.ts';
import { createAlignedBuilder } from '../text/builder.ts';
import { parseCharsmap } from './charsmap.ts';

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

type Spec = Extract<NormalizerSpec, { type: 'SentencePiece' }>;

export function createSentencePieceNormalizer(spec: Spec): Normalizer {
	const space = spec.escape_whitespaces ? '\u2581' : ' ';
	const charsmap = spec.precompiled_charsmap?.length ? parseCharsmap(spec.precompiled_charsmap, 'precompiled_charsmap') : undefined;
	const frozen = spec.frozen?.length ? createTrie(spec.frozen.map((text, value) => ({ bytes: encoder.encode(text), value }))) : undefined;
	const prefix = spec.add_dummy_prefix && !spec.treat_whitespace_as_suffix;
	const suffix = spec.add_dummy_prefix && spec.treat_whitespace_as_suffix;

	return (input: AlignedText): AlignedText => {
		const { text } = input;
		if (text === '') return input;
		if (charsmap === undefined && frozen === undefined && !spec.remove_extra_whitespaces) return spacesOnly(input, space, prefix, suffix);
		const bytes = encoder.encode(text);
		const builder = createAlignedBuilder(input);
		let begun = false;
		let afterSpace = spec.remove_extra_whitespaces;
		let unit = 0;
		for (let at = 0; at < bytes.length; ) {
			const kept = frozen?.longest(bytes, at, bytes.length) ?? 0;
			const rule = kept > 0 ? undefined : charsmap?.longest(bytes, at, bytes.length);
			const width = kept || (rule?.byteLength ?? widthOf(bytes[at]!));
			const nextUnit = unit + unitsIn(bytes, at, at + width);
			const whole = rule ? utf8.decode(rule.replacement) : text.slice(unit, nextUnit);
			// Spaces at a piece's beginning go where the text before it ends in one, or has not begun.
			const piece = afterSpace ? whole.replace(/^ +/, '') : whole;
			// Whatever is no space at the beginning calls for the prefix, even if the charsmap then removes it.
			if (!begun && (whole !== ' ' || !spec.remove_extra_whitespaces)) {
				if (prefix) builder.replace(unit, unit, space);
				begun = true;
			}
			if (piece !== '') {
				builder.replace(unit, nextUnit, piece.replaceAll(' ', space));
				afterSpace = spec.remove_extra_whitespaces && piece.endsWith(' ');
			}
			at += width;
			unit = nextUnit;
		}
		const built = builder.finish();
		if (!begun) return built;
		let end = built.text.length;
		while (spec.remove_extra_whitespaces && end > 0 && built.text[end - 1] === space) end--;
		const trimmed = slice(built, 0, end);
		if (!suffix) return trimmed;
		const ended = createAlignedBuilder(trimmed);
		ended.keep(0, end);
		ended.replace(end, end, space);
		return ended.finish();
	};
}

/** Without a charsmap only the spaces change: the common case (Llama, Gemma). */
function spacesOnly(input: AlignedText, space: string, prefix: boolean, suffix: boolean): AlignedText {
	const { text } = input;
	const escaped = space === ' ' ? text : text.replaceAll(' ', space);
	if (!prefix && !suffix) return escaped === text ? input : { ...input, text: escaped };
	const builder = createAlignedBuilder({ ...input, text: escaped });
	if (prefix) builder.replace(0, 0, space);
	builder.keep(0, text.length);
	if (suffix) builder.replace(text.length, text.length, space);
	return builder.finish();
}

const widthOf = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

/** UTF-16 units of the characters whose first byte lies in from..to. A rule may end inside a character: the whole of it is taken then. */
function unitsIn(bytes: Uint8Array, from: number, to: number): number {
	let units = 0;
	for (let i = from; i < to; i++) {
		const byte = bytes[i]!;
		if (byte < 0x80 || byte >= 0xc0) units += byte >= 0xf0 ? 2 : 1;
	}
	return units;
}

// Pre-tokenizers: each cuts a stretch of text into the pieces that the model sees one by one.
// huggingface/tokenizers tokenizers/src/pre_tokenizers/*.rs, tokenizer/normalizer.rs (split, SplitDelimiterBehavior)

import { TongsaError } from '../../errors.ts';
import { compileFind, regexFind } from '../regex/find.ts';
import type { Find } from '../regex/linear.ts';
import { GPT2_PATTERN } from '../regex/splitters.ts';
import type { PreTokenizerSpec, SplitBehavior } from '../spec.ts';
import { type AlignedText, originOf, type PreTokenizer, slice } from '../text/aligned.ts';
import { createAlignedBuilder } from '../text/builder.ts';
import { punctuation, scriptOf, wordCharacter } from '../unicode/unicode.ts';
import { byteLetters } from './normalizers.ts';

/** A stretch of a text that is a match of what is looked for, or lies between two. */
interface Stretch {
	from: number;
	to: number;
	readonly isMatch: boolean;
}

/** The text as matches and what lies between, in order, whole. An empty match cuts where it stands. */
function stretches(text: string, find: Find): Stretch[] {
	const stretches: Stretch[] = [];
	let last = 0;
	find(text, (from, to) => {
		if (from > last) stretches.push({ from: last, to: from, isMatch: false });
		stretches.push({ from, to, isMatch: true });
		last = to;
	});
	if (last < text.length) stretches.push({ from: last, to: text.length, isMatch: false });
	return stretches;
}

/**
 * What becomes of the matches, on 'the-final--countdown' cut at '-' (normalizer.rs):
 *
 *     Removed             the|final|countdown
 *     Isolated            the|-|final|-|-|countdown
 *     MergedWithPrevious  the-|final-|-|countdown
 *     MergedWithNext      the|-final|-|-countdown
 *     Contiguous          the|-|final|--|countdown
 */
const BEHAVIORS: Readonly<Record<SplitBehavior, (found: readonly Stretch[]) => readonly Stretch[]>> = {
	Removed: (found) => found.filter(({ isMatch }) => !isMatch),
	Isolated: (found) => found,
	Contiguous: (found) => joined(found, (isMatch, before) => isMatch === before),
	MergedWithPrevious: (found) => joined(found, (isMatch, before) => isMatch && !before),
	MergedWithNext: (found) => {
		const out: Stretch[] = [];
		let before = false;
		for (const stretch of found.toReversed()) {
			const last = out.at(-1);
			if (stretch.isMatch && !before && last) last.from = stretch.from;
			else out.push({ ...stretch });
			before = stretch.isMatch;
		}
		return out.reverse();
	},
};

/** Each stretch for which `with` holds becomes part of the one before it. What stands before the first counts as no match. */
function joined(found: readonly Stretch[], joins: (isMatch: boolean, before: boolean) => boolean): Stretch[] {
	const out: Stretch[] = [];
	let before = false;
	for (const stretch of found) {
		const last = out.at(-1);
		if (joins(stretch.isMatch, before) && last) last.to = stretch.to;
		else out.push({ ...stretch });
		before = stretch.isMatch;
	}
	return out;
}

function splitter(find: Find, behavior: SplitBehavior, invert = false): PreTokenizer {
	const arrange = BEHAVIORS[behavior];
	if (arrange === undefined)
		throw new TongsaError('unsupported', 'unknown split behavior', { got: behavior, allowed: Object.keys(BEHAVIORS).join(', ') });
	return (input) => {
		const found = stretches(input.text, find);
		// One stretch is one piece, or none.
		if (found.length === 1) return behavior === 'Removed' && found[0]!.isMatch !== invert ? [] : [input];
		const matches = invert ? found.map(({ from, to, isMatch }) => ({ from, to, isMatch: !isMatch })) : found;
		const pieces: AlignedText[] = [];
		for (const { from, to } of arrange(matches)) if (to > from) pieces.push(slice(input, from, to));
		return pieces;
	};
}

function chain(steps: readonly PreTokenizer[]): PreTokenizer {
	return (input) => steps.reduce<readonly AlignedText[]>((pieces, step) => pieces.flatMap((piece) => step(piece)), [input]);
}

function withPrefix(input: AlignedText, prefix: string): AlignedText {
	const builder = createAlignedBuilder(input);
	builder.replace(0, 0, prefix);
	builder.keep(0, input.text.length);
	return builder.finish();
}

function metaspace({ replacement, prepend_scheme, split }: Extract<PreTokenizerSpec, { type: 'Metaspace' }>): PreTokenizer {
	const cut = split ? splitter(compileFind({ String: replacement }), 'MergedWithNext') : undefined;
	return (input) => {
		let text: AlignedText = input.text.includes(' ') ? { ...input, text: input.text.replaceAll(' ', replacement) } : input;
		const first = prepend_scheme === 'always' || (prepend_scheme === 'first' && originOf(input, 0, 0)[0] === 0);
		if (first && !text.text.startsWith(replacement)) text = withPrefix(text, replacement);
		return cut ? cut(text) : [text];
	};
}

function byteLevel({ add_prefix_space, use_regex, in_text }: Extract<PreTokenizerSpec, { type: 'ByteLevel' }>): PreTokenizer {
	const cut = use_regex ? splitter(compileFind({ Regex: GPT2_PATTERN }), 'Isolated') : undefined;
	return (input) => {
		const text = add_prefix_space && !input.text.startsWith(' ') ? withPrefix(input, ' ') : input;
		const pieces = cut ? cut(text) : [text];
		return in_text ? pieces.map(byteLetters) : pieces;
	};
}

/** Pieces of `length` characters. */
function fixedLength(length: number): PreTokenizer {
	if (!(Number.isInteger(length) && length > 0))
		throw new TongsaError('malformed', 'FixedLength needs a length', { field: 'length', got: length, allowed: 'a whole number from 1' });
	return (input) => {
		const pieces: AlignedText[] = [];
		let from = 0;
		let count = 0;
		let at = 0;
		for (const character of input.text) {
			if (count === length) {
				pieces.push(slice(input, from, at));
				from = at;
				count = 0;
			}
			at += character.length;
			count++;
		}
		if (at > from) pieces.push(slice(input, from, at));
		return pieces;
	};
}

function fixedScriptOf(character: string): string {
	const point = character.codePointAt(0)!;
	if (point === 0x20) return 'Any';
	const script = scriptOf(point, character);
	return point === 0x30fc || script === 'Hiragana' || script === 'Katakana' ? 'Han' : script;
}

/** Cuts where the script changes; kana counts as Han, a space goes with what stands before it (pre_tokenizer.rs, fixed_script). */
const unicodeScripts: PreTokenizer = (input) => {
	const pieces: AlignedText[] = [];
	let last: string | undefined;
	let from = -1;
	let at = 0;
	for (const character of input.text) {
		const script = fixedScriptOf(character);
		if (script !== 'Any' && last !== script) {
			if (from >= 0) pieces.push(slice(input, from, at));
			from = at;
		}
		if (script !== 'Any') last = script;
		at += character.length;
	}
	// As in the original, what stands before the first script (spaces) begins no piece and is lost.
	if (from >= 0) pieces.push(slice(input, from, at));
	return pieces;
};

const SPACE = regexFind(/\p{White_Space}/gu);
const onPunctuation = (behavior: SplitBehavior): PreTokenizer => splitter(regexFind(new RegExp(punctuation(), 'gv')), behavior);

/** Compiles a pre-tokenizer. @throws TongsaError 'unsupported' for a type, pattern or behavior that is not known. */
export function compilePreTokenizer(spec: PreTokenizerSpec): PreTokenizer {
	switch (spec.type) {
		case 'Sequence':
			return chain(spec.pretokenizers.map(compilePreTokenizer));
		case 'Split':
			return splitter(compileFind(spec.pattern), spec.behavior, spec.invert);
		case 'ByteLevel':
			return byteLevel(spec);
		case 'Metaspace':
			return metaspace(spec);
		case 'Digits':
			return splitter(regexFind(/\p{N}/gu), spec.individual_digits ? 'Isolated' : 'Contiguous');
		case 'Punctuation':
			return onPunctuation(spec.behavior);
		case 'CharDelimiterSplit':
			return splitter(compileFind({ String: spec.delimiter }), 'Removed');
		case 'FixedLength':
			return fixedLength(spec.length);
		case 'BertPreTokenizer':
			return chain([splitter(SPACE, 'Removed'), onPunctuation('Isolated')]);
		case 'Whitespace':
			return splitter(regexFind(new RegExp(`${wordCharacter()}+|[^\\p{White_Space}${wordCharacter()}]+`, 'gv')), 'Removed', true);
		case 'WhitespaceSplit':
			return splitter(SPACE, 'Removed');
		case 'UnicodeScripts':
			return unicodeScripts;
		default:
			throw new TongsaError('unsupported', 'unknown pre-tokenizer', { got: (spec satisfies never as { type: string }).type });
	}
}

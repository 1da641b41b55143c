// Text → ids: added tokens are cut out, the rest is normalised, split, and turned into tokens by the model; flags come around it.
// tokenizers/src/tokenizer/mod.rs, TokenizerImpl::encode.

import { TongsaError } from '../../errors.ts';
import { checkOptions, listOf, oneOf, type Rules, shown, whole, YES_OR_NO } from '../../options.ts';
import { createFastBpe } from '../kernel/fast.ts';
import { createTokenBuffer, renumbered, type TokenSink } from '../kernel/token-buffer.ts';
import { lazy } from '../lazy.ts';
import { asBpe, createModel } from '../models/model.ts';
import { narrow } from '../models/subset-model.ts';
import { splitterOf } from '../regex/splitters.ts';
import type { BpeSpec, ModelSpec, TokenizerSpec } from '../spec.ts';
import { type AlignedText, type Model, originOf } from '../text/aligned.ts';
import type { EncodeOptions, Encoding, Tokenizer } from '../types.ts';
import { createAddedTokens } from './added.ts';
import { compileNormalizer } from './normalizers.ts';
import { compilePostProcessor } from './postprocessors.ts';
import { compilePreTokenizer } from './pretokenizers.ts';

/**
 * UTF-16 units of one text. A text may be one piece, whose merging takes 32 bytes of work memory a byte (kernels/tokenizer.ts):
 * 3 · 2^25 bytes of UTF-8 are 3.2 GB, which still fits WebAssembly's 4 GB.
 */
const MAX_TEXT = 2 ** 25;

/** The first texts are encoded by what of the model can take part in them: the kernel's tables are worth building for more, or longer ones. */
const BRIEF = { texts: 2, units: 512 };

const RULES: Rules<EncodeOptions> = {
	special: oneOf(['add', 'none', 'parse']),
	flags: YES_OR_NO,
	plain: listOf(whole(0)),
	offsets: YES_OR_NO,
};

export interface Encoder {
	readonly flags: Tokenizer['flags'];
	encode(text: string, options?: EncodeOptions): Encoding;
	/** The pieces that the model is given of a text without added tokens, one by one. */
	pieces(text: string): readonly AlignedText[];
}

/** `kernel` false: the definition alone. */
export function createEncoder(spec: TokenizerSpec, model: Model, kernel: boolean): Encoder {
	const normalize = spec.normalizer ? compileNormalizer(spec.normalizer) : undefined;
	const normalized = (input: AlignedText): AlignedText => normalize?.(input) ?? input;
	const splitter = kernel ? splitterOf(spec.pre_tokenizer) : undefined;
	const preTokenizer = lazy(() => spec.pre_tokenizer && compilePreTokenizer(spec.pre_tokenizer));
	// A pattern that is refused is refused at opening; those that the kernel knows need no compiling.
	if (!splitter) preTokenizer();
	const split = (input: AlignedText): readonly AlignedText[] => preTokenizer()?.(input) ?? [input];
	const flags = spec.post_processor ? compilePostProcessor(spec.post_processor) : { before: [], after: [] };

	const [asWritten, asNormalized] = [false, true].map((wanted) => spec.added_tokens.filter((token) => token.normalized === wanted));
	const inText = createAddedTokens(asWritten!.map((token) => ({ token, text: token.content })));
	const inNormalized = createAddedTokens(
		asNormalized!.map((token) => ({ token, text: token.pattern ?? normalized({ text: token.content, at: 0 }).text })),
	);

	/** Text → tokens by one model: on the kernel where it can, else by the definition. */
	const encoderOf = (of: ModelSpec, by: Model) => {
		const bpe = kernel ? asBpe(by) : undefined;
		const fast = lazy(() => bpe && createFastBpe(of as BpeSpec, bpe, splitter, splitter ? undefined : preTokenizer()));
		return (input: AlignedText, out: TokenSink, withRanges: boolean): void => {
			if (fast()?.encode(input, out, withRanges)) return;
			for (const piece of split(input)) by.encode(piece.text, (id, from, to) => out.push(id, ...originOf(piece, from, to)));
		};
	};
	const encodeWhole = encoderOf(spec.model, model);
	let brief = kernel ? BRIEF.texts : 0;
	const encodeStretch = (input: AlignedText, out: TokenSink, withRanges: boolean): void => {
		const briefly = input.text.length <= BRIEF.units && brief-- > 0;
		const part = briefly ? narrow(spec.model, splitter ? [input.text] : split(input).map(({ text }) => text)) : undefined;
		if (part) encoderOf(part.spec, createModel(part.spec))(input, renumbered(out, part.ids), withRanges);
		else encodeWhole(input, out, withRanges);
	};

	return {
		flags,
		encode(text, options = {}) {
			checkOptions(options, RULES);
			checkText(text);
			const { special = 'add', flags: wanted = special !== 'none', plain, offsets = false } = options;
			const parse = special === 'parse';
			const out = createTokenBuffer(offsets, text.length >> 2);
			const input = { text: wellFormed(text), at: 0 };
			for (const segment of inText?.cut(input, parse, plain) ?? [input]) {
				if ('id' in segment) {
					out.push(segment.id, segment.start, segment.end);
					continue;
				}
				const stretch = normalized(segment);
				for (const inner of inNormalized?.cut(stretch, parse, plain) ?? [stretch]) {
					if ('id' in inner) out.push(inner.id, inner.start, inner.end);
					else if (inner.text !== '') encodeStretch(inner, out, offsets);
				}
			}
			const body = out.finish();
			return wanted ? withFlags(body, flags, text.length, parse) : body;
		},
		pieces: (text) => split(normalized({ text: wellFormed(text), at: 0 })),
	};
}

const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());

function checkText(text: string): void {
	if (typeof text !== 'string') throw new TongsaError('usage', 'not a text', { got: shown(text), allowed: 'a string' });
	if (text.length > MAX_TEXT) {
		throw new TongsaError('too-large', 'text', {
			got: text.length,
			allowed: `at most ${MAX_TEXT} UTF-16 units at once`,
			hint: 'Encode it in parts, cut at line ends',
		});
	}
}

/** Flags with empty ranges; with `unlessThere`, not where the text already begins or ends with them. */
function withFlags(body: Encoding, flags: Tokenizer['flags'], textLength: number, unlessThere: boolean): Encoding {
	const { ids, offsets } = body;
	const starts = flags.before.length > 0 && flags.before.every((id, i) => ids[i] === id);
	const ends = flags.after.length > 0 && flags.after.every((id, i) => ids[ids.length - flags.after.length + i] === id);
	const before = unlessThere && starts ? [] : flags.before;
	const after = unlessThere && ends ? [] : flags.after;
	const total = before.length + ids.length + after.length;
	const all = new Uint32Array(total);
	all.set(before);
	all.set(ids, before.length);
	all.set(after, before.length + ids.length);
	if (!offsets) return { ids: all };
	const ranges = new Uint32Array(total * 2);
	ranges.set(offsets, before.length * 2);
	ranges.fill(textLength, (before.length + ids.length) * 2);
	return { ids: all, offsets: ranges };
}

// createTokenizer: joins the stages. Text → added tokens → normalizer → pre-tokenizer → model → flags; ids → bytes → text.
// tokenizers/src/tokenizer/mod.rs, TokenizerImpl::encode and decode.

import { TongsaError } from '../errors.ts';
import { createAddedTokens } from './added.ts';
import { type AlignedText, type DecodeRun, type Model, originOf } from './aligned.ts';
import { type BpeModel, createBpe } from './bpe.ts';
import { surfaceBytes } from './bpe-tables.ts';
import { byteLevelToBytes, isByteLevel } from './byte-level.ts';
import { compileDecoder } from './decoders.ts';
import { createFastBpe } from './fast.ts';
import { lazy } from './lazy.ts';
import { narrow } from './narrow.ts';
import { compileNormalizer } from './normalizers.ts';
import { compilePostProcessor } from './postprocessors.ts';
import { compilePreTokenizer } from './pretokenizers.ts';
import { searchTokens } from './search.ts';
import { type BpeSpec, KIND, type ModelSpec, TOKEN_KINDS, type TokenizerSpec } from './spec.ts';
import { splitAt } from './split-text.ts';
import { splitterOf } from './splitters.ts';
import { createStream } from './stream.ts';
import { createTokenBuffer, renumbered, type TokenSink } from './token-buffer.ts';
import type { EncodeOptions, Encoding, Token, Tokenizer } from './types.ts';
import { createUnigram } from './unigram.ts';
import { createIndex, tokenBytes, tokenString } from './vocabulary.ts';
import { createWordLevel } from './wordlevel.ts';
import { createWordPiece } from './wordpiece.ts';

/**
 * UTF-16 units of one text. A text may be one piece, whose merging takes 32 bytes of work memory a byte (kernels/tokenizer.ts):
 * 3 · 2^25 bytes of UTF-8 are 3.2 GB, which still fits WebAssembly's 4 GB.
 */
const MAX_TEXT = 2 ** 25;

/** The first texts are encoded by what of the model can take part in them: the kernel's tables are worth building for more, or longer ones. */
const BRIEF = { texts: 2, units: 512 };

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** `kernel` false: everything in TypeScript, the definition that the kernel is tested against. */
export function createTokenizer(spec: TokenizerSpec, options: { readonly kernel?: boolean } = {}): Tokenizer {
	const { vocabulary } = spec.model;
	const model = createModel(spec.model);
	const bpe = 'tables' in model ? (model as BpeModel) : undefined;
	const normalize = spec.normalizer ? compileNormalizer(spec.normalizer) : undefined;
	const splitter = options.kernel === false ? undefined : splitterOf(spec.pre_tokenizer);
	const preTokenizer = lazy(() => spec.pre_tokenizer && compilePreTokenizer(spec.pre_tokenizer));
	// A pattern that is refused is refused at opening; those that the kernel knows need no compiling.
	if (!splitter) preTokenizer();
	const cut = (input: AlignedText): readonly AlignedText[] => preTokenizer()?.(input) ?? [input];
	let brief = options.kernel === false ? 0 : BRIEF.texts;
	const flags = spec.post_processor ? compilePostProcessor(spec.post_processor) : { before: [], after: [] };
	const normalized = (content: string): string => normalize?.({ text: content, at: 0 }).text ?? content;
	const raw = createAddedTokens(spec.added_tokens.filter((token) => !token.normalized).map((token) => ({ token, text: token.content })));
	const cooked = createAddedTokens(
		spec.added_tokens.filter((token) => token.normalized).map((token) => ({ token, text: token.pattern ?? normalized(token.content) })),
	);
	const specialIds = new Set(spec.added_tokens.filter((token) => token.special).map((token) => token.id));
	const isSpecial = (id: number): boolean => specialIds.has(id) || vocabulary.kinds[id] === KIND.control;

	const check = (id: number): void => {
		if (!(Number.isInteger(id) && id >= 0 && id < vocabulary.size)) {
			throw new TongsaError('out-of-range', 'token id', { got: id, allowed: `0 to ${vocabulary.size - 1}, the vocabulary` });
		}
	};

	/** Text → tokens by one model: on the kernel where it can, else by the definition. */
	const encoderOf = (of: ModelSpec, by: Model) => {
		const fast = lazy(() =>
			'tables' in by && options.kernel !== false
				? createFastBpe(of as BpeSpec, by as BpeModel, splitter, splitter ? undefined : preTokenizer())
				: undefined,
		);
		return (input: AlignedText, out: TokenSink, withRanges: boolean): void => {
			if (fast()?.encode(input, out, withRanges)) return;
			for (const piece of cut(input)) by.encode(piece.text, (id, from, to) => out.push(id, ...originOf(piece, from, to)));
		};
	};
	const encodeWhole = encoderOf(spec.model, model);
	const encodePieces = (input: AlignedText, out: TokenSink, withRanges: boolean): void => {
		const briefly = input.text.length <= BRIEF.units && brief-- > 0;
		const part = briefly ? narrow(spec.model, splitter ? [input.text] : cut(input).map(({ text }) => text)) : undefined;
		if (part) encoderOf(part.spec, createModel(part.spec))(input, renumbered(out, part.ids), withRanges);
		else encodeWhole(input, out, withRanges);
	};

	const encode = (text: string, { special = 'add', flags: wanted = special !== 'none', offsets = false }: EncodeOptions = {}): Encoding => {
		if (text.length > MAX_TEXT) {
			throw new TongsaError('too-large', 'text', {
				got: text.length,
				allowed: `at most ${MAX_TEXT} UTF-16 units at once`,
				hint: 'Encode it in parts, cut at line ends',
			});
		}
		const parse = special === 'parse';
		const out = createTokenBuffer(offsets, text.length >> 2);
		const whole = { text: text.isWellFormed() ? text : text.toWellFormed(), at: 0 };
		for (const segment of raw?.cut(whole, parse) ?? [whole]) {
			if ('id' in segment) {
				out.push(segment.id, segment.start, segment.end);
				continue;
			}
			const input = normalize?.(segment) ?? segment;
			for (const inner of cooked?.cut(input, parse) ?? [input]) {
				if ('id' in inner) out.push(inner.id, inner.start, inner.end);
				else if (inner.text !== '') encodePieces(inner, out, offsets);
			}
		}
		const body = out.finish();
		return wanted ? withFlags(body, flags, text.length, parse) : body;
	};

	const bytesOf = (id: number): Uint8Array => {
		const kind = TOKEN_KINDS[vocabulary.kinds[id]!];
		if (kind === 'byte') return Uint8Array.of(Number.parseInt(tokenString(vocabulary, id).slice(3, 5), 16));
		return bpe ? surfaceBytes(spec.model as BpeSpec, id) : tokenBytes(vocabulary, id);
	};
	const joined = (): DecodeRun => ({ push: bytesOf, end: () => new Uint8Array(0) });
	const bytesOnly =
		spec.model.type === 'BPE' && spec.model.alphabet !== 'characters' && (spec.decoder?.type ?? 'ByteLevel') === 'ByteLevel';
	const newRun: () => DecodeRun = bytesOnly
		? joined
		: compileDecoder(spec.decoder ?? { type: 'Replace', pattern: { String: '' }, content: '' }, (id) => ({
				text: tokenString(vocabulary, id),
				bytes: bytesOf(id),
				kind: TOKEN_KINDS[vocabulary.kinds[id]!]!,
			}));

	const decoder: Tokenizer['decoder'] = ({ skipSpecial = false } = {}) => {
		const stream = createStream(newRun(), (id) => skipSpecial && isSpecial(id));
		return {
			push(id) {
				check(id);
				return stream.push(id);
			},
			end: stream.end,
		};
	};

	const token = (id: number): Token => {
		check(id);
		const kind = TOKEN_KINDS[vocabulary.kinds[id]!]!;
		const bytes = isSpecial(id) || bytesOnly || kind === 'byte' ? bytesOf(id) : insideText(newRun, id, spec);
		const score = vocabulary.scores?.[id];
		return { id, bytes: bytes.slice(), text: utf8.decode(bytes), kind, ...(score === undefined ? {} : { score }) };
	};

	const rawIndex = lazy(() => createIndex(vocabulary));
	const surfaceIndex = lazy(() => {
		const ids = new Map<string, number>();
		for (let id = vocabulary.size - 1; id >= 0; id--) ids.set(token(id).text, id);
		return ids;
	});

	return {
		kind: spec.model.type.toLowerCase(),
		size: vocabulary.size,
		special: spec.special,
		flags,
		encode,
		decode(ids, { skipSpecial = false } = {}) {
			const run = newRun();
			const text = new TextDecoder('utf-8', { ignoreBOM: true });
			let out = '';
			for (let i = 0; i < ids.length; i++) {
				const id = ids[i]!;
				check(id);
				if (!(skipSpecial && isSpecial(id))) out += text.decode(run.push(id), { stream: true });
			}
			return out + text.decode(run.end(), { stream: true }) + text.decode();
		},
		decoder,
		count: (text, encodeOptions) => encode(text, encodeOptions).ids.length,
		split: (text, n, encodeOptions) => splitAt(encode, text, n, encodeOptions),
		merges(word) {
			const input = normalize?.({ text: word.toWellFormed(), at: 0 }) ?? { text: word.toWellFormed(), at: 0 };
			const piece = cut(input).find(({ text }) => text !== '')?.text ?? '';
			if (bpe) return bpe.steps(piece);
			const pieces: string[] = [];
			model.encode(piece, (_id, from, to) => pieces.push(piece.slice(from, to)));
			return [{ pieces, bytes: pieces.map((text) => new TextEncoder().encode(text)) }];
		},
		token,
		id(text) {
			const own = spec.added_tokens.find((added) => added.content === text)?.id ?? surfaceIndex().get(text);
			if (own !== undefined) return own;
			const written = rawIndex().text(text);
			return written < 0 ? undefined : written;
		},
		search: (query) => searchTokens(query, vocabulary.size, (id) => vocabulary.kinds[id]!, token),
	};
}

function createModel(spec: ModelSpec): Model {
	switch (spec.type) {
		case 'BPE':
			return createBpe(spec);
		case 'Unigram':
			return createUnigram(spec);
		case 'WordPiece':
			return createWordPiece(spec);
		case 'WordLevel':
			return createWordLevel(spec);
		default:
			throw new TongsaError('unsupported', 'tokenizer model', {
				got: (spec satisfies never as { type: string }).type,
				allowed: 'BPE, Unigram, WordPiece, WordLevel',
			});
	}
}

/** What a token stands for in the middle of a text: a decoder treats the first token otherwise. */
function insideText(newRun: () => DecodeRun, id: number, { model, decoder }: TokenizerSpec): Uint8Array {
	const run = newRun();
	// Characters that stand for bytes (Falcon): a token may end amid a character, which no text can show.
	const written = tokenBytes(model.vocabulary, id);
	if (decoder?.type === 'ByteLevel' && isByteLevel(written, 0, written.length)) {
		const bytes = new Uint8Array(written.length);
		return bytes.subarray(0, byteLevelToBytes(written, 0, written.length, bytes, 0));
	}
	if (model.type === 'WordLevel') return written;
	// WordPiece writes words without their space; its decoder puts one before each, which the token does not stand for.
	if (model.type === 'WordPiece') {
		const text = tokenString(model.vocabulary, id);
		const prefix = model.continuing_subword_prefix;
		return prefix !== '' && text.startsWith(prefix) && text !== prefix
			? written.subarray(new TextEncoder().encode(prefix).length)
			: written;
	}
	run.push(id);
	const parts = [run.push(id), run.end()];
	return parts[1]!.length === 0 ? parts[0]! : Uint8Array.of(...parts[0]!, ...parts[1]!);
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

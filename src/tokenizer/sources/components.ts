// The components of a tokenizer.json, checked field by field: normalizer, pre-tokenizer, post-processor, decoder.
// huggingface/tokenizers tokenizers/src/{normalizers,pre_tokenizers,processors,decoders}: their serde definitions

import { base64Bytes } from '../../compute/base64.ts';
import { TongsaError } from '../../errors.ts';
import type { DecoderSpec, NormalizerSpec, Pattern, PostProcessorSpec, PreTokenizerSpec, SplitBehavior, TemplatePiece } from '../spec.ts';
import {
	arrayAt,
	booleanAt,
	type Json,
	type JsonObject,
	nameAt,
	objectAt,
	type Place,
	refuse,
	stringAt,
	under,
	wholeAt,
} from './fields.ts';
import { checkId } from './table.ts';

/** Sequences in sequences: known files have one level; the bound keeps a hostile file from the call stack's end. */
const MAX_DEPTH = 16;
/** Steps of one sequence, and ids of one template: known files have at most a dozen; every token and every text goes through them. */
const MAX_STEPS = 64;
/** Characters of a base64 charsmap: NFKC with case folding, the largest known, has 330,000. */
const MAX_CHARSMAP = 2 ** 24;

type Read<T> = (fields: JsonObject, place: Place, depth: number) => T;
type Reader<T> = (value: Json, place: Place, depth?: number) => T;

/** Reads a component by its "type" out of a table of readers; other types are refused with the known ones. */
function byType<T>(what: string, table: () => Readonly<Record<string, Read<T>>>): Reader<T> {
	return (value, place, depth = 0) => {
		if (depth > MAX_DEPTH) throw new TongsaError('malformed', `${what}s nested too deeply`, { ...place, allowed: `${MAX_DEPTH} levels` });
		const fields = objectAt(value, place);
		const readers = table();
		const type = fields['type'];
		const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
		if (read === undefined)
			throw new TongsaError('unsupported', `unknown ${what}`, {
				...under(place, 'type'),
				got: JSON.stringify(type) ?? 'nothing',
				allowed: Object.keys(readers).join(', '),
			});
		return read(fields, place, depth);
	};
}

/** A list of at most MAX_STEPS. */
function fewAt(value: Json, place: Place): readonly Json[] {
	const list = arrayAt(value, place);
	if (list.length > MAX_STEPS) {
		throw new TongsaError('too-large', 'a list too long', { ...place, got: list.length, allowed: `at most ${MAX_STEPS}` });
	}
	return list;
}

/** The components of a Sequence, under the name that each kind has for its list. */
function listAt<T>(fields: JsonObject, name: string, place: Place, depth: number, read: Reader<T>): T[] {
	const at = under(place, name);
	return fewAt(fields[name], at).map((value, i) => read(value, { ...at, field: `${at.field}[${i}]` }, depth + 1));
}

function patternAt(value: Json, place: Place): Pattern {
	const fields = objectAt(value, place);
	if (typeof fields['String'] === 'string') return { String: fields['String'] };
	if (typeof fields['Regex'] === 'string') return { Regex: fields['Regex'] };
	throw refuse(place, value, '{"String": …} or {"Regex": …}');
}

/** One character. */
function characterAt(value: Json, place: Place): string {
	const text = stringAt(value, place);
	if ([...text].length !== 1) throw refuse(place, value, 'one character');
	return text;
}

const BEHAVIORS: readonly SplitBehavior[] = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];
const behaviorAt = (fields: JsonObject, place: Place, otherwise?: SplitBehavior): SplitBehavior =>
	nameAt(fields['behavior'], under(place, 'behavior'), BEHAVIORS, otherwise);

const plain =
	<T extends string>(type: T): Read<{ readonly type: T }> =>
	() => ({ type });

function bytesOfBase64(text: string, place: Place): Uint8Array {
	if (text.length > MAX_CHARSMAP)
		throw new TongsaError('too-large', 'precompiled charsmap', {
			...place,
			got: text.length,
			allowed: `at most ${MAX_CHARSMAP} characters`,
		});
	try {
		return base64Bytes(text);
	} catch (cause) {
		throw new TongsaError('malformed', 'precompiled charsmap is no base64', place, { cause });
	}
}

const replaceFields = (fields: JsonObject, place: Place) =>
	({
		type: 'Replace',
		pattern: patternAt(fields['pattern'], under(place, 'pattern')),
		content: stringAt(fields['content'], under(place, 'content')),
	}) as const;

/** Older files say add_prefix_space where newer ones name a scheme. */
function metaspaceFields(fields: JsonObject, place: Place) {
	const scheme = nameAt(fields['prepend_scheme'], under(place, 'prepend_scheme'), ['always', 'first', 'never'] as const, 'always');
	const old = fields['add_prefix_space'];
	return {
		type: 'Metaspace',
		replacement: characterAt(fields['replacement'], under(place, 'replacement')),
		prepend_scheme: old === false ? 'never' : scheme,
	} as const;
}

export const normalizerAt: Reader<NormalizerSpec> = byType<NormalizerSpec>('normalizer', () => ({
	Sequence: (fields, place, depth) => ({ type: 'Sequence', normalizers: listAt(fields, 'normalizers', place, depth, normalizerAt) }),
	BertNormalizer: (fields, place) => ({
		type: 'BertNormalizer',
		clean_text: booleanAt(fields['clean_text'], under(place, 'clean_text')),
		handle_chinese_chars: booleanAt(fields['handle_chinese_chars'], under(place, 'handle_chinese_chars')),
		strip_accents: fields['strip_accents'] == null ? null : booleanAt(fields['strip_accents'], under(place, 'strip_accents')),
		lowercase: booleanAt(fields['lowercase'], under(place, 'lowercase')),
	}),
	NFC: plain('NFC'),
	NFD: plain('NFD'),
	NFKC: plain('NFKC'),
	NFKD: plain('NFKD'),
	Nmt: plain('Nmt'),
	Lowercase: plain('Lowercase'),
	StripAccents: plain('StripAccents'),
	ByteLevel: plain('ByteLevel'),
	Strip: (fields, place) => ({
		type: 'Strip',
		strip_left: booleanAt(fields['strip_left'], under(place, 'strip_left')),
		strip_right: booleanAt(fields['strip_right'], under(place, 'strip_right')),
	}),
	Replace: replaceFields,
	Prepend: (fields, place) => ({ type: 'Prepend', prepend: stringAt(fields['prepend'], under(place, 'prepend')) }),
	Precompiled: (fields, place) => {
		const at = under(place, 'precompiled_charsmap');
		const precompiled_charsmap = bytesOfBase64(stringAt(fields['precompiled_charsmap'], at), at);
		// An empty charsmap has no rules.
		return precompiled_charsmap.length === 0 ? { type: 'Sequence', normalizers: [] } : { type: 'Precompiled', precompiled_charsmap };
	},
}));

export const preTokenizerAt: Reader<PreTokenizerSpec> = byType<PreTokenizerSpec>('pre-tokenizer', () => ({
	Sequence: (fields, place, depth) => ({ type: 'Sequence', pretokenizers: listAt(fields, 'pretokenizers', place, depth, preTokenizerAt) }),
	Split: (fields, place) => ({
		type: 'Split',
		pattern: patternAt(fields['pattern'], under(place, 'pattern')),
		behavior: behaviorAt(fields, place),
		invert: booleanAt(fields['invert'], under(place, 'invert')),
	}),
	ByteLevel: (fields, place) => ({
		type: 'ByteLevel',
		add_prefix_space: booleanAt(fields['add_prefix_space'], under(place, 'add_prefix_space')),
		trim_offsets: booleanAt(fields['trim_offsets'], under(place, 'trim_offsets')),
		use_regex: booleanAt(fields['use_regex'], under(place, 'use_regex'), true),
	}),
	Metaspace: (fields, place) => ({
		...metaspaceFields(fields, place),
		split: booleanAt(fields['split'] ?? undefined, under(place, 'split'), true),
	}),
	Digits: (fields, place) => ({
		type: 'Digits',
		individual_digits: booleanAt(fields['individual_digits'], under(place, 'individual_digits')),
	}),
	Punctuation: (fields, place) => ({ type: 'Punctuation', behavior: behaviorAt(fields, place, 'Isolated') }),
	CharDelimiterSplit: (fields, place) => ({
		type: 'CharDelimiterSplit',
		delimiter: characterAt(fields['delimiter'], under(place, 'delimiter')),
	}),
	FixedLength: (fields, place) => ({ type: 'FixedLength', length: wholeAt(fields['length'] ?? 5, under(place, 'length'), 2 ** 31) }),
	BertPreTokenizer: plain('BertPreTokenizer'),
	Whitespace: plain('Whitespace'),
	WhitespaceSplit: plain('WhitespaceSplit'),
	UnicodeScripts: plain('UnicodeScripts'),
}));

/** ["[SEP]", 102] → 102. */
function pairAt(value: Json, place: Place): number {
	const pair = arrayAt(value, place);
	return checkId(pair[1], place.file, place.field);
}

function templateAt(fields: JsonObject, place: Place): readonly TemplatePiece[] {
	const at = under(place, 'special_tokens');
	const tokens = objectAt(fields['special_tokens'], at);
	return fewAt(fields['single'], under(place, 'single')).map((value, i): TemplatePiece => {
		const here = { file: place.file, field: `${place.field}.single[${i}]` };
		const piece = objectAt(value, here);
		if (piece['Sequence'] !== undefined) {
			const id = nameAt(objectAt(piece['Sequence'], here)['id'], here, ['A', 'B'] as const);
			return { Sequence: { id } };
		}
		const name = stringAt(objectAt(piece['SpecialToken'], here)['id'], here);
		const token = objectAt(Object.hasOwn(tokens, name) ? tokens[name] : undefined, under(at, name));
		const ids = fewAt(token['ids'], under(at, name)).map((id) => checkId(id, place.file, `${at.field}.${name}`));
		return { SpecialToken: { ids } };
	});
}

export const postProcessorAt: Reader<PostProcessorSpec> = byType<PostProcessorSpec>('post-processor', () => ({
	Sequence: (fields, place, depth) => ({ type: 'Sequence', processors: listAt(fields, 'processors', place, depth, postProcessorAt) }),
	TemplateProcessing: (fields, place) => ({ type: 'TemplateProcessing', single: templateAt(fields, place) }),
	BertProcessing: (fields, place) => ({
		type: 'BertProcessing',
		sep: pairAt(fields['sep'], under(place, 'sep')),
		cls: pairAt(fields['cls'], under(place, 'cls')),
	}),
	RobertaProcessing: (fields, place) => ({
		type: 'RobertaProcessing',
		sep: pairAt(fields['sep'], under(place, 'sep')),
		cls: pairAt(fields['cls'], under(place, 'cls')),
		trim_offsets: booleanAt(fields['trim_offsets'], under(place, 'trim_offsets'), true),
	}),
	ByteLevel: (fields, place) => ({
		type: 'ByteLevel',
		trim_offsets: booleanAt(fields['trim_offsets'], under(place, 'trim_offsets'), true),
	}),
}));

export const decoderAt: Reader<DecoderSpec> = byType<DecoderSpec>('decoder', () => ({
	Sequence: (fields, place, depth) => ({ type: 'Sequence', decoders: listAt(fields, 'decoders', place, depth, decoderAt) }),
	ByteLevel: plain('ByteLevel'),
	ByteFallback: plain('ByteFallback'),
	Fuse: plain('Fuse'),
	Replace: replaceFields,
	Strip: (fields, place) => ({
		type: 'Strip',
		content: characterAt(fields['content'], under(place, 'content')),
		start: wholeAt(fields['start'], under(place, 'start'), 2 ** 31),
		stop: wholeAt(fields['stop'], under(place, 'stop'), 2 ** 31),
	}),
	Metaspace: metaspaceFields,
	WordPiece: (fields, place) => ({
		type: 'WordPiece',
		prefix: stringAt(fields['prefix'], under(place, 'prefix')),
		cleanup: booleanAt(fields['cleanup'], under(place, 'cleanup')),
	}),
	BPEDecoder: (fields, place) => ({ type: 'BPEDecoder', suffix: stringAt(fields['suffix'], under(place, 'suffix')) }),
	CTC: (fields, place) => ({
		type: 'CTC',
		pad_token: stringAt(fields['pad_token'], under(place, 'pad_token')),
		word_delimiter_token: stringAt(fields['word_delimiter_token'], under(place, 'word_delimiter_token')),
		cleanup: booleanAt(fields['cleanup'], under(place, 'cleanup')),
	}),
}));

// tokenizer.model, SentencePiece's own file (a protobuf ModelProto) → TokenizerSpec.
// sentencepiece src/sentencepiece_model.proto, model_interface.cc (InitializePieces), transformers models/*/tokenization_*.py (flags)

import { TongsaError } from '../../errors.ts';
import type { AddedToken, DecoderSpec, ModelSpec, NormalizerSpec, TokenizerSpec } from '../spec.ts';
import type { TokenKind } from '../types.ts';
import { specialIds, type TokenizerConfig } from './config.ts';
import { fields, type ProtobufField } from './protobuf.ts';
import { findStops } from './stops.ts';
import { checkAdded, createStrings, createVocabularyBuilder, MAX_TOKENS, type VocabularyBuilder } from './table.ts';
import { underscoreDecoder } from './underscore.ts';

interface Piece {
	readonly bytes: Uint8Array;
	readonly score: number;
	readonly kind: TokenKind;
}

/** A piece that is more than a piece of text: unknown, control, user-defined. */
interface Marked {
	readonly text: string;
	readonly kind: TokenKind;
}

interface ModelProto {
	readonly count: number;
	readonly marked: readonly Marked[];
	/** TrainerSpec.ModelType: 1 unigram, 2 BPE, 3 word, 4 char. */
	readonly modelType: number;
	readonly byteFallback: boolean;
	readonly whitespaceAsSuffix: boolean;
	/** What an unknown token is decoded to. */
	readonly unknownSurface: string;
	readonly charsmap: Uint8Array;
	readonly addDummyPrefix: boolean;
	readonly removeExtraWhitespaces: boolean;
	readonly escapeWhitespaces: boolean;
}

/** SentencePiece.Type, numbered from 1. */
const KINDS: readonly TokenKind[] = ['normal', 'unknown', 'control', 'user', 'unused', 'byte'];

const MARKED: ReadonlySet<TokenKind> = new Set(['unknown', 'control', 'user']);

/** Piece texts: strict UTF-8, because lookups go by bytes and a broken piece could never match. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Each piece goes to `put`. Defaults are the .proto's. Fields that change nothing in encoding or decoding (training settings, self-tests) are passed over. */
function parseModel(bytes: Uint8Array, file: string, put: (piece: Piece, index: number) => void): ModelProto {
	let count = 0;
	const marked: Marked[] = [];
	let model = { modelType: 1, byteFallback: false, whitespaceAsSuffix: false, unknownSurface: ' \u2047 ' };
	let normalizer = { charsmap: new Uint8Array(0), addDummyPrefix: true, removeExtraWhitespaces: true, escapeWhitespaces: true };
	for (const field of fields(bytes, file)) {
		if (field.wire !== 'bytes') continue;
		switch (field.number) {
			case 1: {
				if (count === MAX_TOKENS)
					throw new TongsaError('too-large', 'too many pieces', { file, field: 'pieces', allowed: `at most ${MAX_TOKENS}` });
				const piece = parsePiece(field.value, file, count);
				put(piece, count++);
				if (!MARKED.has(piece.kind)) break;
				marked.push({ text: utf8.decode(piece.bytes), kind: piece.kind });
				checkAdded(marked.length, file, 'pieces');
				break;
			}
			case 2:
				for (const inner of fields(field.value, file)) {
					if (inner.number === 3) model = { ...model, modelType: Number(varint(inner)) };
					else if (inner.number === 24) model = { ...model, whitespaceAsSuffix: varint(inner) !== 0n };
					else if (inner.number === 44 && inner.wire === 'bytes')
						model = { ...model, unknownSurface: new TextDecoder().decode(inner.value) };
					else if (inner.number === 35) model = { ...model, byteFallback: varint(inner) !== 0n };
				}
				break;
			case 3:
				for (const inner of fields(field.value, file)) {
					if (inner.number === 2 && inner.wire === 'bytes') normalizer = { ...normalizer, charsmap: Uint8Array.from(inner.value) };
					else if (inner.number === 3) normalizer = { ...normalizer, addDummyPrefix: varint(inner) !== 0n };
					else if (inner.number === 4) normalizer = { ...normalizer, removeExtraWhitespaces: varint(inner) !== 0n };
					else if (inner.number === 5) normalizer = { ...normalizer, escapeWhitespaces: varint(inner) !== 0n };
				}
				break;
			case 5:
				refuseDenormalizer(field.value, file);
				break;
			default:
		}
	}
	if (count === 0) throw new TongsaError('malformed', 'SentencePiece model without pieces', { file, field: 'pieces' });
	return { count, marked, ...model, ...normalizer };
}

const varint = (field: ProtobufField): bigint => (field.wire === 'varint' ? field.value : 0n);

/** Rules that change decoded text: no known model has them. */
function refuseDenormalizer(spec: Uint8Array, file: string): void {
	for (const field of fields(spec, file))
		if (field.number === 2 && field.wire === 'bytes' && field.value.length > 0)
			throw new TongsaError('unsupported', 'SentencePiece model with a denormalizer', {
				file,
				field: 'denormalizer_spec.precompiled_charsmap',
			});
}

const scoreView = new DataView(new ArrayBuffer(4));

function parsePiece(bytes: Uint8Array, file: string, index: number): Piece {
	let text = new Uint8Array(0);
	let score = 0;
	let type = 1;
	for (const field of fields(bytes, file)) {
		if (field.number === 1 && field.wire === 'bytes') {
			text = field.value as Uint8Array<ArrayBuffer>;
			try {
				utf8.decode(text);
			} catch (cause) {
				throw new TongsaError('malformed', 'piece is not UTF-8', { file, field: `pieces[${index}]` }, { cause });
			}
		} else if (field.number === 2 && field.wire === 'fixed32') {
			scoreView.setUint32(0, field.value);
			score = scoreView.getFloat32(0);
		} else if (field.number === 3) type = Number(varint(field));
	}
	const kind = KINDS[type - 1];
	const refuse = (what: string, name: string, got: string | number): TongsaError =>
		new TongsaError('malformed', what, { file, field: `pieces[${index}].${name}`, got });
	if (text.length === 0) throw refuse('piece is empty', 'piece', '');
	if (kind === undefined) throw refuse('unknown type of piece', 'type', type);
	if (!Number.isFinite(score)) throw refuse('score is no number', 'score', String(score));
	return { bytes: text, score, kind };
}

/** What a family adds around a text, where tokenizer_config.json does not say. By tokenizer_class, else by model_type. */
const FLAGS: readonly { readonly name: RegExp; readonly start: boolean; readonly end: boolean }[] = [
	{ name: /^(llama|mistral|mixtral|code_?llama|gemma\d?|phi3|internlm2?|baichuan)/i, start: true, end: false },
	{ name: /^(m?t5|umt5|pegasus|nllb|m2m|marian|switch)/i, start: false, end: true },
	{ name: /^(xlm-?roberta|camembert|mbart|barthez|fnet|rembert|albert|big_?bird|deberta|xlnet)/i, start: true, end: true },
];

/**
 * XLM-R's ids are fairseq's: four of its own first, then the pieces from the fourth on, then the mask.
 * transformers models/xlm_roberta/tokenization_xlm_roberta.py
 */
const FAIRSEQ = ['<s>', '<pad>', '</s>', '<unk>'];

export function sentencePieceSpec(bytes: Uint8Array, file: string, config: TokenizerConfig): TokenizerSpec {
	const family = [config.fields['tokenizer_class'], config.family].filter((name) => typeof name === 'string');
	const builder = createVocabularyBuilder(file);
	const fairseq = family.some((name) => /^xlm-?roberta/i.test(name));
	if (fairseq) for (const [id, text] of FAIRSEQ.entries()) builder.set(id, text, text === '<unk>' ? 'unknown' : 'control');
	const model = parseModel(bytes, file, (piece, index) => {
		if (!fairseq) builder.set(index, piece.bytes, piece.kind, piece.score);
		else if (index >= 3) builder.set(index + 1, piece.bytes, piece.kind, piece.score);
	});
	if (fairseq) builder.set(model.count + 1, '<mask>', 'control');
	const extra = extraTokens(config, builder);
	const vocabulary = builder.build('f32');

	const unknown = model.marked.find(({ kind }) => kind === 'unknown');
	const unknownId = unknown && builder.idOf(unknown.text);
	const user = model.marked.filter(({ kind }) => kind === 'user');
	const plain = { single_word: false, lstrip: false, rstrip: false };
	const described = new Set(extra.map(({ id }) => id));
	const own = model.marked.flatMap(({ text, kind }): AddedToken[] => {
		const id = builder.idOf(text);
		if (id === undefined || described.has(id)) return [];
		if (kind === 'control' || kind === 'unknown') return [{ id, content: text, ...plain, normalized: false, special: true }];
		// A unigram model chooses its user-defined pieces itself; others find them before merging.
		if (kind === 'user' && model.modelType !== 1) return [{ id, content: text, ...plain, normalized: true, pattern: text, special: false }];
		return [];
	});
	const roles: TokenizerConfig = { ...config, roles: withDefaults(config.roles, model.marked) };
	const special = specialIds(roles, (text) => builder.idOf(text), vocabulary.size, findStops(vocabulary, []).stops);
	const flags = FLAGS.find(({ name }) => family.some((each) => name.test(each)));
	const flag = (key: string, otherwise: boolean, id: number | undefined) =>
		(typeof config.fields[key] === 'boolean' ? config.fields[key] : otherwise) && id !== undefined ? [{ SpecialToken: { ids: [id] } }] : [];
	const normalizer: NormalizerSpec = {
		type: 'SentencePiece',
		...(model.charsmap.length ? { precompiled_charsmap: model.charsmap } : {}),
		add_dummy_prefix: model.addDummyPrefix,
		remove_extra_whitespaces: model.removeExtraWhitespaces,
		escape_whitespaces: model.escapeWhitespaces,
		treat_whitespace_as_suffix: model.whitespaceAsSuffix,
		...(user.length ? { frozen: user.map(({ text }) => text) } : {}),
	};
	return {
		normalizer,
		model: modelSpec(model, vocabulary, unknownId, file),
		decoder: decoderOf(model),
		post_processor: {
			type: 'TemplateProcessing',
			single: [
				...flag('add_bos_token', flags?.start ?? false, special.start),
				{ Sequence: { id: 'A' } },
				...flag('add_eos_token', flags?.end ?? false, special.end),
			],
		},
		added_tokens: [...own, ...extra],
		special: unknownId === undefined ? special : { ...special, unknown: unknownId },
	};
}

/** Start and end are SentencePiece's own names where no config names others. */
function withDefaults(roles: TokenizerConfig['roles'], pieces: readonly Marked[]): TokenizerConfig['roles'] {
	const controls = new Set(pieces.filter(({ kind }) => kind === 'control').map(({ text }) => text));
	const first = (names: readonly string[]): string | undefined => names.find((name) => controls.has(name));
	const out = new Map(roles);
	for (const [role, names] of [
		['bos_token', ['<s>', '<bos>']],
		['eos_token', ['</s>', '<eos>']],
		['pad_token', ['<pad>']],
	] as const) {
		const name = first(names);
		if (!out.has(role) && name !== undefined) out.set(role, name);
	}
	return out;
}

/** Tokens that the configs add to the file's, or describe anew. */
function extraTokens(config: TokenizerConfig, builder: VocabularyBuilder): AddedToken[] {
	const seen = new Set<string>();
	return config.added.flatMap((token) => {
		if (token.id === undefined || token.content === '' || seen.has(token.content)) return [];
		seen.add(token.content);
		const known = builder.idOf(token.content);
		const kind = token.special ? 'control' : 'user';
		if (known === undefined) {
			// An id that already has another text: the file's own piece stands.
			if (token.id >= MAX_TOKENS || builder.has(token.id)) return [];
			builder.set(token.id, token.content, kind);
		}
		return [{ ...token, id: known ?? token.id, normalized: false }];
	});
}

function modelSpec(model: ModelProto, vocabulary: ModelSpec['vocabulary'], unknown: number | undefined, file: string): ModelSpec {
	const common = { vocabulary, ...(unknown === undefined ? {} : { unknown }), byte_fallback: model.byteFallback };
	const bpe = { ...common, type: 'BPE', alphabet: 'characters', fuse_unk: true, ignore_merges: false } as const;
	switch (model.modelType) {
		case 1:
			return { ...common, type: 'Unigram' };
		case 2:
			return { ...bpe, merges: { type: 'scores' } };
		case 4:
			// Characters are pieces that are never merged.
			return { ...bpe, merges: { type: 'pairs', table: createStrings().finish() } };
		default:
			throw new TongsaError('unsupported', 'SentencePiece model type', {
				file,
				field: 'trainer_spec.model_type',
				got: model.modelType,
				allowed: '1 (unigram), 2 (BPE), 4 (char)',
			});
	}
}

function decoderOf(model: ModelProto): DecoderSpec {
	const unknown = model.marked.find(({ kind }) => kind === 'unknown');
	const prefix = model.removeExtraWhitespaces ? 'every' : model.addDummyPrefix ? 'one' : 'none';
	return underscoreDecoder(prefix, unknown && { text: unknown.text, shown: model.unknownSurface });
}

// The tokenizer of a GGUF file: its tokenizer.ggml.* keys → TokenizerSpec, with llama.cpp's defaults and the original's pipeline.
// llama.cpp src/llama-vocab.cpp (llama_vocab::impl::load); gguf-py/gguf/constants.py (keys)

import { TongsaError } from '../../errors.ts';
import type { Checkpoint, StringTable } from '../../formats/checkpoint.ts';
import { getBoolean, getNumber, getString, readNumbers, readStrings } from '../../formats/get.ts';
import { PRE, PRE_OF_ARCHITECTURE, type Pre } from '../regex/pre.ts';
import { KIND, type ModelSpec, type NormalizerSpec, type TokenizerSpec, type Vocabulary } from '../spec.ts';
import { vocabularyOfTable } from '../vocabulary.ts';
import { addedTokens, key } from './gguf-added.ts';
import { withAlphabet } from './letters.ts';
import { findStops } from './stops.ts';
import { checkTokenLengths, MAX_TOKENS } from './table.ts';
import { underscoreDecoder } from './underscore.ts';

/** Merges: the largest known list has 514,906 for 262,144 tokens; there can be several for a token. */
const MAX_MERGES = 2 ** 24;
/** A precompiled charsmap: NFKC with case folding, the largest known, has 242 kB. */
const MAX_CHARSMAP = 2 ** 24;

const MERGING = new Set(['gpt2', 'gemma4', 'whitespace']);
/** Kinds that are read; each with the ids that hold where the file has no key (llama.cpp's). */
const DEFAULTS: Readonly<Record<string, Ids>> = {
	llama: { bos: 1, eos: 2, unknown: 0 },
	gpt2: { bos: 11, eos: 11 },
	whitespace: { bos: 11, eos: 11 },
	gemma4: {},
	bert: { bos: 101, unknown: 100, separator: 102, padding: 0, mask: 103 },
	t5: { eos: 1, unknown: 2, padding: 0 },
};

interface Ids {
	readonly bos?: number;
	readonly eos?: number;
	readonly unknown?: number;
	readonly separator?: number;
	readonly padding?: number;
	readonly mask?: number;
}

/** Role → key, as GGUF spells it. */
const ID_KEYS: Readonly<Record<keyof Ids, string>> = {
	bos: 'bos_token_id',
	eos: 'eos_token_id',
	unknown: 'unknown_token_id',
	separator: 'seperator_token_id',
	padding: 'padding_token_id',
	mask: 'mask_token_id',
};

/** undefined where the file carries no vocabulary. @throws TongsaError */
export async function ggufSpec(checkpoint: Checkpoint, signal?: AbortSignal): Promise<TokenizerSpec | undefined> {
	const kind = getString(checkpoint, key('model'));
	if (kind === undefined || kind === 'none' || kind === 'no_vocab') return undefined;
	const defaults = Object.hasOwn(DEFAULTS, kind) ? DEFAULTS[kind] : undefined;
	if (defaults === undefined)
		throw new TongsaError('unsupported', 'unknown kind of tokenizer', {
			file: checkpoint.name,
			field: key('model'),
			got: kind,
			allowed: `${Object.keys(DEFAULTS).join(', ')}, none`,
			hint: 'Ids still work without a tokenizer (--ids)',
		});
	const table = await readStrings(checkpoint, key('tokens'), MAX_TOKENS, signal);
	if (table === undefined || table.length === 0)
		throw new TongsaError('malformed', 'tokenizer without tokens', { file: checkpoint.name, field: key('tokens') });
	checkTokenLengths(table, checkpoint.name, key('tokens'));
	const types = await readNumbers(checkpoint, key('token_type'), MAX_TOKENS, signal);
	const scores = await readNumbers(checkpoint, key('scores'), MAX_TOKENS, signal);
	const long = (name: string, length: number): TongsaError =>
		new TongsaError('malformed', 'array is shorter than the vocabulary', {
			file: checkpoint.name,
			field: key(name),
			got: length,
			allowed: `${table.length}`,
		});
	if (types && types.length < table.length) throw long('token_type', types.length);
	if (scores && scores.length < table.length) throw long('scores', scores.length);
	const raw = vocabularyOfTable(table, { ...(types ? { types } : {}), ...(scores ? { scores: new Float32Array(scores) } : {}) });

	const ids = readIds(checkpoint, defaults, table.length);
	const more = ['eot_token_id', 'eom_token_id'].map((name) => readId(checkpoint, name, table.length));
	const named = findStops(raw, [ids.eos, ...more]);
	const vocabulary: Vocabulary = { ...raw, kinds: named.kinds };
	const parts = MERGING.has(kind)
		? await bpeParts(checkpoint, kind, vocabulary, ids, signal)
		: kind === 'bert'
			? bertParts(checkpoint, vocabulary, ids)
			: await sentencePieceParts(checkpoint, kind, vocabulary, ids, signal);
	const { start = false, end = false, ...spec } = parts;
	const flag = (name: string, otherwise: boolean, id: number | undefined): readonly number[] =>
		(getBoolean(checkpoint, key(name)) ?? otherwise) && id !== undefined ? [id] : [];
	// BERT's flags are always there, whatever the keys say (llama.cpp, LLAMA_VOCAB_TYPE_WPM).
	const before = kind === 'bert' ? present(ids.bos) : kind === 'gemma4' ? present(ids.bos) : flag('add_bos_token', start, ids.bos);
	const after = kind === 'bert' ? present(ids.separator) : flag('add_eos_token', end, ids.eos);
	const special = (list: readonly number[]) => (list.length ? [{ SpecialToken: { ids: list } }] : []);
	return {
		...spec,
		post_processor: { type: 'TemplateProcessing', single: [...special(before), { Sequence: { id: 'A' } }, ...special(after)] },
		special: {
			...(ids.bos === undefined ? {} : { start: ids.bos }),
			...(ids.eos === undefined ? {} : { end: ids.eos }),
			...(ids.unknown === undefined ? {} : { unknown: ids.unknown }),
			...(ids.padding === undefined ? {} : { padding: ids.padding }),
			...(ids.separator === undefined ? {} : { separator: ids.separator }),
			...(ids.mask === undefined ? {} : { mask: ids.mask }),
			stops: named.stops,
		},
	};
}

const present = (id: number | undefined): readonly number[] => (id === undefined ? [] : [id]);

type Parts = Omit<TokenizerSpec, 'special' | 'post_processor'> & { readonly start?: boolean; readonly end?: boolean };

/** An id key; one beyond the vocabulary counts as absent, as in llama.cpp (older converters wrote 2^32 − 1). */
function readId(checkpoint: Checkpoint, name: string, size: number): number | undefined {
	const id = getNumber(checkpoint, key(name), { min: -1, max: 2 ** 32, integer: true });
	return id !== undefined && id >= 0 && id < size ? id : undefined;
}

function readIds(checkpoint: Checkpoint, defaults: Ids, size: number): Ids {
	const roles = Object.keys(ID_KEYS) as (keyof Ids)[];
	return Object.fromEntries(
		roles.flatMap((role) => {
			const fallback = defaults[role];
			const id = readId(checkpoint, ID_KEYS[role], size) ?? (fallback !== undefined && fallback < size ? fallback : undefined);
			return id === undefined ? [] : [[role, id]];
		}),
	);
}

/** tokenizer.ggml.pre → pipeline. */
function preOf(checkpoint: Checkpoint, kind: string): Pre {
	const architecture = getString(checkpoint, 'general.architecture') ?? '';
	const given = kind === 'gemma4' ? 'gemma4' : getString(checkpoint, key('pre')) || undefined;
	const known = Object.hasOwn(PRE_OF_ARCHITECTURE, architecture) ? PRE_OF_ARCHITECTURE[architecture] : undefined;
	const name = given === undefined || given === 'default' ? (known ?? (kind === 'whitespace' ? 'whitespace' : 'default')) : given;
	const pre = PRE.get(name);
	if (pre === undefined)
		throw new TongsaError('unsupported', 'unknown pre-tokenizer', {
			file: checkpoint.name,
			field: key('pre'),
			got: name,
			allowed: [...PRE.keys()].sort().join(', '),
		});
	return pre;
}

async function bpeParts(checkpoint: Checkpoint, kind: string, vocabulary: Vocabulary, ids: Ids, signal?: AbortSignal): Promise<Parts> {
	const pre = preOf(checkpoint, kind);
	const merges: StringTable | undefined = await readStrings(checkpoint, key('merges'), MAX_MERGES, signal);
	const { preTokenizer, alphabet } = withAlphabet(pre.preTokenizer);
	// Kimi K2's file may have none: it is a tiktoken table, where a token's rank is its id.
	if (merges === undefined && getString(checkpoint, key('pre')) !== 'kimi-k2')
		throw new TongsaError('malformed', 'BPE tokenizer without merges', { file: checkpoint.name, field: key('merges') });
	const lowercase = kind === 'whitespace' && (getBoolean(checkpoint, key('normalizer.lowercase')) ?? false);
	const normalizer: NormalizerSpec | undefined = lowercase ? { type: 'Lowercase' } : pre.normalizer;
	const model: ModelSpec = {
		type: 'BPE',
		vocabulary,
		merges: merges ? { type: 'lines', table: merges } : { type: 'ranks' },
		alphabet,
		...(pre.unicode && ids.unknown !== undefined ? { unknown: ids.unknown } : {}),
		fuse_unk: pre.unicode ?? false,
		byte_fallback: pre.unicode ?? false,
		ignore_merges: pre.ignoreMerges ?? false,
	};
	return {
		...(normalizer ? { normalizer } : {}),
		...(preTokenizer ? { pre_tokenizer: preTokenizer } : {}),
		model,
		decoder: pre.unicode ? underscoreDecoder('none') : { type: 'ByteLevel' },
		added_tokens: addedTokens(checkpoint, vocabulary),
		start: pre.addStart ?? false,
	};
}

/** SentencePiece, BPE ('llama') and unigram ('t5'). */
async function sentencePieceParts(
	checkpoint: Checkpoint,
	kind: string,
	vocabulary: Vocabulary,
	ids: Ids,
	signal?: AbortSignal,
): Promise<Parts> {
	const { scores } = vocabulary;
	if (scores === undefined || !scores.every(Number.isFinite))
		throw new TongsaError('malformed', 'SentencePiece tokenizer needs a score for each token', {
			file: checkpoint.name,
			field: key('scores'),
			got: scores ? 'not a number' : 'none',
		});
	const unigram = kind === 't5';
	const charsmap = await readNumbers(checkpoint, key('precompiled_charsmap'), MAX_CHARSMAP, signal);
	const prefix = getBoolean(checkpoint, key('add_space_prefix')) ?? !unigram;
	const added = addedTokens(checkpoint, vocabulary, true);
	const user = added.filter(({ special }) => !special);
	const byte_fallback = vocabulary.kinds.includes(KIND.byte);
	const unknown = ids.unknown === undefined ? {} : { unknown: ids.unknown };
	return {
		normalizer: {
			type: 'SentencePiece',
			...(charsmap ? { precompiled_charsmap: Uint8Array.from(charsmap) } : {}),
			add_dummy_prefix: prefix,
			remove_extra_whitespaces: getBoolean(checkpoint, key('remove_extra_whitespaces')) ?? false,
			escape_whitespaces: true,
			treat_whitespace_as_suffix: false,
			...(user.length && charsmap ? { frozen: user.map(({ content }) => content) } : {}),
		},
		model: unigram
			? { type: 'Unigram', vocabulary, ...unknown, byte_fallback }
			: {
					type: 'BPE',
					vocabulary,
					merges: { type: 'scores' },
					alphabet: 'characters',
					...unknown,
					fuse_unk: true,
					byte_fallback,
					ignore_merges: false,
				},
		decoder: underscoreDecoder(prefix ? 'one' : 'none'),
		// A unigram model chooses its user-defined pieces itself.
		added_tokens: unigram ? added.filter(({ special }) => special) : added,
		start: !unigram,
		end: unigram,
	};
}

/** WordPiece. llama.cpp's vocabulary ('▁' begins a word, nothing goes on with it) is turned back to BERT's ('##' goes on with it). */
function bertParts(checkpoint: Checkpoint, vocabulary: Vocabulary, ids: Ids): Parts {
	const lowercase = getBoolean(checkpoint, key('normalizer.lowercase')) ?? true;
	const strip_accents = getBoolean(checkpoint, key('normalizer.strip_accents')) ?? lowercase;
	// Each becomes at most two bytes longer.
	const bytes = new Uint8Array(vocabulary.bytes.length + 2 * vocabulary.size);
	const offsets = new Uint32Array(vocabulary.size + 1);
	let at = 0;
	for (let id = 0; id < vocabulary.size; id++) {
		const kind = vocabulary.kinds[id];
		const to = vocabulary.offsets[id + 1]!;
		let from = vocabulary.offsets[id]!;
		const begins =
			to - from >= 3 && vocabulary.bytes[from] === 0xe2 && vocabulary.bytes[from + 1] === 0x96 && vocabulary.bytes[from + 2] === 0x81;
		if (begins) from += 3;
		else if (kind !== KIND.control && kind !== KIND.unknown && from < to) {
			bytes[at++] = 0x23;
			bytes[at++] = 0x23;
		}
		while (from < to) bytes[at++] = vocabulary.bytes[from++]!;
		offsets[id + 1] = at;
	}
	const rewritten: Vocabulary = { ...vocabulary, bytes: bytes.subarray(0, at), offsets };
	return {
		normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents, lowercase },
		pre_tokenizer: { type: 'BertPreTokenizer' },
		model: {
			type: 'WordPiece',
			vocabulary: rewritten,
			...(ids.unknown === undefined ? {} : { unknown: ids.unknown }),
			continuing_subword_prefix: '##',
			max_input_chars_per_word: 100,
		},
		decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
		added_tokens: addedTokens(checkpoint, rewritten),
	};
}

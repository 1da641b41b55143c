// tiktoken's rank tables → TokenizerSpec: a line a token, base64 and rank; the pattern and the special tokens are known by the table.
// openai/tiktoken tiktoken_ext/openai_public.py; meta-llama/llama-models llama3/tokenizer.py; Qwen tokenization_qwen.py

import { base64Bytes } from '../../compute/base64.ts';
import { TongsaError } from '../../errors.ts';
import type { TokenizerSpec } from '../spec.ts';
import { linesOf, partsOf } from './lines.ts';
import { createVocabularyBuilder, MAX_TOKENS, type VocabularyBuilder } from './table.ts';

const r = String.raw;
const GPT2 = r`'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`;
const CL100K = r`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`;
const O200K = [
	r`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
	r`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
	r`\p{N}{1,3}`,
	r` ?[^\s\p{L}\p{N}]+[\r\n/]*`,
	r`\s*[\r\n]+`,
	r`\s+(?!\S)`,
	r`\s+`,
].join('|');
const spelled = (digits: string): string =>
	r`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

interface Encoding {
	readonly name: string;
	/** Tokens in its table: what it is known by. */
	readonly ranks: number;
	readonly pattern: string;
	readonly special: Readonly<Record<string, number>>;
	/** Begins every text; ends a text. */
	readonly start?: string;
	readonly ends: readonly string[];
	/** Files of these names mean it, where two encodings have one table. */
	readonly names?: RegExp;
}

const reserved = (from: number, count: number, name: (i: number) => string): Record<string, number> =>
	Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), from + i]));

const HARMONY: Readonly<Record<string, number>> = {
	...reserved(200013, 201088 - 200013, (i) => `<|reserved_${200013 + i}|>`),
	'<|startoftext|>': 199998,
	'<|endoftext|>': 199999,
	'<|reserved_200000|>': 200000,
	'<|reserved_200001|>': 200001,
	'<|return|>': 200002,
	'<|constrain|>': 200003,
	'<|reserved_200004|>': 200004,
	'<|channel|>': 200005,
	'<|start|>': 200006,
	'<|end|>': 200007,
	'<|message|>': 200008,
	'<|reserved_200009|>': 200009,
	'<|reserved_200010|>': 200010,
	'<|reserved_200011|>': 200011,
	'<|call|>': 200012,
};

/** Llama 3's 256 special tokens, from 128000. */
const LLAMA3 = [
	'<|begin_of_text|>',
	'<|end_of_text|>',
	'<|reserved_special_token_0|>',
	'<|reserved_special_token_1|>',
	'<|finetune_right_pad_id|>',
	'<|step_id|>',
	'<|start_header_id|>',
	'<|end_header_id|>',
	'<|eom_id|>',
	'<|eot_id|>',
	'<|python_tag|>',
];

const ENCODINGS: readonly Encoding[] = [
	{ name: 'r50k_base', ranks: 50256, pattern: GPT2, special: { '<|endoftext|>': 50256 }, ends: ['<|endoftext|>'] },
	{ name: 'p50k_base', ranks: 50280, pattern: GPT2, special: { '<|endoftext|>': 50256 }, ends: ['<|endoftext|>'] },
	{
		name: 'cl100k_base',
		ranks: 100256,
		pattern: CL100K,
		special: {
			'<|endoftext|>': 100257,
			'<|fim_prefix|>': 100258,
			'<|fim_middle|>': 100259,
			'<|fim_suffix|>': 100260,
			'<|endofprompt|>': 100276,
		},
		ends: ['<|endoftext|>'],
	},
	{
		name: 'o200k_harmony',
		ranks: 199998,
		pattern: O200K,
		special: { ...HARMONY, '<|endofprompt|>': 200018 },
		ends: ['<|return|>', '<|endoftext|>', '<|call|>'],
		names: /harmony|gpt-oss/i,
	},
	{
		name: 'o200k_base',
		ranks: 199998,
		pattern: O200K,
		special: { '<|endoftext|>': 199999, '<|endofprompt|>': 200018 },
		ends: ['<|endoftext|>'],
	},
	{
		name: 'llama3',
		ranks: 128000,
		pattern: spelled(r`\p{N}{1,3}`),
		special: {
			...Object.fromEntries(LLAMA3.map((name, i) => [name, 128000 + i])),
			...reserved(128000 + LLAMA3.length, 256 - LLAMA3.length, (i) => `<|reserved_special_token_${i + 2}|>`),
		},
		start: '<|begin_of_text|>',
		ends: ['<|end_of_text|>', '<|eom_id|>', '<|eot_id|>'],
	},
	{
		name: 'qwen',
		ranks: 151643,
		pattern: spelled(r`\p{N}`),
		special: {
			'<|endoftext|>': 151643,
			'<|im_start|>': 151644,
			'<|im_end|>': 151645,
			...reserved(151646, 205, (i) => `<|extra_${i}|>`),
		},
		ends: ['<|endoftext|>', '<|im_end|>'],
	},
];

/** Tokens of the largest known table. */
const MAX_RANKS = Math.max(...ENCODINGS.map(({ ranks }) => ranks));

/** Does a file look like a rank table? The first line is base64, a space and 0 (or js-tiktoken's '! 0 …'). */
export const looksLikeRanks = (start: string): boolean => /^(?:[A-Za-z0-9+/]+={0,2} \d+\r?\n|! \d+ )/.test(start);

/** Bytes of a rank table: the largest known (o200k_base) has 3.6 MB. */
export const MAX_RANKS_BYTES = 2 ** 27;

/**
 * Two forms: a line a token, 'IQ== 0'; and js-tiktoken's, a line a run of consecutive ranks, '! 0 IQ== Ig== …'. Gives how many ranks there are.
 */
function readRanks(text: string, file: string, builder: VocabularyBuilder): number {
	let count = 0;
	const put = (rank: number, base64: string, line: number): void => {
		const refuse = (what: string, got: string | number): TongsaError =>
			new TongsaError('malformed', what, { file, field: `line ${line + 1}`, got });
		if (!(Number.isInteger(rank) && rank >= 0 && rank < MAX_TOKENS)) throw refuse('rank', rank);
		if (count++ === MAX_RANKS)
			throw new TongsaError('unsupported', 'rank table of no known encoding', { file, got: `more than ${MAX_RANKS} tokens` });
		if (builder.has(rank)) throw refuse('two tokens have one rank', rank);
		if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw refuse('token is no base64', base64);
		try {
			builder.set(rank, base64Bytes(base64), 'normal');
		} catch {
			throw refuse('token is no base64', base64);
		}
	};
	let i = -1;
	for (const whole of linesOf(text)) {
		const line = whole.trim();
		i++;
		if (line === '') continue;
		const words = partsOf(line, ' ');
		const first = words.next().value!;
		const second = words.next().value;
		if (first === '!') {
			let rank = Number(second);
			for (const word of words) put(rank++, word, i);
		} else if (second !== undefined && words.next().done) put(Number(second), first, i);
		else throw new TongsaError('malformed', 'line of a rank table', { file, field: `line ${i + 1}`, got: line, allowed: "'base64 rank'" });
	}
	return count;
}

export function tiktokenSpec(bytes: Uint8Array, file: string): TokenizerSpec {
	const builder = createVocabularyBuilder(file);
	const count = readRanks(new TextDecoder().decode(bytes), file, builder);
	const candidates = ENCODINGS.filter((encoding) => encoding.ranks === count);
	const encoding = candidates.find(({ names }) => names?.test(file)) ?? candidates.find(({ names }) => names === undefined);
	if (encoding === undefined)
		throw new TongsaError('unsupported', 'rank table of no known encoding', {
			file,
			got: `${count} tokens`,
			allowed: ENCODINGS.map(({ name, ranks }) => `${name} (${ranks})`).join(', '),
		});
	for (const [text, id] of Object.entries(encoding.special)) builder.set(id, text, 'control');
	const vocabulary = builder.build();
	const { special, start, ends } = encoding;
	const stops = ends.map((name) => special[name]!).sort((a, b) => a - b);
	const startId = start === undefined ? undefined : special[start]!;
	return {
		pre_tokenizer: { type: 'Split', pattern: { Regex: encoding.pattern, syntax: 'rust' }, behavior: 'Isolated', invert: false },
		model: {
			type: 'BPE',
			vocabulary,
			merges: { type: 'ranks' },
			alphabet: 'bytes',
			fuse_unk: false,
			byte_fallback: false,
			// tiktoken looks a piece up whole before it merges (src/lib.rs, encode_ordinary).
			ignore_merges: true,
		},
		decoder: { type: 'ByteLevel' },
		post_processor: {
			type: 'TemplateProcessing',
			single: [...(startId === undefined ? [] : [{ SpecialToken: { ids: [startId] } }]), { Sequence: { id: 'A' } }],
		},
		added_tokens: Object.entries(special).map(([content, id]) => ({
			id,
			content,
			single_word: false,
			lstrip: false,
			rstrip: false,
			normalized: false,
			special: true,
		})),
		special: { ...(startId === undefined ? {} : { start: startId }), end: special[ends[0]!]!, stops },
	};
}

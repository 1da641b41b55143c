// Pre-tokenizers by the name that GGUF gives them (tokenizer.ggml.pre): the pipeline of the original tokenizer.json, as data.
// llama.cpp src/llama-vocab.cpp (names, flags, regexes); the originals' tokenizer.json where they differ: docs/tokenizer-differences.md

import type { NormalizerSpec, PreTokenizerSpec } from '../spec.ts';

/** How a byte-level BPE vocabulary is split into pieces before merging, and what comes with it. */
export interface Pre {
	readonly normalizer?: NormalizerSpec;
	readonly preTokenizer: PreTokenizerSpec;
	/** A piece that is a token as a whole is not put together by merges. */
	readonly ignoreMerges?: true;
	/** Flags where the file has no key for them. */
	readonly addStart?: true;
	/** Merges run on UTF-8 with '▁' for a space and <0xXX> for what is missing, not on GPT-2's byte letters. */
	readonly unicode?: true;
}

// Regexes as the originals write them (Oniguruma). r = raw, so that they read as they are.
const r = String.raw;
const CONTRACTION = r`(?i:'s|'t|'re|'ve|'m|'ll|'d)`;
const SPACES = r`\s*[\r\n]+|\s+(?!\S)|\s+`;
/** The family of cl100k: GPT-4's regex with `digits` as its numbers and `tail` after punctuation. */
const cl100k = (digits: string, tail = r`[\r\n]*`) =>
	r`${CONTRACTION}|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+${tail}|${SPACES}`;
const UPPER = r`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = r`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
/** The family of o200k: words end where a capital begins. */
const o200k = (digits: string, suffix: string) =>
	r`[^\r\n\p{L}\p{N}]?${UPPER}*${LOWER}+${suffix}|[^\r\n\p{L}\p{N}]?${UPPER}+${LOWER}*${suffix}|${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${SPACES}`;
const PUNCTUATED_WORD = '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+';
/** DeepSeek V3's last step: words with their marks, punctuation with `tail` after it, then spaces. */
const deepseek = (tail: string, spaces = SPACES) =>
	r`${PUNCTUATED_WORD}|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+${tail}|${spaces}`;
const HAN_AND_KANA = '[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+';
const BLOOM_WORD = r` ?[^(\s|[.,!?…。，、।۔،])]+`;
/** Letters with case, as DeepSeek LLM lists them. */
const CASED_LETTERS =
	'A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f' +
	'\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd' +
	'\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57' +
	'\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec' +
	'\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f' +
	'\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787' +
	'\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a' +
	'\u{10400}-\u{1044f}\u{104b0}-\u{104d3}\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}\u{118a0}-\u{118df}\u{1e900}-\u{1e943}';
/** Scripts without spaces that AFMoE keeps together. */
const AFMOE_SCRIPTS =
	'[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u3040-\u309f\u30a0-\u30ff\uff65-\uff9f\u2f00-\u2fdf\u0e40-\u0e7f\u0e80-\u0eff\u1780-\u17ff' +
	'\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff\uac00-\ud7af\u1100-\u11ff]+';

type Step = PreTokenizerSpec;
const split = (regex: string): Step => ({ type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false });
const digits: Step = { type: 'Digits', individual_digits: true };
/** The bytes' letters, at the end of a pipeline that has done its own splitting. */
const bytes: Step = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
/** GPT-2's own splitting, then the bytes' letters. */
const gpt2: Step = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const steps = (...pretokenizers: Step[]): Step => ({ type: 'Sequence', pretokenizers });
const regexes = (...patterns: string[]): Step => steps(...patterns.map(split), bytes);
const NFC: NormalizerSpec = { type: 'NFC' };
const UNDERSCORE: NormalizerSpec = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' };

const llama3 = regexes(cl100k('\\p{N}{1,3}'));
const qwen2 = regexes(cl100k('\\p{N}'));
const gpt4o = regexes(o200k('\\p{N}{1,3}', CONTRACTION + '?'));
const starcoder = steps(digits, gpt2);
const deepseek3 = regexes('\\p{N}{1,3}', HAN_AND_KANA, deepseek('[\\r\\n]*'));
const bailing = regexes(r`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`);
const bloom = regexes(BLOOM_WORD);

/** Pipelines, each with the names that mean it. Order is of no consequence: names are unique. */
const TABLE: readonly (Pre & { readonly names: readonly string[] })[] = [
	{
		names: ['llama3', 'llama-v3', 'llama-bpe', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2', 'jina-v5-nano'],
		preTokenizer: llama3,
		ignoreMerges: true,
		addStart: true,
	},
	{ names: ['dbrx', 'smaug-bpe', 'chatglm-bpe'], preTokenizer: llama3 },
	{ names: ['glm4', 'glm5'], preTokenizer: llama3, ignoreMerges: true },
	{
		names: ['minicpm5'],
		preTokenizer: regexes('\\p{N}{1,3}', cl100k('\\p{N}+')),
		ignoreMerges: true,
	},
	{
		names: ['jais-2'],
		preTokenizer: regexes(
			cl100k('\\p{N}{1,3}').replace(
				SPACES,
				r`\s*[\r\n]+|${[512, 256, 128, 64, 32, 16, 8, 4, '1,2'].map((n) => r`\s{${n}}(?!\S)`).join('|')}|\s{1}`,
			),
		),
	},
	{
		names: ['deepseek-llm'],
		preTokenizer: steps(
			split('[\r\n]'),
			split(`\\s?[${CASED_LETTERS}]+`),
			split('\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+'),
			split('\\s+$'),
			split('[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+'),
			digits,
			bytes,
		),
	},
	{
		names: ['deepseek-coder'],
		preTokenizer: steps(
			split('[\r\n]'),
			split('\\s?\\p{L}+'),
			split('\\s?\\p{P}+'),
			split('[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+'),
			digits,
			bytes,
		),
	},
	{ names: ['deepseek-v3', 'hunyuan-dense', 'joyai-llm', 'hy_v4'], preTokenizer: deepseek3 },
	{
		names: ['spark2_5'],
		preTokenizer: regexes('\\p{N}{1,3}', HAN_AND_KANA, deepseek('', '[\\r\\n]|\\s+(?!\\S)|\\s+'), '\\p{N}'),
	},
	{
		names: ['youtu'],
		preTokenizer: regexes(
			'[\uac00-\ud7a3\u3131-\u318e]+|[\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f\ufe30-\ufe4f]+|[\u3105-\u312f]+|' +
				HAN_AND_KANA,
			o200k('\\p{N}', CONTRACTION + '?'),
		),
		ignoreMerges: true,
	},
	{
		names: ['falcon'],
		preTokenizer: steps(
			{ type: 'Punctuation', behavior: 'Contiguous' },
			gpt2,
			{ type: 'Digits', individual_digits: false },
			split('[0-9][0-9][0-9]'),
		),
	},
	{ names: ['mpt', 'olmo'], normalizer: NFC, preTokenizer: gpt2 },
	{ names: ['modern-bert'], normalizer: NFC, preTokenizer: gpt2 },
	{ names: ['command-r'], normalizer: NFC, preTokenizer: starcoder },
	{
		names: ['starcoder', 'refact', 'smollm', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'],
		preTokenizer: starcoder,
	},
	{
		names: [
			'gpt-2',
			'phi-2',
			'jina-es',
			'jina-de',
			'jina-v2-es',
			'jina-v2-de',
			'gigachat',
			'a.x-4.0',
			'mellum',
			'exaone4',
			'jais',
			'trillion',
			'granite-docling',
		],
		preTokenizer: gpt2,
	},
	{ names: ['jina-v1-en', 'jina-v2-code', 'roberta-bpe'], preTokenizer: gpt2 },
	{ names: ['qwen2', 'deepseek-r1-qwen', 'kormo', 'f2llmv2'], normalizer: NFC, preTokenizer: qwen2 },
	{ names: ['megrez', 'stablelm2', 'hunyuan', 'solar-open', 'grok-2'], preTokenizer: qwen2 },
	{
		names: ['qwen35'],
		normalizer: NFC,
		preTokenizer: regexes(r`${CONTRACTION}|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|${SPACES}`),
	},
	{ names: ['poro-chat', 'bloom', 'gpt3-finnish'], preTokenizer: bloom },
	{ names: ['viking'], preTokenizer: steps(split(BLOOM_WORD), digits, bytes) },
	{
		names: ['tekken'],
		preTokenizer: regexes(o200k('\\p{N}', '')),
		ignoreMerges: true,
		addStart: true,
	},
	{
		names: ['chameleon'],
		preTokenizer: steps(
			split('<sentinel:[0-9]+>'),
			split('(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z'),
			split('([\\t\\n]|    |  )'),
			digits,
			{ type: 'Punctuation', behavior: 'Isolated' },
			gpt2,
		),
		addStart: true,
	},
	{ names: ['gpt-4o', 'llama4', 'kanana2', 'talkie', 'minimax-m2'], preTokenizer: gpt4o },
	{ names: ['granite-embed-multi-97m'], preTokenizer: gpt4o, ignoreMerges: true },
	{
		names: ['tiny_aya', 'cohere2moe'],
		normalizer: NFC,
		preTokenizer: steps(split(r`\d{1,3}(?=(?:\d{3})*\b)`), ...(gpt4o as { pretokenizers: readonly Step[] }).pretokenizers),
	},
	{
		names: ['kimi-k2'],
		preTokenizer: regexes(
			r`[\p{Han}]+|` +
				o200k('\\p{N}{1,3}', CONTRACTION + '?')
					.replaceAll(UPPER, r`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]`)
					.replaceAll(LOWER, r`[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]`)
					.replace('[\\r\\n/]*', '[\\r\\n]*'),
		),
	},
	{ names: ['superbpe'], preTokenizer: regexes('\\p{N}+', '(?=(\\d{3})+(?!\\d))') },
	{ names: ['bailingmoe', 'bailingmoe2', 'llada-moe'], preTokenizer: bailing },
	{
		names: ['seed-coder'],
		preTokenizer: regexes(r`${CONTRACTION}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|${SPACES}`),
	},
	{
		names: ['ufakzeka'],
		preTokenizer: regexes(cl100k('\\p{N}').slice(CONTRACTION.length + 1)),
	},
	{
		names: ['afmoe'],
		preTokenizer: regexes(r`\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))`, AFMOE_SCRIPTS, deepseek('[\\r\\n]*')),
	},
	{ names: ['laguna'], preTokenizer: regexes('[^\\n]+|[\\n]+', cl100k('\\p{N}')) },
	{
		names: ['exaone-moe'],
		preTokenizer: regexes(
			r`${CONTRACTION}|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+`,
		),
	},
	{
		names: ['gemma4', 'granite-embed-multi-311m'],
		normalizer: UNDERSCORE,
		preTokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
		addStart: true,
		unicode: true,
	},
	{
		names: ['sarvam-moe'],
		normalizer: UNDERSCORE,
		preTokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
		unicode: true,
	},
	{ names: ['whitespace'], preTokenizer: { type: 'WhitespaceSplit' }, unicode: true },
	{
		names: ['default'],
		preTokenizer: steps(
			split(r`[\p{P}\$\+<=>\^~\|]+`),
			split(r`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)`),
			split('\\p{N}+'),
			split('[0-9][0-9][0-9]'),
			bytes,
		),
	},
];

/** Every known name → its pipeline. */
export const PRE: ReadonlyMap<string, Pre> = new Map(TABLE.flatMap((entry) => entry.names.map((name) => [name, entry] as const)));

/**
 * Parts that make a backtracking engine take quadratic time: '\\s+$' on spaces that do not end the text, and looks ahead over whole runs. Patterns
 * with them are left to the linear matcher.
 */
const SLOW = [r`\s+$`, r`(?=(\d{3})+`, r`(?=(?:\d{3})*`, r`(?=(?:\p{N}{3})*`, r`(?: \p{L}\p{M}*)*)+`];

/** Patterns of the pipelines above that a backtracking engine matches in linear time. */
export const LINEAR_PATTERNS: readonly string[] = TABLE.flatMap(({ preTokenizer }) => patternsOf(preTokenizer)).filter(
	(pattern) => !SLOW.some((part) => pattern.includes(part)),
);

function patternsOf(spec: PreTokenizerSpec): readonly string[] {
	if (spec.type === 'Sequence') return spec.pretokenizers.flatMap(patternsOf);
	return spec.type === 'Split' && 'Regex' in spec.pattern ? [spec.pattern.Regex] : [];
}

/** Old files carry no tokenizer.ggml.pre: then the architecture tells which tokenizer it was. */
export const PRE_OF_ARCHITECTURE: Readonly<Record<string, string>> = {
	gpt2: 'gpt-2',
	gptneox: 'mpt',
	mpt: 'mpt',
	falcon: 'falcon',
	starcoder: 'starcoder',
	starcoder2: 'starcoder',
	refact: 'refact',
	bloom: 'bloom',
	phi2: 'phi-2',
	qwen: 'qwen2',
	qwen2: 'qwen2',
	'command-r': 'command-r',
	olmo: 'olmo',
	stablelm: 'mpt',
};

// Vocabularies of the first Transformers: vocab.txt (BERT) and vocab.json with merges.txt (GPT-2 and its kin) → tokenizer.json's form.
// transformers models/bert/tokenization_bert.py, models/gpt2/tokenization_gpt2.py, convert_slow_tokenizer.py

import { TongsaError } from '../../errors.ts';
import type { MetadataValue } from '../../formats/checkpoint.ts';
import { PRE } from '../regex/pre.ts';
import type { TokenizerConfig } from './config.ts';
import type { JsonObject } from './fields.ts';
import type { Apart } from './huggingface.ts';
import { linesOf } from './lines.ts';
import { createVocabularyBuilder, MAX_TOKENS } from './table.ts';

/** A special token as tokenizer.json describes it. */
function addedToken(
	content: string,
	id: number,
	flags: Partial<Record<'lstrip' | 'special' | 'rstrip' | 'normalized' | 'single_word', boolean>> = {},
): JsonObject {
	return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...flags };
}

function addedTokens(config: TokenizerConfig, defaults: readonly string[], idOf: (text: string) => number | undefined): JsonObject[] {
	const described = config.added.filter((token) => token.id !== undefined).map((token) => addedToken(token.content, token.id!, token));
	const known = new Set(config.added.map(({ content }) => content));
	const names = [...new Set([...defaults, ...config.roles.values()])].filter((name) => !known.has(name));
	return [...described, ...names.flatMap((name) => (idOf(name) === undefined ? [] : [addedToken(name, idOf(name)!)]))];
}

/** A file's form of tokenizer.json, and what of it is too long to be made into JSON. */
export type Form = readonly [json: JsonObject, apart: Apart];

/** One token a line, its id the line's number. */
export function wordPieceJson(text: string, file: string, config: TokenizerConfig): Form {
	let count = 0;
	for (const _ of linesOf(text)) count++;
	if (count > MAX_TOKENS) throw new TongsaError('too-large', 'too many tokens', { file, got: count, allowed: `at most ${MAX_TOKENS}` });
	const vocabulary = createVocabularyBuilder(file);
	// The last of equal lines counts, as in load_vocab: so the last comes first.
	let end = text.endsWith('\n') ? text.length - 1 : text.length;
	for (let id = count - 1; id >= 0; id--) {
		const start = end > 0 ? text.lastIndexOf('\n', end - 1) + 1 : 0;
		// As Python's readline: a carriage return before the line's end belongs to it.
		const line = text.slice(start, end > start && text[end - 1] === '\r' ? end - 1 : end);
		if (vocabulary.idOf(line) === undefined) vocabulary.set(id, line, 'normal');
		end = start - 1;
	}
	const role = (name: string, otherwise: string): string => config.roles.get(name) ?? otherwise;
	const [cls, sep, unk] = [role('cls_token', '[CLS]'), role('sep_token', '[SEP]'), role('unk_token', '[UNK]')];
	const flag = (name: string, otherwise: boolean): boolean => (typeof config.fields[name] === 'boolean' ? config.fields[name] : otherwise);
	const lowercase = flag('do_lower_case', true);
	const strip = config.fields['strip_accents'];
	const known = (name: string): boolean => vocabulary.idOf(name) !== undefined;
	const special = (name: string): MetadataValue[] => (known(name) ? [{ SpecialToken: { id: name, type_id: 0 } }] : []);
	const json = {
		version: '1.0',
		added_tokens: addedTokens(config, ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'], vocabulary.idOf),
		normalizer: {
			type: 'BertNormalizer',
			clean_text: true,
			handle_chinese_chars: flag('tokenize_chinese_chars', true),
			strip_accents: typeof strip === 'boolean' ? strip : null,
			lowercase,
		},
		pre_tokenizer: { type: 'BertPreTokenizer' },
		post_processor: {
			type: 'TemplateProcessing',
			single: [...special(cls), { Sequence: { id: 'A', type_id: 0 } }, ...special(sep)],
			special_tokens: Object.fromEntries(
				[cls, sep].flatMap((name) => (known(name) ? [[name, { id: name, ids: [vocabulary.idOf(name)!] }]] : [])),
			),
		},
		decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
		model: {
			type: 'WordPiece',
			vocab: {},
			unk_token: unk,
			continuing_subword_prefix: '##',
			max_input_chars_per_word: 100,
		},
	};
	return [json, { vocabulary }];
}

/** tokenizer_class → the pre-tokenizer (by GGUF's name) that its Python has. */
const CLASSES: Readonly<Record<string, string>> = {
	GPT2: 'gpt-2',
	CodeGen: 'gpt-2',
	Roberta: 'gpt-2',
	Bart: 'gpt-2',
	Longformer: 'gpt-2',
	OPT: 'gpt-2',
	GPTNeoX: 'mpt',
	Qwen2: 'qwen2',
};

/** GPT-2's kin: a byte-level vocabulary and its merges, a line each. */
export function byteLevelJson(vocab: JsonObject, merges: string, file: string, config: TokenizerConfig): Form {
	const given = config.fields['tokenizer_class'];
	const name = typeof given === 'string' ? given.replace(/Tokenizer(Fast)?$/, '') : 'GPT2';
	const pre = Object.hasOwn(CLASSES, name) ? PRE.get(CLASSES[name]!) : undefined;
	if (pre === undefined)
		throw new TongsaError('unsupported', 'tokenizer class without a tokenizer.json', {
			file,
			field: 'tokenizer_class',
			got: String(given),
			allowed: Object.keys(CLASSES)
				.map((each) => `${each}Tokenizer`)
				.join(', '),
		});
	const idOf = (text: string): number | undefined => {
		const id = Object.hasOwn(vocab, text) ? vocab[text] : undefined;
		return typeof id === 'number' ? id : undefined;
	};
	const prefix = config.fields['add_prefix_space'] === true;
	const steps = pre.preTokenizer.type === 'ByteLevel' ? { ...pre.preTokenizer, add_prefix_space: prefix } : pre.preTokenizer;
	const roberta = ['Roberta', 'Bart', 'Longformer'].includes(name);
	const [cls, sep] = [idOf(config.roles.get('cls_token') ?? '<s>'), idOf(config.roles.get('sep_token') ?? '</s>')];
	const json = {
		version: '1.0',
		added_tokens: addedTokens(config, ['<|endoftext|>', ...(roberta ? ['<s>', '<pad>', '</s>', '<unk>'] : [])], idOf).concat(
			roberta && idOf('<mask>') !== undefined && !config.roles.has('mask_token')
				? [addedToken('<mask>', idOf('<mask>')!, { lstrip: true })]
				: [],
		),
		normalizer: (pre.normalizer as MetadataValue | undefined) ?? null,
		pre_tokenizer: steps as unknown as MetadataValue,
		post_processor:
			roberta && cls !== undefined && sep !== undefined
				? { type: 'RobertaProcessing', sep: ['</s>', sep], cls: ['<s>', cls], trim_offsets: true, add_prefix_space: prefix }
				: null,
		decoder: { type: 'ByteLevel' },
		model: { type: 'BPE', vocab },
	};
	return [json, { merges: mergesOf(merges) }];
}

function* mergesOf(text: string): Generator<string> {
	for (const line of linesOf(text)) if (line.trim() !== '' && !line.startsWith('#version')) yield line.replace(/\r$/, '');
}

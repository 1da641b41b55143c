// tokenizer.json → TokenizerSpec: the model with its vocabulary, the added tokens, the components. Truncation and padding are not applied.
// huggingface/tokenizers tokenizers/src/tokenizer/serialization.rs, models/*/serialization.rs, tokenizer/added_vocabulary.rs

import { TongsaError } from '../../errors.ts';
import type { StringTable } from '../../formats/checkpoint.ts';
import type { AddedToken, BpeSpec, ModelSpec, NormalizerSpec, PreTokenizerSpec, TokenizerSpec } from '../spec.ts';
import { decoderAt, normalizerAt, postProcessorAt, preTokenizerAt } from './components.ts';
import { specialIds, type TokenizerConfig } from './config.ts';
import {
	arrayAt,
	booleanAt,
	type Json,
	type JsonObject,
	numberAt,
	objectAt,
	type Place,
	refuse,
	stringAt,
	under,
	wholeAt,
} from './fields.ts';
import { stepsOf, withAlphabet } from './letters.ts';
import { findStops } from './stops.ts';
import { checkAdded, checkId, createStrings, createVocabularyBuilder, type VocabularyBuilder } from './table.ts';

const MODELS = ['BPE', 'Unigram', 'WordPiece', 'WordLevel'] as const;
type ModelType = (typeof MODELS)[number];

/** What of a model is not in the JSON: it lies in files of its own, or was read beside. */
export interface Apart {
	/** model.vocab is empty then. */
	readonly vocabulary?: VocabularyBuilder;
	/** Lines, or left and right parts by turns. */
	readonly merges?: Iterable<string> | StringTable;
}

export function huggingFaceSpec(json: Json, file: string, config: TokenizerConfig, apart: Apart = {}): TokenizerSpec {
	const whole = objectAt(json, { file, field: '' });
	const place = (name: string): Place => ({ file, field: name });
	const model = objectAt(whole['model'], place('model'));
	const type = modelType(model, place('model'));
	const builder = apart.vocabulary ?? createVocabularyBuilder(file);
	(type === 'Unigram' ? readPieces : readVocab)(model, place('model'), builder);
	if (apart.vocabulary && model['byte_fallback'] === true) markBytes(builder);
	const unknownText = unknownOf(model, type, builder, place('model'));
	const own = readAdded(whole['added_tokens'], place('added_tokens'), builder);
	const added = [...own, ...addBeside(config, own, builder)];
	if (unknownText !== undefined) builder.setKind(unknownText, 'unknown');

	const given = whole['pre_tokenizer'] == null ? undefined : preTokenizerAt(whole['pre_tokenizer'], place('pre_tokenizer'));
	const normalizer = whole['normalizer'] == null ? undefined : asBertSays(normalizerAt(whole['normalizer'], place('normalizer')), config);
	// Byte letters made by the normalizer are in the text for good; a pre-tokenizer's stay out of it where nothing looks at them.
	const { preTokenizer, alphabet } =
		JSON.stringify(normalizer)?.includes('"ByteLevel"') || type !== 'BPE' || model['byte_fallback'] === true
			? lettersInText(given)
			: withAlphabet(given);
	const spec = modelSpec(model, type, builder, unknownText, alphabet, place('model'), apart.merges);
	const { vocabulary } = spec;
	const decoder = whole['decoder'] == null ? ({ type: 'Spaced' } as const) : decoderAt(whole['decoder'], place('decoder'));
	const postProcessor = whole['post_processor'] == null ? undefined : postProcessorAt(whole['post_processor'], place('post_processor'));
	const special = specialIds(config, (text) => builder.idOf(text), vocabulary.size, findStops(vocabulary, []).stops);
	return {
		...(normalizer ? { normalizer } : {}),
		...(preTokenizer ? { pre_tokenizer: preTokenizer } : {}),
		model: spec,
		decoder,
		post_processor: postProcessor ?? {
			type: 'TemplateProcessing',
			single: [
				...(config.fields['add_bos_token'] === true && special.start !== undefined ? [{ SpecialToken: { ids: [special.start] } }] : []),
				{ Sequence: { id: 'A' } },
				...(config.fields['add_eos_token'] === true && special.end !== undefined ? [{ SpecialToken: { ids: [special.end] } }] : []),
			],
		},
		added_tokens: added,
		special: unknownText !== undefined && special.unknown === undefined ? { ...special, unknown: unknownText } : special,
	};
}

/** For models that see the pieces' text as it is: every ByteLevel step makes its letters. */
function lettersInText(spec: PreTokenizerSpec | undefined): ReturnType<typeof withAlphabet> {
	if (!spec) return { preTokenizer: undefined, alphabet: 'characters' };
	const pretokenizers = stepsOf(spec).map((step) => (step.type === 'ByteLevel' ? { ...step, in_text: true as const } : step));
	return { preTokenizer: { type: 'Sequence', pretokenizers }, alphabet: 'characters' };
}

/** Old files leave the type out: then the fields tell, in the order that models/mod.rs tries. */
function modelType(model: JsonObject, place: Place): ModelType {
	const type = model['type'];
	const known = MODELS.find((name) => name === type);
	if (known) return known;
	if (type !== undefined)
		throw new TongsaError('unsupported', 'unknown tokenizer model', {
			...under(place, 'type'),
			got: JSON.stringify(type),
			allowed: MODELS.join(', '),
		});
	if ('merges' in model) return 'BPE';
	if ('max_input_chars_per_word' in model) return 'WordPiece';
	return Array.isArray(model['vocab']) ? 'Unigram' : 'WordLevel';
}

const BYTE = /^<0x[0-9A-F]{2}>$/;

/** {"token": id} */
function readVocab(model: JsonObject, place: Place, builder: VocabularyBuilder): void {
	const at = under(place, 'vocab');
	const fallback = model['byte_fallback'] === true;
	const vocab = objectAt(model['vocab'], at);
	for (const text in vocab) builder.set(checkId(vocab[text], at.file, at.field), text, fallback && BYTE.test(text) ? 'byte' : 'normal');
}

function markBytes(builder: VocabularyBuilder): void {
	for (let byte = 0; byte < 256; byte++) {
		const id = builder.idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
		if (id !== undefined) builder.setKind(id, 'byte');
	}
}

/** [["piece", score]] in the order of ids. */
function readPieces(model: JsonObject, place: Place, builder: VocabularyBuilder): void {
	const at = under(place, 'vocab');
	const fallback = model['byte_fallback'] === true;
	for (const [id, value] of arrayAt(model['vocab'], at).entries()) {
		const here = { file: at.file, field: `${at.field}[${id}]` };
		const pair = arrayAt(value, here);
		const text = stringAt(pair[0], here);
		builder.set(checkId(id, here.file, here.field), text, fallback && BYTE.test(text) ? 'byte' : 'normal', numberAt(pair[1], here));
	}
}

function unknownOf(model: JsonObject, type: ModelType, builder: VocabularyBuilder, place: Place): number | undefined {
	if (type === 'Unigram') {
		const id = model['unk_id'];
		if (id == null) return undefined;
		const checked = checkId(id, place.file, under(place, 'unk_id').field);
		if (!builder.has(checked)) throw refuse(under(place, 'unk_id'), id, 'an id of the vocabulary');
		return checked;
	}
	const text = model['unk_token'];
	return text == null ? undefined : builder.idOf(stringAt(text, under(place, 'unk_token')));
}

/** Added tokens have the id that the vocabulary gives them, else the file's. */
function readAdded(value: Json, place: Place, builder: VocabularyBuilder): AddedToken[] {
	const items = value == null ? [] : arrayAt(value, place);
	checkAdded(items.length, place.file, place.field);
	return items.flatMap((item, i) => {
		const here = { file: place.file, field: `${place.field}[${i}]` };
		const fields = objectAt(item, here);
		const content = stringAt(fields['content'], under(here, 'content'));
		if (content === '') return [];
		const special = booleanAt(fields['special'], under(here, 'special'));
		const flag = (name: string): boolean => booleanAt(fields[name], under(here, name));
		let id = builder.idOf(content);
		if (id === undefined) {
			id = checkId(fields['id'], here.file, under(here, 'id').field);
			builder.setOutside(id, content, special ? 'control' : 'user');
		} else builder.setKind(id, special ? 'control' : 'user');
		return [
			{
				id,
				content,
				single_word: flag('single_word'),
				lstrip: flag('lstrip'),
				rstrip: flag('rstrip'),
				normalized: flag('normalized'),
				special,
			},
		];
	});
}

/**
 * What stands beside tokenizer.json adds the tokens that it lacks: those described (in the order of their ids), the roles', the extra special
 * ones. Each gets its id from the vocabulary, else the next free one, whatever number stands beside it.
 * transformers tokenization_utils_tokenizers.py (TokenizersBackend.__init__), tokenizers added_vocabulary.rs (add_tokens)
 */
function addBeside(config: TokenizerConfig, own: readonly AddedToken[], builder: VocabularyBuilder): AddedToken[] {
	const known = new Set(own.map(({ content }) => content));
	const roles = new Set(config.roles.values());
	const described = config.added.toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0));
	const plain = [...roles, ...config.extra].map((content) => ({ content, ...PLAIN }));
	const added: AddedToken[] = [];
	for (const { content, single_word, lstrip, rstrip, normalized, ...token } of [...described, ...plain]) {
		if (content === '' || known.has(content)) continue;
		known.add(content);
		const special = token.special || roles.has(content);
		const kind = special ? 'control' : 'user';
		const there = builder.idOf(content);
		const id = there ?? builder.size;
		if (there === undefined) builder.setOutside(id, content, kind);
		else builder.setKind(id, kind);
		added.push({ id, content, single_word, lstrip, rstrip, normalized, special });
	}
	return added;
}

const PLAIN = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

/** Classes that make BERT's normalizer anew from tokenizer_config.json. transformers tokenization_bert.py and its kin */
const BERT_KIN = /^(Bert|DistilBert|Electra|Funnel|LayoutLM|Lxmert|MobileBert|MPNet|ConvBert|SqueezeBert|RetriBert)Tokenizer(Fast)?$/;

/** BERT's normalizer with what the class is told beside it. */
function asBertSays(spec: NormalizerSpec, { fields }: TokenizerConfig): NormalizerSpec {
	const name = fields['tokenizer_class'];
	if (spec.type !== 'BertNormalizer' || typeof name !== 'string' || !BERT_KIN.test(name)) return spec;
	const flag = (key: string, otherwise: boolean): boolean => (typeof fields[key] === 'boolean' ? fields[key] : otherwise);
	const strip = fields['strip_accents'];
	return {
		...spec,
		lowercase: flag('do_lower_case', spec.lowercase),
		handle_chinese_chars: flag('tokenize_chinese_chars', spec.handle_chinese_chars),
		strip_accents: typeof strip === 'boolean' ? strip : strip === null ? null : spec.strip_accents,
	};
}

function modelSpec(
	model: JsonObject,
	type: ModelType,
	builder: VocabularyBuilder,
	unknown: number | undefined,
	alphabet: BpeSpec['alphabet'],
	place: Place,
	merges?: Apart['merges'],
): ModelSpec {
	const vocabulary = builder.build(type === 'Unigram' ? 'f64' : undefined);
	const unknownField = unknown === undefined ? {} : { unknown };
	const flag = (name: string): boolean => booleanAt(model[name] ?? undefined, under(place, name), false);
	switch (type) {
		case 'BPE': {
			// Dropout makes the same text give other ids each time: a training aid.
			if (model['dropout'] != null && model['dropout'] !== 0)
				throw new TongsaError('unsupported', 'BPE dropout', {
					...under(place, 'dropout'),
					got: JSON.stringify(model['dropout']),
					allowed: 'null or 0',
				});
			const mark = (name: string): string | undefined =>
				model[name] == null ? undefined : markAt(model[name], under(place, name)) || undefined;
			const prefix = mark('continuing_subword_prefix');
			const suffix = mark('end_of_word_suffix');
			return {
				type,
				vocabulary,
				merges: {
					type: 'pairs',
					table:
						merges && 'kind' in merges
							? merges
							: readMerges(merges ?? arrayAt(model['merges'], under(place, 'merges')), under(place, 'merges'), builder),
				},
				alphabet,
				...unknownField,
				fuse_unk: flag('fuse_unk'),
				byte_fallback: flag('byte_fallback'),
				ignore_merges: flag('ignore_merges'),
				...(prefix === undefined ? {} : { continuing_subword_prefix: prefix }),
				...(suffix === undefined ? {} : { end_of_word_suffix: suffix }),
			};
		}
		case 'Unigram':
			return { type, vocabulary, ...unknownField, byte_fallback: flag('byte_fallback') };
		case 'WordPiece':
			return {
				type,
				vocabulary,
				...unknownField,
				continuing_subword_prefix: markAt(model['continuing_subword_prefix'], under(place, 'continuing_subword_prefix')),
				max_input_chars_per_word: wholeAt(model['max_input_chars_per_word'], under(place, 'max_input_chars_per_word'), 2 ** 31),
			};
		default:
			return { type, vocabulary, ...unknownField };
	}
}

/** The mark of a word's other pieces, or of its end, has 2 to 4 characters ('##', '</w>'); it is put to every symbol of a text. */
const MAX_MARK = 64;

function markAt(value: Json | undefined, place: Place): string {
	const text = stringAt(value, place);
	if (text.length <= MAX_MARK) return text;
	throw new TongsaError('too-large', "a mark of a word's pieces", {
		...place,
		got: text.length,
		allowed: `at most ${MAX_MARK} characters`,
	});
}

/** ["left right"] or [["left", "right"]]. */
function readMerges(merges: Iterable<Json>, place: Place, builder: VocabularyBuilder): StringTable {
	const parts = createStrings();
	let i = -1;
	for (const merge of merges) {
		const here = { file: place.file, field: `${place.field}[${++i}]` };
		if (typeof merge === 'string' && merge.startsWith('#version')) continue;
		const pair = typeof merge === 'string' ? merge.split(' ') : arrayAt(merge, here);
		if (pair.length !== 2) throw refuse(here, merge, 'two tokens');
		for (const part of pair) {
			const text = stringAt(part, here);
			const at = parts.push(text);
			if (builder.find(parts.bytes, parts.offsets[at]!, parts.offsets[at + 1]!) < 0) throw refuse(here, text, 'a token of the vocabulary');
		}
	}
	return parts.finish();
}

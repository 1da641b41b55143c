// How a model's own files want a text to be read for its sentence vector: the prompt before it, its length, its case, how much of the vector.
// sentence-transformers: config_sentence_transformers.json, sentence_bert_config.json, base/modules/transformer.py; transformers: tokenizer_config.json.

import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { getBoolean, getNumber, getString, type Metadata } from '../formats/get.ts';
import { isObject, type JsonObject, readJsonObject } from '../formats/json.ts';

export interface SentenceSettings {
	/** Name → what stands before a text of that kind: {query: 'query: ', document: 'passage: '}. */
	readonly prompts: ReadonlyMap<string, string>;
	/** What stands before every text, where nothing else is asked for. */
	readonly prompt: string;
	/** Texts are made small letters first. */
	readonly lowerCase: boolean;
	/** Most tokens that the model was tuned for, those that the tokenizer adds included, where the files say. */
	readonly maxTokens?: number;
	/** Only so many of the vector's values are kept; it is not normalised again. */
	readonly dimensions?: number;
}

/** These files have a few hundred bytes; tokenizer_config.json lists added tokens and chat templates. */
const MAX_BYTES = 2 ** 24;
/** Longest context of any model known, eight times over. Tokenizers without a bound state 10^30. */
const MAX_TOKENS = 2 ** 27;
/** Longest prompt: instructions have a few hundred letters. */
const MAX_PROMPT = 2 ** 16;

/** The settings of the class that reads the text, under the names that versions have given them. */
const TRANSFORMER_FILES = ['bert', 'roberta', 'distilbert', 'camembert', 'albert', 'xlm-roberta', 'xlnet'].map(
	(name) => `sentence_${name}_config.json`,
);

export async function sentenceSettings(checkpoint: Checkpoint, signal?: AbortSignal): Promise<SentenceSettings> {
	const read = async (name: string): Promise<Metadata> => {
		const file = checkpoint.assets.get(name);
		const values = file ? await readJsonObject(file, MAX_BYTES, signal) : {};
		return { name: file?.name ?? name, metadata: new Map(Object.entries(values)) };
	};
	const whole = await read('config_sentence_transformers.json');
	const reading = await read(TRANSFORMER_FILES.find((name) => checkpoint.assets.has(name)) ?? TRANSFORMER_FILES[0]!);
	const tokenizer = await read('tokenizer_config.json');
	const prompts = promptsOf(whole);
	const named = getString(whole, 'default_prompt_name');
	const maxTokens = lengthOf(reading, tokenizer, checkpoint);
	const dimensions = getNumber(whole, 'truncate_dim', { min: 1, max: MAX_TOKENS, integer: true });
	return {
		prompts,
		prompt: named === undefined ? '' : (prompts.get(named) ?? missing(whole, named, prompts)),
		lowerCase: getBoolean(reading, 'do_lower_case') ?? false,
		...(maxTokens !== undefined && { maxTokens }),
		...(dimensions !== undefined && { dimensions }),
	};
}

function promptsOf(settings: Metadata): ReadonlyMap<string, string> {
	const stated = settings.metadata.get('prompts');
	const prompts = new Map<string, string>();
	if (!isObject(stated)) return prompts;
	for (const [name, prompt] of Object.entries(stated)) {
		if (prompt === null) continue;
		if (typeof prompt !== 'string' || prompt.length > MAX_PROMPT) {
			throw new TongsaError('malformed', 'a prompt that cannot be', {
				file: settings.name,
				field: `prompts.${name}`,
				allowed: `a text of at most ${MAX_PROMPT} letters`,
			});
		}
		prompts.set(name, prompt);
	}
	return prompts;
}

function missing({ name }: Metadata, got: string, prompts: ReadonlyMap<string, string>): never {
	throw new TongsaError('malformed', 'the default prompt is not among the prompts', {
		file: name,
		field: 'default_prompt_name',
		got,
		allowed: [...prompts.keys()].join(', ') || 'none',
	});
}

/**
 * max_seq_length, or the tokenizer's model_max_length: the settings' own word for it, else tokenizer_config.json's, which is no more than the
 * model's max_position_embeddings.
 */
function lengthOf(reading: Metadata, tokenizer: Metadata, checkpoint: Checkpoint): number | undefined {
	const stated = getNumber(reading, 'max_seq_length', { min: 1, max: MAX_TOKENS, integer: true });
	if (stated !== undefined) return stated;
	const inner = reading.metadata.get('processor_kwargs') ?? reading.metadata.get('tokenizer_args');
	const own = isObject(inner) ? lengthIn(inner) : undefined;
	if (own !== undefined) return own;
	const positions = getNumber(checkpoint, 'max_position_embeddings', { min: -1, max: MAX_TOKENS, integer: true });
	const lengths = [lengthIn(Object.fromEntries(tokenizer.metadata)), positions].filter((length) => length !== undefined && length > 0);
	return lengths.length > 0 ? Math.min(...(lengths as number[])) : undefined;
}

/** A bound beyond every model's context is none. */
function lengthIn(settings: JsonObject): number | undefined {
	const length = settings['model_max_length'];
	return typeof length === 'number' && length >= 1 && length <= MAX_TOKENS ? Math.trunc(length) : undefined;
}

// The sampling options that generate and chat share: words → the library's options.

import { TongsaError } from '../../../src/errors.ts';
import type { GenerateOptions } from '../../../src/generation/generate.ts';
import { checkSampler } from '../../../src/generation/sampler.ts';
import { isDraw, type Sampling, samplerOf } from '../../../src/generation/sampling.ts';
import type { Model } from '../../../src/model.ts';
import { parseExactJson, plainJson } from '../../../src/template/index.ts';
import type { Call } from '../call.ts';

/** Option → the setting's name. */
const SETTINGS = {
	temperature: 'temperature',
	'top-k': 'topK',
	'top-p': 'topP',
	'min-p': 'minP',
	typical: 'typical',
	'repetition-penalty': 'repetition',
	'frequency-penalty': 'frequency',
	'presence-penalty': 'presence',
} as const;

const STANDARD_MAX_TOKENS = 256;
/** Alternatives to a token: as many as OpenAI's API gives. */
const MAX_ALTERNATIVES = 20;

export type Settled = GenerateOptions & { readonly sampler: NonNullable<GenerateOptions['sampler']> };

export function generateOptions(call: Call): Settled {
	const settings = Object.entries(SETTINGS).map(([option, name]) => [name, settingOf(call, option, name)]);
	const bias = call.values('logit-bias').map((word) => readBias(call, word));
	const sampler = samplerOf({
		...Object.fromEntries(settings.filter(([, value]) => value !== undefined)),
		...(bias.length > 0 && { bias: Object.fromEntries(bias) }),
	});
	const given = call.value('seed') === undefined ? undefined : call.integer('seed', 0, 0, 0xffffffff);
	const seed = given ?? (isDraw(sampler) ? crypto.getRandomValues(new Uint32Array(1))[0]! : undefined);
	return {
		maxTokens: call.integer('max-tokens', STANDARD_MAX_TOKENS, 1, 0xffffffff),
		sampler,
		...(seed !== undefined && { seed }),
		stop: call.values('stop').map((text) => stopOf(call, text)),
		logProbabilities: call.integer('log-probabilities', 0, 0, MAX_ALTERNATIVES),
	};
}

/** The schema that --schema names. */
export async function schemaOf(call: Call): Promise<Pick<GenerateOptions, 'schema'>> {
	const path = call.value('schema');
	if (path === undefined) return {};
	const { jsonFile } = await import('./json-file.ts');
	return { schema: (await jsonFile(path, (text) => plainJson(parseExactJson(text)))) as NonNullable<GenerateOptions['schema']> }; // the library checks it
}

function numberOf(call: Call, option: string): number | undefined {
	const text = call.value(option);
	if (text === undefined) return undefined;
	const number = Number(text);
	if (text.trim() === '' || !Number.isFinite(number)) throw call.usage('not a number', { field: `--${option}`, got: text });
	return number;
}

/** A setting within the library's own bounds, which are told by the option's name and before a model is loaded. */
function settingOf(call: Call, option: string, name: keyof Sampling): number | undefined {
	const value = numberOf(call, option);
	if (value === undefined) return undefined;
	const none = name === 'topK' || name === 'minP' ? ', or 0 for none' : '';
	try {
		checkSampler(samplerOf({ [name]: value }), 0);
	} catch (error) {
		if (!(error instanceof TongsaError)) throw error;
		const { got, allowed } = error.detail;
		throw call.usage(error.what, { field: `--${option}`, got: String(got), allowed: `${allowed}${none}` });
	}
	return value;
}

function stopOf(call: Call, text: string): string {
	if (text === '') throw call.usage('an empty text ends nothing', { field: '--stop', got: '""', allowed: 'at least one character' });
	return text;
}

/** Ids that the opened model has not, told by the option's name. */
export function checkBias(call: Call, { table, tokenizer }: Model): void {
	const size = table?.rows ?? tokenizer?.size ?? 0;
	const beyond = call.values('logit-bias').find((word) => readBias(call, word)[0] >= size);
	if (beyond === undefined) return;
	throw call.usage('the model has no such token', { field: '--logit-bias', got: beyond, allowed: `ids from 0 to ${size - 1}` });
}

/** '198=-100' → [198, −100]. */
function readBias(call: Call, word: string): [number, number] {
	const [, id, value] = /^(\d{1,10})=([-+]?[\d.]+)$/.exec(word) ?? [];
	const number = Number(value);
	if (id === undefined || !(Math.abs(number) <= 100)) {
		throw call.usage('not a bias', { field: '--logit-bias', got: word, allowed: 'ID=VALUE, as in 198=-100; values from -100 to 100' });
	}
	return [Number(id), number];
}

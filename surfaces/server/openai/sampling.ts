// Parameters that OpenAI's generating routes share, and what they are to the engine.
// https://platform.openai.com/docs/api-reference/chat/create

import { z } from '@hono/zod-openapi';
import type { Model } from '../../../src/model.ts';
import type { SentenceInput } from '../batch.ts';
import { noEffect, notHonoured } from '../define.ts';
import { stopTexts, type Wanted } from '../generation.ts';
import { Refusal } from '../refusal.ts';

export const model = z.string().min(1).max(1000).openapi({ example: 'smollm2', description: 'A name from /v1/models.' });
/** A token's. */
export const id = z
	.number()
	.int()
	.min(0)
	.max(2 ** 32 - 1);
/** Looked at in one pass: a schema of a union tells of each of a million items in each of its branches why it is none. */
const isId = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
const isListOf = <T>(given: unknown, is: (one: unknown) => one is T): given is T[] =>
	Array.isArray(given) && given.length > 0 && given.every(is);
const isText = (value: unknown): value is string => typeof value === 'string';
const isIds = (value: unknown): value is number[] => isListOf(value, isId);

export const ids = z
	.custom<number[]>((given) => isListOf(given, isId) || (Array.isArray(given) && given.length === 0), {
		error: 'a list of token ids: whole numbers from 0',
	})
	.openapi({ type: 'array', items: { type: 'integer', minimum: 0 } });

/** What is read: checkInputs and idsOf hold it to the limits. */
export const textsOrIds = z
	.custom<string | string[] | number[] | number[][]>(
		(given) => isText(given) || isListOf(given, isText) || isIds(given) || isListOf(given, isIds),
		{ error: 'a text, a list of texts, of token ids, or of lists of token ids; a list has at least one item' },
	)
	.openapi({
		description: 'A text, texts, token ids, or lists of token ids.',
		type: ['string', 'array'],
		items: { anyOf: [{ type: 'string' }, { type: 'integer', minimum: 0 }, { type: 'array', items: { type: 'integer', minimum: 0 } }] },
	});

/** One text, or the ids of one, is a list of one. */
export function inputsOf(given: z.output<typeof textsOrIds>): readonly SentenceInput[] {
	if (typeof given === 'string') return [given];
	return typeof given[0] === 'number' ? [given as number[]] : (given as string[] | number[][]);
}

export const count = (least: number) =>
	z
		.number()
		.int()
		.min(least)
		.max(2 ** 31 - 1);

export const samplingFields = {
	temperature: z.number().min(0).max(2).nullish().openapi({ description: 'Default 1; 0 takes the most probable token each time.' }),
	top_p: z.number().min(0).max(1).nullish().openapi({ description: '0: the most probable token alone.' }),
	top_k: z.number().int().min(0).max(1_000_000).nullish().openapi({ description: "Beside OpenAI's: only the k best; 0 for all." }),
	min_p: z
		.number()
		.min(0)
		.max(1)
		.nullish()
		.openapi({ description: "Beside OpenAI's: only those at least so probable as this part of the best." }),
	frequency_penalty: z.number().min(-2).max(2).nullish(),
	presence_penalty: z.number().min(-2).max(2).nullish(),
	repetition_penalty: z
		.number()
		.gt(0)
		.max(1000)
		.nullish()
		.openapi({ description: "Beside OpenAI's, as vLLM has it: logits of seen tokens are divided by it." }),
	repeat_penalty: z.number().gt(0).max(1000).nullish().openapi({ description: "The same by llama.cpp's name." }),
	repeat_last_n: z
		.number()
		.int()
		.min(-1)
		.max(2 ** 31 - 1)
		.nullish()
		.openapi({ description: "Beside OpenAI's: how many of the latest tokens penalties look at; default 64, -1 for all, 0 for none." }),
	logit_bias: z
		.unknown()
		.refine((bias) => !Object.hasOwn(Object(bias), '__proto__'), { message: "'__proto__' is no token id" }) // records leave it out in silence
		.pipe(z.record(z.string().regex(/^\d{1,10}$/), z.number().min(-100).max(100)).nullish())
		.optional()
		.openapi({
			type: ['object', 'null'],
			additionalProperties: { type: 'number', minimum: -100, maximum: 100 },
			description: 'Token id → what is added to its logit.',
		}),
	seed: z
		.number()
		.int()
		.min(-(2 ** 53))
		.max(2 ** 53)
		.nullish()
		.openapi({ description: 'The same seed gives the same answer.' }),
	stop: z
		.union([z.string(), z.array(z.string()).max(16)])
		.nullish()
		.openapi({ description: 'Texts that end the answer; they are not part of it.' }),
	n: count(1).max(128).nullish(),
	stream: z.boolean().nullish(),
	stream_options: z.strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.literal(false).nullish() }).nullish(),
	user: noEffect('Who asks.'),
	service_tier: notHonoured('there is one tier', 'auto', 'default'),
};

/** What a conversation shares with the one before is always found again, as long as nobody else needs the place. */
export const promptCache = {
	prompt_cache_key: noEffect('The beginning that a conversation shares with the one before is always reused.'),
	prompt_cache_retention: notHonoured('what is kept goes when others need its place', 'in_memory'),
	prompt_cache_options: notHonoured('what is kept goes when others need its place', {}, { mode: 'implicit' }),
};

type SamplingBody = {
	readonly [N in
		| 'temperature'
		| 'top_p'
		| 'top_k'
		| 'min_p'
		| 'frequency_penalty'
		| 'presence_penalty'
		| 'repetition_penalty'
		| 'repeat_penalty'
		| 'repeat_last_n'
		| 'seed']?: number | null | undefined;
} & { readonly stop?: string | string[] | null | undefined; readonly logit_bias?: Record<string, number> | null | undefined };

/** Of choice number `index`: each has a seed of its own, the first the one that was given. */
export function wantedOf(body: SamplingBody, maxTokens: number | undefined, index: number): Wanted {
	const { frequency_penalty: frequency, presence_penalty: presence, logit_bias: bias } = body;
	const repetition = body.repetition_penalty ?? body.repeat_penalty;
	return {
		maxTokens,
		temperature: body.temperature ?? 1,
		...(body.top_p != null && body.top_p < 1 && { topP: body.top_p || Number.MIN_VALUE }),
		...(body.top_k && { topK: body.top_k }),
		...(body.min_p && { minP: body.min_p }),
		...(frequency && { frequency }),
		...(presence && { presence }),
		...(repetition && repetition !== 1 && { repetition }),
		...(body.repeat_last_n != null && { penaltyLast: lastOf(body.repeat_last_n) }),
		...(bias && { bias: Object.fromEntries(Object.entries(bias).map(([id, value]) => [Number(id), value])) }),
		...(body.seed != null && { seed: ((body.seed >>> 0) + index) >>> 0 }),
		stop: stopTexts(body.stop),
	};
}

/** llama.cpp's and Ollama's repeat_last_n: -1 looks at all. */
export const lastOf = (given: number): number => (given < 0 ? Number.MAX_SAFE_INTEGER : given);

/** Ids that no logit stands for, told before anything is sent. */
export function checkBias({ table, tokenizer }: Model, bias: SamplingBody['logit_bias']): void {
	const size = table?.rows ?? tokenizer?.size ?? 0;
	const beyond = Object.keys(bias ?? {}).find((id) => Number(id) >= size);
	if (beyond === undefined) return;
	throw new Refusal(400, `Invalid 'logit_bias': the model has no token ${beyond}; its ids go from 0 to ${size - 1}.`, {
		param: 'logit_bias',
		code: 'invalid_value',
	});
}

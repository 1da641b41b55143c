// POST /v1/completions: goes on from a text or from token ids.
// https://platform.openai.com/docs/api-reference/completions/create

import { z } from '@hono/zod-openapi';
import { notHonoured, post } from '../define.ts';
import { responseFormat, schemaOfResponseFormat } from '../format.ts';
import { checkContext, optionsOf } from '../generation.ts';
import { checkInputs, idsOf } from '../inputs.ts';
import { Refusal } from '../refusal.ts';
import type { Lease } from '../registry.ts';
import type { App, Asked, Service } from '../service.ts';
import { answeredInChoices, type Choice, type Shape, usage } from './choices.ts';
import { completionLogprobs } from './logprobs.ts';
import { checkBias, count, inputsOf, model, samplingFields, textsOrIds, wantedOf } from './sampling.ts';

const body = z
	.strictObject({
		model,
		prompt: textsOrIds.openapi({ example: 'The capital of Korea is' }),
		...samplingFields,
		max_tokens: count(0).nullish().openapi({ description: 'Default 16.' }),
		logprobs: z.number().int().min(0).max(20).nullish(),
		echo: z.boolean().nullish().openapi({ description: 'The prompt before the answer.' }),
		response_format: responseFormat,
		suffix: notHonoured('models are asked to go on, not to fill in', ''),
		best_of: notHonoured('every choice is given; ask for n', 1),
	})
	.openapi('CompletionRequest');

const choice = z.object({
	index: z.number(),
	text: z.string(),
	logprobs: z
		.object({
			tokens: z.array(z.string()),
			token_logprobs: z.array(z.number()),
			top_logprobs: z.array(z.record(z.string(), z.number())).nullable(),
			text_offset: z.array(z.number()),
		})
		.nullable(),
	finish_reason: z.enum(['stop', 'length']).nullable(),
});
const answer = z
	.object({
		id: z.string(),
		object: z.literal('text_completion'),
		created: z.number(),
		model: z.string(),
		system_fingerprint: z.string(),
		choices: z.array(choice),
		usage,
	})
	.openapi('Completion');

type Body = z.output<typeof body>;

/** OpenAI's own default. */
const STANDARD_MAX_TOKENS = 16;

export function completionRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/v1/completions',
			tag: 'OpenAI',
			summary: 'Goes on from a prompt',
			body,
			answer,
			also: { 'text/event-stream': 'With stream: true.' },
		},
		async (asked, c) => {
			if (asked.echo && asked.logprobs != null) {
				throw new Refusal(400, "Invalid 'logprobs': with echo, this server gives none for the prompt; /v1/surprise does.", {
					param: 'logprobs',
					code: 'unsupported_parameter',
				});
			}
			return answeredInChoices(service, c, asked, SHAPE, (lease) => choicesOf(service, c, lease, asked));
		},
	);
}

const SHAPE: Shape = {
	prefix: 'cmpl',
	object: 'text_completion',
	chunk: 'text_completion',
	whole: (text) => ({ text }),
	opening: (echoed) => (echoed ? { text: echoed } : undefined),
	piece: (text) => ({ text }),
	closing: { text: '' },
};

/** n choices a prompt, in OpenAI's order. */
async function choicesOf(service: Service, c: Asked, lease: Lease, asked: Body): Promise<readonly Choice[]> {
	const { model } = lease;
	const { logprobs } = asked;
	const prompts = inputsOf(asked.prompt);
	const schema = await schemaOfResponseFormat(service, c, asked.response_format);
	const n = asked.n ?? 1;
	const maxTokens = asked.max_tokens ?? STANDARD_MAX_TOKENS;
	checkBias(model, asked.logit_bias);
	checkInputs(service, prompts, 'prompt');
	optionsOf(service, { maxTokens }, prompts.length * n); // before anything is made for each
	const { tokenizer } = model;
	const all = await idsOf(service, c, lease, prompts, 'prompt');
	for (const ids of all) checkContext(service, ids.length, 'prompt');
	return all.flatMap((ids, p) => {
		const one = prompts[p]!;
		const text = typeof one === 'string' ? one : (tokenizer?.decode(one) ?? '');
		return Array.from({ length: n }, (_, k): Choice => {
			const score = completionLogprobs(tokenizer, text.length);
			return {
				index: p * n + k,
				first: k === 0,
				ids: ids as readonly number[],
				options: optionsOf(service, { ...wantedOf(asked, maxTokens, k), logProbabilities: logprobs ?? 0, schema }, prompts.length * n),
				echoed: asked.echo ? text : '',
				logprobs: (tokens) => (logprobs == null ? null : score(tokens, logprobs)),
			};
		});
	});
}

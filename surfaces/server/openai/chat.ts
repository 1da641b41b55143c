// POST /v1/chat/completions: a conversation, written by the model's own chat template, and its next turn.
// https://platform.openai.com/docs/api-reference/chat/create, …/chat/streaming

import { z } from '@hono/zod-openapi';
import { noEffect, notHonoured, post } from '../define.ts';
import { responseFormat, schemaOfResponseFormat } from '../format.ts';
import { chatIds, optionsOf } from '../generation.ts';
import { Refusal } from '../refusal.ts';
import type { App, Service } from '../service.ts';
import { answeredInChoices, type Shape, usage } from './choices.ts';
import { chatLogprobs } from './logprobs.ts';
import { message, messagesOf } from './messages.ts';
import { checkBias, count, model, promptCache, samplingFields, wantedOf } from './sampling.ts';

const NO_TOOLS = 'this server calls no tools';

const body = z
	.strictObject({
		model,
		messages: z.array(message).min(1).max(100_000),
		...samplingFields,
		max_tokens: count(1).nullish(),
		max_completion_tokens: count(1).nullish().openapi({ description: 'The newer name of max_tokens.' }),
		logprobs: z.boolean().nullish(),
		top_logprobs: z.number().int().min(0).max(20).nullish(),
		response_format: responseFormat,
		tools: notHonoured(NO_TOOLS, []),
		tool_choice: notHonoured(NO_TOOLS, 'none', 'auto'),
		parallel_tool_calls: notHonoured(NO_TOOLS, true, false),
		functions: notHonoured(NO_TOOLS, []),
		function_call: notHonoured(NO_TOOLS, 'none', 'auto'),
		audio: notHonoured('text only'),
		modalities: notHonoured('text only', ['text']),
		prediction: notHonoured('the engine does not speculate'),
		reasoning_effort: notHonoured('the model has no such setting', 'none'),
		verbosity: notHonoured('the model has no such setting', 'medium'),
		web_search_options: notHonoured('the server reads nothing from the web'),
		store: notHonoured('nothing is stored', false),
		metadata: noEffect('Notes of the caller.'),
		safety_identifier: noEffect('Who asks.'),
		moderation: notHonoured('nothing is judged'),
		...promptCache,
	})
	.openapi('ChatCompletionRequest');

const scored = z.object({ token: z.string(), logprob: z.number(), bytes: z.array(z.number()) });
const answer = z
	.object({
		id: z.string(),
		object: z.literal('chat.completion'),
		created: z.number(),
		model: z.string(),
		system_fingerprint: z.string(),
		choices: z.array(
			z.object({
				index: z.number(),
				message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
				logprobs: z.object({ content: z.array(scored.extend({ top_logprobs: z.array(scored) })), refusal: z.null() }).nullable(),
				finish_reason: z.enum(['stop', 'length']),
			}),
		),
		usage,
	})
	.openapi('ChatCompletion');

type Body = z.output<typeof body>;

export function chatRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/v1/chat/completions',
			tag: 'OpenAI',
			summary: 'The next turn of a conversation',
			body,
			answer,
			also: { 'text/event-stream': 'With stream: true.' },
		},
		async (asked, c) => {
			checkPairs(asked);
			return answeredInChoices(service, c, asked, SHAPE, async (lease) => {
				const { model } = lease;
				checkBias(model, asked.logit_bias);
				const ids = await chatIds(service, c, lease, messagesOf(asked.messages), 'messages');
				const n = asked.n ?? 1;
				const param = asked.max_completion_tokens == null ? 'max_tokens' : 'max_completion_tokens';
				const maxTokens = asked.max_completion_tokens ?? asked.max_tokens ?? undefined;
				const schema = await schemaOfResponseFormat(service, c, asked.response_format);
				return Array.from({ length: n }, (_, index) => ({
					index,
					first: index === 0,
					ids,
					options: optionsOf(
						service,
						{ ...wantedOf(asked, maxTokens, index), logProbabilities: asked.top_logprobs ?? 0, schema },
						n,
						param,
					),
					echoed: '',
					logprobs: (tokens) => (asked.logprobs ? chatLogprobs(model.tokenizer, tokens) : null),
				}));
			});
		},
	);
}

const SHAPE: Shape = {
	prefix: 'chatcmpl',
	object: 'chat.completion',
	chunk: 'chat.completion.chunk',
	head: { service_tier: 'default' },
	whole: (text) => ({ message: { role: 'assistant', content: text, refusal: null } }),
	opening: () => ({ delta: { role: 'assistant', content: '', refusal: null } }),
	piece: (text) => ({ delta: { content: text } }),
	closing: { delta: {} },
};

function checkPairs({ max_tokens, max_completion_tokens, logprobs, top_logprobs }: Body): void {
	if (max_tokens != null && max_completion_tokens != null && max_tokens !== max_completion_tokens) {
		throw new Refusal(400, "Invalid 'max_tokens': max_completion_tokens says another number.", {
			param: 'max_tokens',
			code: 'invalid_value',
		});
	}
	if (top_logprobs && !logprobs) {
		throw new Refusal(400, "Invalid 'top_logprobs': it needs logprobs: true.", { param: 'top_logprobs', code: 'invalid_value' });
	}
}

// POST /v1/chat/completions: a conversation, written by the model's own chat template, and its next turn.
// https://platform.openai.com/docs/api-reference/chat/create, …/chat/streaming

import { z } from '@hono/zod-openapi';
import type { ToolCall, ToolEvent } from '../../../src/generation/tools/types.ts';
import { noEffect, notHonoured, post } from '../define.ts';
import { responseFormat, schemaOfResponseFormat } from '../format.ts';
import { chatIds, optionsOf } from '../generation.ts';
import { Refusal } from '../refusal.ts';
import type { App, Service } from '../service.ts';
import { chatOffer, functionCall, functions, toolChoice, tools } from '../tools/offered.ts';
import { readingOf, templateOptions, templateSettings, thinkingSettings } from '../tools/use.ts';
import { answeredInChoices, type Shape, usage } from './choices.ts';
import { chatLogprobs } from './logprobs.ts';
import { chatMessages, message } from './messages.ts';
import { checkBias, count, model, promptCache, samplingFields, wantedOf } from './sampling.ts';

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
		tools,
		tool_choice: toolChoice,
		parallel_tool_calls: z.boolean().nullish().openapi({ description: 'false: the answer ends with its first call.' }),
		functions,
		function_call: functionCall,
		chat_template_kwargs: templateSettings,
		reasoning_effort: z
			.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'])
			.nullish()
			.openapi({ description: "Goes to a template that reads it; 'none' switches thinking off." }),
		audio: notHonoured('text only'),
		modalities: notHonoured('text only', ['text']),
		prediction: notHonoured('the engine does not speculate'),
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
				message: z.looseObject({
					role: z.literal('assistant'),
					content: z.string().nullable(),
					refusal: z.null(),
					reasoning_content: z.string().optional(),
					tool_calls: z.array(z.looseObject({})).optional(),
				}),
				logprobs: z.object({ content: z.array(scored.extend({ top_logprobs: z.array(scored) })), refusal: z.null() }).nullable(),
				finish_reason: z.enum(['stop', 'length', 'tool_calls', 'function_call']),
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
			return answeredInChoices(service, c, asked, asked.functions?.length ? OLDER : SHAPE, async (lease) => {
				const { model } = lease;
				checkBias(model, asked.logit_bias);
				const offer = chatOffer(asked);
				const reading = await readingOf(model, offer);
				const thinking = await thinkingSettings(model, asked.reasoning_effort ?? undefined, 'reasoning_effort');
				const settings = { ...thinking, ...asked.chat_template_kwargs };
				const ids = await chatIds(service, c, lease, chatMessages(asked.messages), 'messages', templateOptions(offer, settings));
				const n = asked.n ?? 1;
				const param = asked.max_completion_tokens == null ? 'max_tokens' : 'max_completion_tokens';
				const maxTokens = asked.max_completion_tokens ?? asked.max_tokens ?? undefined;
				const schema = await schemaOfResponseFormat(service, c, asked.response_format);
				return Array.from({ length: n }, (_, index) => ({
					index,
					first: index === 0,
					ids,
					options: {
						...optionsOf(service, { ...wantedOf(asked, maxTokens, index), logProbabilities: asked.top_logprobs ?? 0, schema }, n, param),
						reading,
					},
					echoed: '',
					oneCall: !offer.parallel,
					logprobs: (tokens) => (asked.logprobs ? chatLogprobs(model.tokenizer, tokens) : null),
				}));
			});
		},
	);
}

/** A call as the answer has it. */
const callJson = ({ id, name, arguments: text }: ToolCall) => ({ id, type: 'function', function: { name, arguments: text } });

const SHAPE: Shape = {
	prefix: 'chatcmpl',
	object: 'chat.completion',
	chunk: 'chat.completion.chunk',
	head: { service_tier: 'default' },
	calls: 'tool_calls',
	whole: ({ text, reasoning, calls }) => ({
		message: {
			role: 'assistant',
			content: text === '' && calls.length > 0 ? null : text,
			...(reasoning && { reasoning_content: reasoning }),
			refusal: null,
			...(calls.length > 0 && { tool_calls: calls.map(callJson) }),
		},
	}),
	opening: () => ({ delta: { role: 'assistant', content: '', refusal: null } }),
	piece: (event) => {
		const delta = deltaOf(event);
		return delta && { delta };
	},
	closing: { delta: {} },
};

/** The id and the name come with a call's first delta, its arguments after them; all by the call's index. */
function deltaOf(event: ToolEvent): object | undefined {
	switch (event.type) {
		case 'text':
			return { content: event.text };
		case 'reasoning':
			return { reasoning_content: event.text };
		case 'call':
			return { tool_calls: [{ index: event.index, id: event.id, type: 'function', function: { name: event.name, arguments: '' } }] };
		case 'arguments':
			return { tool_calls: [{ index: event.index, function: { arguments: event.text } }] };
		case 'callEnd':
			return undefined;
		default:
			return event satisfies never;
	}
}

/** For requests with `functions`: one call, by the older names. */
const OLDER: Shape = {
	...SHAPE,
	calls: 'function_call',
	whole: ({ text, calls: [call] }) => ({
		message: {
			role: 'assistant',
			content: text === '' && call ? null : text,
			refusal: null,
			...(call && { function_call: { name: call.name, arguments: call.arguments } }),
		},
	}),
	piece(event) {
		if (event.type === 'call') return { delta: { function_call: { name: event.name, arguments: '' } } };
		if (event.type === 'arguments') return { delta: { function_call: { arguments: event.text } } };
		const delta = deltaOf(event);
		return delta && { delta };
	},
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

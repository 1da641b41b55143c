// POST /v1/chat/completions: a conversation, written by the model's own chat template, and its next turn.
// https://platform.openai.com/docs/api-reference/chat/create, …/chat/streaming

import { z } from '@hono/zod-openapi';
import type { GenerateOptions } from '../../../src/generation/generate.ts';
import { noEffect, notHonoured, post } from '../define.ts';
import { responseFormat, schemaOfResponseFormat } from '../format.ts';
import { chatIds, finishReason, optionsOf, runWhole, tokensOf, usageOf } from '../generation.ts';
import { errorBody, Refusal, refusalOf } from '../refusal.ts';
import { type App, type Asked, type Service, type Turn, takeTurn } from '../service.ts';
import { DONE, EVENTS, event, streamed } from '../stream.ts';
import { type ChatLogprobs, chatLogprobs } from './logprobs.ts';
import { message, messagesOf } from './messages.ts';
import { count, model, samplingFields, usage, wantedOf } from './sampling.ts';

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
		reasoning_effort: notHonoured('the model has no such setting'),
		verbosity: notHonoured('the model has no such setting'),
		web_search_options: notHonoured('the server reads nothing from the web'),
		store: notHonoured('nothing is stored', false),
		metadata: noEffect('Notes of the caller.'),
		safety_identifier: noEffect('Who asks.'),
		prompt_cache_key: noEffect('The beginning that a conversation shares with the one before is always reused.'),
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
			const lease = await service.models.acquire(asked.model);
			let turn: Turn | undefined;
			try {
				const ids = await chatIds(service, lease.model, messagesOf(asked.messages), 'messages');
				const options = Array.from({ length: asked.n ?? 1 }, (_, k) => chatOptions(service, asked, k));
				turn = await takeTurn(lease, c.var);
				if (!asked.stream) return await whole(service, c, turn, asked, ids, options).finally(turn.end);
				return stream(service, c, turn, asked, ids, options);
			} catch (error) {
				turn?.end();
				lease.release();
				throw error;
			}
		},
	);
}

function checkPairs({ max_tokens, max_completion_tokens, logprobs, top_logprobs }: Body): void {
	if (max_tokens != null && max_completion_tokens != null && max_tokens !== max_completion_tokens) {
		throw new Refusal(400, "Invalid 'max_tokens': max_completion_tokens says another number.", {
			param: 'max_tokens',
			code: 'invalid_value',
		});
	}
	if (top_logprobs != null && !logprobs) {
		throw new Refusal(400, "Invalid 'top_logprobs': it needs logprobs: true.", { param: 'top_logprobs', code: 'invalid_value' });
	}
}

function chatOptions(service: Service, asked: Body, k: number): GenerateOptions {
	const wanted = wantedOf(asked, asked.max_completion_tokens ?? asked.max_tokens ?? undefined, k);
	return optionsOf(
		service,
		{ ...wanted, top: asked.top_logprobs ?? 0, schema: schemaOfResponseFormat(asked.response_format) },
		asked.n ?? 1,
	);
}

function headOf(service: Service, { id }: Turn) {
	return {
		id: service.newId('chatcmpl'),
		created: service.epochSeconds(),
		model: id,
		service_tier: 'default' as const,
		system_fingerprint: `tongsa-${service.version}`,
	};
}

type Run = readonly GenerateOptions[];

async function whole(service: Service, c: Asked, turn: Turn, asked: Body, ids: readonly number[], runs: Run): Promise<Response> {
	const choices = [];
	let made = 0;
	let reused = 0;
	for (const [index, options] of runs.entries()) {
		const { tokens, text, finish } = await runWhole(tokensOf(service, c, turn, ids, options));
		made += tokens.length;
		if (index === 0) reused = finish.reused;
		choices.push({
			index,
			message: { role: 'assistant', content: text, refusal: null },
			logprobs: asked.logprobs ? chatLogprobs(turn.model.tokenizer, tokens) : null,
			finish_reason: finishReason(finish),
		});
	}
	return c.json({ ...headOf(service, turn), object: 'chat.completion', choices, usage: usageOf(ids.length, made, reused) });
}

function stream(service: Service, c: Asked, turn: Turn, asked: Body, ids: readonly number[], runs: Run): Response {
	const head = { ...headOf(service, turn), object: 'chat.completion.chunk' as const };
	const wantsUsage = asked.stream_options?.include_usage === true;
	const noUsage = wantsUsage ? { usage: null } : {};
	return streamed(
		c,
		EVENTS,
		async (write) => {
			try {
				let made = 0;
				let reused = 0;
				for (const [index, options] of runs.entries()) {
					const piece = (delta: object, logprobs: ChatLogprobs | null = null, finish_reason: string | null = null) =>
						write(event({ ...head, choices: [{ index, delta, logprobs, finish_reason }], ...noUsage }));
					piece({ role: 'assistant', content: '', refusal: null });
					const { finish, tokens } = await runWhole(
						tokensOf(service, c, turn, ids, options),
						(token) => {
							const logprobs = asked.logprobs ? chatLogprobs(turn.model.tokenizer, [token]) : null;
							if (token.text || logprobs) piece({ content: token.text }, logprobs);
						},
						(rest) => piece({ content: rest }),
					);
					made += tokens.length;
					if (index === 0) reused = finish.reused;
					piece({}, null, finishReason(finish));
				}
				if (wantsUsage) write(event({ ...head, choices: [], usage: usageOf(ids.length, made, reused) }));
				write(DONE);
			} finally {
				turn.end();
			}
		},
		(error, write) => write(event(errorBody(refusalOf(error)))),
	);
}

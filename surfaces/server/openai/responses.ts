// POST /v1/responses, for text: the same engine behind OpenAI's newer shape, with its events.
// https://platform.openai.com/docs/api-reference/responses/create, …/responses-streaming

import { z } from '@hono/zod-openapi';
import { noEffect, notHonoured, post } from '../define.ts';
import { schemaOfTextFormat, textFormat } from '../format.ts';
import { answered, chatIds, finishReason, type Message, optionsOf, runWhole, type Whole } from '../generation.ts';
import { errorBody, refusalOf } from '../refusal.ts';
import type { App, Service } from '../service.ts';
import { EVENTS, event } from '../stream.ts';
import { messagesOf } from './messages.ts';
import { count, model, promptCache, wantedOf } from './sampling.ts';

const NO_TOOLS = 'this server calls no tools';

const part = z.strictObject({
	type: z.enum(['input_text', 'output_text'], { error: 'the types are input_text and output_text: this server reads text only' }),
	text: z.string(),
	annotations: noEffect('Notes beside a text.'),
	logprobs: noEffect('Of an earlier answer.'),
});
const item = z.strictObject({
	type: z.literal('message', { error: `the type is message: ${NO_TOOLS}` }).optional(),
	id: noEffect('Of an earlier answer.'),
	status: noEffect('Of an earlier answer.'),
	phase: noEffect('Of an earlier answer.'),
	role: z.enum(['system', 'developer', 'user', 'assistant']),
	content: z.union([z.string(), z.array(part)]),
});

const body = z
	.strictObject({
		model,
		input: z.union([z.string(), z.array(item).min(1).max(100_000)]),
		instructions: z.string().nullish(),
		max_output_tokens: count(1).nullish(),
		temperature: z.number().min(0).max(2).nullish(),
		top_p: z.number().min(0).max(1).nullish(),
		stream: z.boolean().nullish(),
		stream_options: z.strictObject({ include_obfuscation: z.literal(false).nullish() }).nullish(),
		store: notHonoured('nothing is stored', false),
		previous_response_id: notHonoured('nothing is stored: give the whole conversation as input'),
		conversation: notHonoured('nothing is stored: give the whole conversation as input'),
		background: notHonoured('nothing is stored', false),
		prompt: notHonoured('nothing is stored'),
		tools: notHonoured(NO_TOOLS, []),
		tool_choice: notHonoured(NO_TOOLS, 'none', 'auto'),
		parallel_tool_calls: notHonoured(NO_TOOLS, true, false),
		max_tool_calls: notHonoured(NO_TOOLS),
		text: z
			.strictObject({ format: textFormat.nullish(), verbosity: notHonoured('the model has no such setting', 'medium') })
			.nullish()
			.openapi({ description: 'Its format: text, a JSON object, or JSON that satisfies a schema.' }),
		reasoning: notHonoured('the model has no such setting', {}, { effort: 'none' }),
		include: notHonoured('there is nothing more to include', []),
		truncation: notHonoured('nothing is cut in silence', 'disabled'),
		top_logprobs: notHonoured('ask /v1/chat/completions', 0),
		service_tier: notHonoured('there is one tier', 'auto', 'default'),
		metadata: z.record(z.string(), z.string()).nullish(),
		user: noEffect('Who asks.'),
		safety_identifier: noEffect('Who asks.'),
		moderation: notHonoured('nothing is judged'),
		context_management: notHonoured('nothing is cut in silence', []),
		...promptCache,
	})
	.openapi('ResponseRequest', { example: { model: 'smollm2', input: 'Say hello in Korean.', store: false } });

const answer = z
	.looseObject({
		id: z.string(),
		object: z.literal('response'),
		status: z.enum(['completed', 'incomplete', 'in_progress', 'failed']),
		model: z.string(),
		output: z.array(
			z.looseObject({ type: z.literal('message'), role: z.literal('assistant'), content: z.array(z.looseObject({ text: z.string() })) }),
		),
	})
	.openapi('Response');

type Body = z.output<typeof body>;

export function responseRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/v1/responses',
			tag: 'OpenAI',
			summary: 'An answer, in the newer shape',
			body,
			answer,
			also: { 'text/event-stream': 'With stream: true.' },
		},
		async (asked, c) => {
			const shape = shapes(service, asked);
			let number = 0;
			const named = (type: string, more: object) => event({ type, sequence_number: number++, ...more }, type);
			return answered(service, c, asked.model, asked.stream === true, {
				type: EVENTS,
				async prepare(lease) {
					const schema = await schemaOfTextFormat(service, c, asked.text?.format);
					const options = optionsOf(
						service,
						{ ...wantedOf(asked, asked.max_output_tokens ?? undefined, 0), schema },
						1,
						'max_output_tokens',
					);
					return { ids: await chatIds(service, c, lease, conversationOf(asked), 'input'), options };
				},
				whole: async (turn, { ids, options }) => shape.done(await runWhole(service, c, turn, ids, options), ids.length),
				async pieces(turn, { ids, options }, write) {
					const { item, part, place } = shape;
					write(named('response.created', { response: shape.begun }));
					write(named('response.in_progress', { response: shape.begun }));
					write(named('response.output_item.added', { output_index: 0, item: item('in_progress') }));
					write(named('response.content_part.added', { ...place, part: part('') }));
					const whole = await runWhole(service, c, turn, ids, options, (delta) => {
						if (delta) write(named('response.output_text.delta', { ...place, delta, logprobs: [] }));
					});
					const done = shape.done(whole, ids.length);
					write(named('response.output_text.done', { ...place, text: whole.text, logprobs: [] }));
					write(named('response.content_part.done', { ...place, part: part(whole.text) }));
					write(named('response.output_item.done', { output_index: 0, item: done.output[0] }));
					write(named(`response.${done.status}`, { response: done }));
				},
				broken: (error) => named('response.failed', { response: shape.failed(error) }),
			});
		},
	);
}

function conversationOf({ input, instructions }: Body): readonly Message[] {
	const given = messagesOf(typeof input === 'string' ? [{ role: 'user', content: input }] : input);
	return instructions ? [{ role: 'system', content: instructions }, ...given] : given;
}

/** The objects that an answer is made of; those of one answer share their ids. */
function shapes(service: Service, asked: Body) {
	const itemId = service.newId('msg');
	const head = {
		id: service.newId('resp'),
		object: 'response' as const,
		created_at: service.epochSeconds(),
		model: asked.model,
		instructions: asked.instructions ?? null,
		max_output_tokens: asked.max_output_tokens ?? null,
		temperature: asked.temperature ?? 1,
		top_p: asked.top_p ?? 1,
		metadata: asked.metadata ?? {},
		parallel_tool_calls: false,
		previous_response_id: null,
		reasoning: { effort: null, summary: null },
		store: false,
		text: { format: asked.text?.format ?? { type: 'text' } },
		tool_choice: 'none',
		tools: [],
		truncation: 'disabled',
		error: null,
	};
	const part = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
	const item = (status: 'in_progress' | 'completed' | 'incomplete', text?: string) => ({
		id: itemId,
		type: 'message',
		status,
		role: 'assistant',
		content: text === undefined ? [] : [part(text)],
	});
	return {
		/** Where the text of the one item stands. */
		place: { item_id: itemId, output_index: 0, content_index: 0 },
		part,
		item,
		begun: { ...head, status: 'in_progress', incomplete_details: null, output: [] },
		failed: (error: unknown) => {
			const { code, message } = errorBody(refusalOf(error)).error;
			return {
				...head,
				status: 'failed',
				error: { code: code ?? 'server_error', message },
				incomplete_details: null,
				output: [],
			};
		},
		done: ({ text, tokens, finish }: Whole, promptTokens: number) => {
			const reason = finishReason(finish);
			const status = reason === 'stop' ? ('completed' as const) : ('incomplete' as const);
			return {
				...head,
				status,
				incomplete_details: reason === 'stop' ? null : { reason: 'max_output_tokens' },
				output: [item(status, text)],
				usage: {
					input_tokens: promptTokens,
					input_tokens_details: { cached_tokens: finish.reused, cache_write_tokens: 0 },
					output_tokens: tokens.length,
					output_tokens_details: { reasoning_tokens: 0 },
					total_tokens: promptTokens + tokens.length,
				},
			};
		},
	};
}

// POST /v1/responses, for text and function calls: the same engine behind OpenAI's newer shape, with its events.
// https://platform.openai.com/docs/api-reference/responses/create, …/responses-streaming

import { z } from '@hono/zod-openapi';
import { noEffect, notHonoured, post, route } from '../define.ts';
import { schemaOfTextFormat, textFormat } from '../format.ts';
import { answered, chatIds, finishReason, optionsOf } from '../generation.ts';
import { Refusal } from '../refusal.ts';
import type { Lease } from '../registry.ts';
import type { App, Asked, Service } from '../service.ts';
import { EVENTS, event } from '../stream.ts';
import { blockAnswer } from '../tools/answer.ts';
import { type Effort, readingOf, templateOptions, templateSettings, thinkingSettings } from '../tools/use.ts';
import { type Item, item, messagesOf, responseOffer, toolChoice, tools } from './response-items.ts';
import { responseShape } from './response-shape.ts';
import { createResponseStore, type ResponseStore } from './response-store.ts';
import { count, model, promptCache, wantedOf } from './sampling.ts';

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
		store: z
			.boolean()
			.nullish()
			.openapi({ description: 'Default true: a later request may go on from this answer, until the server stops.' }),
		previous_response_id: z.string().max(200).nullish().openapi({ description: 'The answer that this request goes on from.' }),
		conversation: notHonoured('give previous_response_id, or the whole conversation as input'),
		background: notHonoured('an answer is given at once', false),
		prompt: notHonoured('no prompts are stored'),
		tools,
		tool_choice: toolChoice,
		parallel_tool_calls: z.boolean().nullish().openapi({ description: 'false: the answer ends with its first call.' }),
		max_tool_calls: notHonoured('this server has no tools of its own'),
		chat_template_kwargs: templateSettings,
		text: z
			.strictObject({ format: textFormat.nullish(), verbosity: notHonoured('the model has no such setting', 'medium') })
			.nullish()
			.openapi({ description: 'Its format: text, a JSON object, or JSON that satisfies a schema.' }),
		reasoning: z
			.strictObject({
				effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish(),
				summary: notHonoured('thinking is given whole', 'auto'),
				generate_summary: notHonoured('thinking is given whole', 'auto'),
			})
			.nullish()
			.openapi({ description: "Its effort goes to a template that reads it; 'none' switches thinking off." }),
		include: notHonoured('there is nothing more to include', [], ['reasoning.encrypted_content']),
		truncation: z
			.enum(['auto', 'disabled'])
			.nullish()
			.openapi({ description: 'auto: what does not fit the context loses its beginning. disabled (the default): it is refused.' }),
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
		output: z.array(z.looseObject({ type: z.enum(['message', 'reasoning', 'function_call']), id: z.string() })),
	})
	.openapi('Response');

type Body = z.output<typeof body>;

export function responseRoutes(app: App, service: Service): void {
	const store = createResponseStore();
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
			const offer = responseOffer(asked.tools, asked.tool_choice, asked.parallel_tool_calls !== false);
			const said = saidIn(store, asked, c);
			const shape = responseShape(headOf(service, asked), service.newId);
			let number = 0;
			const named = (type: string, more: object) => event({ type, sequence_number: number++, ...more }, type);
			/** The whole answer, kept where it may be gone on from. */
			const finished = (found: Awaited<ReturnType<typeof blockAnswer>>, prompt: number) => {
				const done = shape.done(found, prompt, finishReason(found.finish));
				if (asked.store !== false) store.keep({ client: c.var.client, response: done, items: [...said, ...(done.output as Item[])] });
				return done;
			};
			return answered(service, c, asked.model, asked.stream === true, {
				type: EVENTS,
				async prepare(lease) {
					const schema = await schemaOfTextFormat(service, c, asked.text?.format);
					const wanted = { ...wantedOf(asked, asked.max_output_tokens ?? undefined, 0), schema };
					const options = optionsOf(service, wanted, 1, 'max_output_tokens');
					const reading = await readingOf(lease.model, offer);
					const effort: Effort | undefined = asked.reasoning?.effort ?? undefined;
					const settings = { ...(await thinkingSettings(lease.model, effort, 'reasoning.effort')), ...asked.chat_template_kwargs };
					return {
						ids: await promptIds(service, c, lease, asked, said, templateOptions(offer, settings)),
						options: { ...options, reading },
					};
				},
				async whole(turn, { ids, options }) {
					return finished(await blockAnswer(service, c, turn, ids, options, !offer.parallel), ids.length);
				},
				async pieces(turn, { ids, options }, write) {
					write(named('response.created', { response: shape.begun }));
					write(named('response.in_progress', { response: shape.begun }));
					const found = await blockAnswer(service, c, turn, ids, options, !offer.parallel, (step) => {
						for (const [type, more] of shape.eventsOf(step)) write(named(type, more));
					});
					const done = finished(found, ids.length);
					write(named(`response.${done.status}`, { response: done }));
				},
				broken: (error) => named('response.failed', { response: shape.failed(error) }),
			});
		},
	);
	const one = { path: '/v1/responses/{id}', tag: 'OpenAI' as const };
	const gone = z.object({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) });
	route(app, one, {
		get: {
			summary: 'An answer that was stored',
			answer,
			handle: async (c) => c.json(store.find(c.req.param('id')!, c.var.client, 'id').response),
		},
		delete: {
			summary: 'Forgets it',
			answer: gone,
			async handle(c) {
				const { id } = store.find(c.req.param('id')!, c.var.client, 'id').response;
				store.forget(id);
				return c.json({ id, object: 'response', deleted: true });
			},
		},
	});
}

/** What was said before and is said now. */
function saidIn(store: ResponseStore, { input, previous_response_id: previous }: Body, c: Asked): readonly Item[] {
	const before = previous == null ? [] : store.find(previous, c.var.client, 'previous_response_id').items;
	return [...before, ...(typeof input === 'string' ? [{ role: 'user' as const, content: input }] : input)];
}

/** The prompt; with `truncation: auto` as much of the conversation's end as leaves room for the answer. */
async function promptIds(
	service: Service,
	c: Asked,
	lease: Lease,
	{ instructions, truncation, max_output_tokens: room }: Body,
	said: readonly Item[],
	options: ReturnType<typeof templateOptions>,
): Promise<readonly number[]> {
	const first = instructions ? [{ role: 'system', content: instructions }] : [];
	const messages = messagesOf(said);
	const most = service.settings.context - Math.min(room ?? 1, service.settings.context >> 1);
	/** The conversation from a message on; undefined where it is too long. */
	async function from(start: number): Promise<readonly number[] | undefined> {
		// A result without its call says nothing.
		const kept = messages.slice(start + Math.max(0, start === 0 ? 0 : messages.slice(start).findIndex(({ role }) => role !== 'tool')));
		try {
			const ids = await chatIds(service, c, lease, [...first, ...kept], 'input', options);
			return ids.length <= most ? ids : undefined;
		} catch (error) {
			if (error instanceof Refusal && error.detail.code === 'context_length_exceeded') return undefined;
			throw error;
		}
	}
	if (truncation !== 'auto') return chatIds(service, c, lease, [...first, ...messages], 'input', options);
	const whole = await from(0);
	if (whole) return whole;
	// The earliest message from which it fits, by halves: each try renders the conversation.
	let low = 1;
	let high = Math.max(1, messages.length - 1);
	while (low < high) {
		const middle = (low + high) >> 1;
		if (await from(middle)) high = middle;
		else low = middle + 1;
	}
	return (await from(low)) ?? chatIds(service, c, lease, [...first, ...messages.slice(-1)], 'input', options);
}

/** What an answer says of its request. */
function headOf(service: Service, asked: Body) {
	return {
		id: service.newId('resp'),
		object: 'response' as const,
		created_at: service.epochSeconds(),
		model: asked.model,
		instructions: asked.instructions ?? null,
		max_output_tokens: asked.max_output_tokens ?? null,
		temperature: asked.temperature ?? 1,
		top_p: asked.top_p ?? 1,
		metadata: asked.metadata ?? {},
		parallel_tool_calls: asked.parallel_tool_calls !== false,
		previous_response_id: asked.previous_response_id ?? null,
		reasoning: { effort: asked.reasoning?.effort ?? null, summary: null },
		store: asked.store !== false,
		text: { format: asked.text?.format ?? { type: 'text' } },
		tool_choice: asked.tool_choice ?? 'auto',
		tools: asked.tools ?? [],
		truncation: asked.truncation ?? 'disabled',
		error: null,
	};
}

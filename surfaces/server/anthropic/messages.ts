// POST /v1/messages, /v1/messages/count_tokens: Anthropic's API, whole and as events.
// https://docs.anthropic.com/en/api/messages, …/messages-streaming, …/messages-count-tokens

import { z } from '@hono/zod-openapi';
import { noEffect, notHonoured, post } from '../define.ts';
import { answered, chatIds, finishReason, optionsOf } from '../generation.ts';
import { count, model, wantedOf } from '../openai/sampling.ts';
import { refusalOf } from '../refusal.ts';
import type { Lease } from '../registry.ts';
import { type App, type Asked, type Service, withLease } from '../service.ts';
import { EVENTS, event } from '../stream.ts';
import { type BlockAnswer, blockAnswer } from '../tools/answer.ts';
import type { Block, Step } from '../tools/blocks.ts';
import { readingOf, templateOptions, templateSettings, thinkingSettings } from '../tools/use.ts';
import { anthropicOffer, message, messagesOf, system, toolChoice, tools } from './content.ts';
import { anthropicError } from './errors.ts';

const conversation = {
	model,
	messages: z.array(message).min(1).max(32_768),
	system,
	tools,
	tool_choice: toolChoice,
	thinking: z
		.discriminatedUnion('type', [
			z.strictObject({ type: z.literal('enabled'), budget_tokens: count(1).optional(), display: noEffect('Thinking is given whole.') }),
			z.strictObject({ type: z.literal('adaptive'), display: noEffect('Thinking is given whole.') }),
			z.strictObject({ type: z.literal('disabled') }),
		])
		.nullish()
		.openapi({ description: 'Whether to think, for models whose template asks. The budget is not held.' }),
	chat_template_kwargs: templateSettings,
	cache_control: noEffect('The beginning that a conversation shares with the one before is always reused.'),
};

const body = z
	.strictObject({
		...conversation,
		max_tokens: count(1),
		stop_sequences: z.array(z.string()).max(16).nullish(),
		stream: z.boolean().nullish(),
		temperature: z.number().min(0).max(2).nullish(),
		top_p: z.number().min(0).max(1).nullish(),
		top_k: z.number().int().min(0).max(1_000_000).nullish(),
		metadata: noEffect('Who asks.'),
		service_tier: notHonoured('there is one tier', 'auto', 'standard_only'),
		container: notHonoured('this server has no tools of its own'),
		context_management: notHonoured('nothing is cut in silence'),
		mcp_servers: notHonoured('this server has no tools of its own', []),
		inference_geo: noEffect('Where it is computed: here.'),
	})
	.openapi('AnthropicRequest', {
		example: { model: 'smollm2', max_tokens: 64, messages: [{ role: 'user', content: 'Say hello in Korean.' }] },
	});

const answer = z
	.looseObject({
		id: z.string(),
		type: z.literal('message'),
		role: z.literal('assistant'),
		model: z.string(),
		content: z.array(z.looseObject({ type: z.enum(['text', 'thinking', 'tool_use']) })),
		stop_reason: z.string().nullable(),
		usage: z.looseObject({ input_tokens: z.number(), output_tokens: z.number() }),
	})
	.openapi('AnthropicMessageAnswer');

type Conversation = z.output<z.ZodObject<typeof conversation>>;

/** @returns the prompt, and how the answer is read */
async function prepared(service: Service, c: Asked, lease: Lease, asked: Conversation) {
	const offer = anthropicOffer(asked.tools, asked.tool_choice);
	const reading = await readingOf(lease.model, offer);
	const wanted = asked.thinking == null ? undefined : asked.thinking.type !== 'disabled';
	const settings = { ...(await thinkingSettings(lease.model, wanted, 'thinking')), ...asked.chat_template_kwargs };
	const ids = await chatIds(service, c, lease, messagesOf(asked.messages, asked.system), 'messages', templateOptions(offer, settings));
	return { ids, reading, oneCall: !offer.parallel };
}

export function messageRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/v1/messages',
			tag: 'Anthropic',
			summary: 'The next turn of a conversation',
			body,
			answer,
			also: { 'text/event-stream': 'With stream: true.' },
		},
		async (asked, c) => {
			const head = { id: service.newId('msg'), type: 'message', role: 'assistant', model: asked.model };
			const stops = asked.stop_sequences ?? [];
			const tell = (type: string, more: object) => event({ type, ...more }, type);
			return answered(service, c, asked.model, asked.stream === true, {
				type: EVENTS,
				async prepare(lease) {
					const { stop_sequences: stop, ...given } = asked;
					const options = optionsOf(service, wantedOf({ ...given, stop }, asked.max_tokens, 0));
					const { ids, reading, oneCall } = await prepared(service, c, lease, asked);
					return { ids, options: { ...options, reading }, oneCall };
				},
				async whole(turn, { ids, options, oneCall }) {
					const found = await blockAnswer(service, c, turn, ids, options, oneCall);
					return {
						...head,
						content: found.blocks.filter(({ whole }) => whole).map(contentOf),
						...endOf(found, stops),
						usage: usageOf(found, ids.length),
					};
				},
				async pieces(turn, { ids, options, oneCall }, write) {
					const usage = { input_tokens: ids.length, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
					write(tell('message_start', { message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage } }));
					const found = await blockAnswer(service, c, turn, ids, options, oneCall, (step) => {
						for (const [type, more] of eventsOf(step)) write(tell(type, { index: step.block.index, ...more }));
					});
					write(tell('message_delta', { delta: endOf(found, stops), usage: usageOf(found, ids.length) }));
					write(tell('message_stop', {}));
				},
				broken: (error) => event(anthropicError(refusalOf(error)), 'error'),
			});
		},
	);
	post(
		app,
		{
			path: '/v1/messages/count_tokens',
			tag: 'Anthropic',
			summary: 'How many tokens a conversation has',
			body: z.strictObject(conversation).openapi('AnthropicCountRequest'),
			answer: z.object({ input_tokens: z.number() }),
		},
		(asked, c) =>
			withLease(service, asked.model, async (lease) => c.json({ input_tokens: (await prepared(service, c, lease, asked)).ids.length })),
	);
}

function contentOf({ kind, text, id, name }: Block): object {
	if (kind === 'text') return { type: 'text', text };
	if (kind === 'reasoning') return { type: 'thinking', thinking: text, signature: '' };
	return { type: 'tool_use', id, name, input: JSON.parse(text || '{}') as unknown };
}

/** What a block begins as, and how its pieces are called. */
const BLOCKS = {
	text: { begin: () => ({ type: 'text', text: '' }), delta: (text: string) => ({ type: 'text_delta', text }) },
	reasoning: {
		begin: () => ({ type: 'thinking', thinking: '', signature: '' }),
		delta: (thinking: string) => ({ type: 'thinking_delta', thinking }),
	},
	call: {
		begin: ({ id, name }: Block) => ({ type: 'tool_use', id, name, input: {} }),
		delta: (partial_json: string) => ({ type: 'input_json_delta', partial_json }),
	},
};

function* eventsOf(step: Step): Generator<readonly [string, object]> {
	const { begin, delta } = BLOCKS[step.block.kind];
	if (step.type === 'open') yield ['content_block_start', { content_block: begin(step.block) }];
	else if (step.type === 'more') yield ['content_block_delta', { delta: delta(step.text) }];
	else yield ['content_block_stop', {}];
}

function endOf({ finish, calls }: BlockAnswer, stops: readonly string[]) {
	const { stoppedBy } = finish;
	if (finishReason(finish) === 'length') return { stop_reason: 'max_tokens', stop_sequence: null };
	if (calls) return { stop_reason: 'tool_use', stop_sequence: null };
	return stoppedBy !== undefined && stops.includes(stoppedBy)
		? { stop_reason: 'stop_sequence', stop_sequence: stoppedBy }
		: { stop_reason: 'end_turn', stop_sequence: null };
}

const usageOf = ({ finish, made }: BlockAnswer, prompt: number) => ({
	input_tokens: prompt - finish.reused,
	cache_creation_input_tokens: 0,
	cache_read_input_tokens: finish.reused,
	output_tokens: made,
});

// POST /api/generate, /api/chat: whole, or line by line.
// https://github.com/ollama/ollama/blob/main/docs/api.md

import { z } from '@hono/zod-openapi';
import type { ToolCall, ToolEvent } from '../../../src/generation/tools/types.ts';
import type { TemplateOptions } from '../../../src/model.ts';
import { notHonoured, post } from '../define.ts';
import { ollamaFormat, schemaOfOllamaFormat } from '../format.ts';
import { answered, chatIds, finishReason, type Message, optionsOf, runWhole, type Whole } from '../generation.ts';
import { idsOf } from '../inputs.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import type { Lease } from '../registry.ts';
import { type App, type Asked, type Service, withLease } from '../service.ts';
import { LINES, line } from '../stream.ts';
import { type Offer, offerOf, toolOf, tools } from '../tools/offered.ts';
import { replyReader } from '../tools/reply.ts';
import { readingOf, templateOptions, thinkingSettings } from '../tools/use.ts';
import { keepAlive, keepFor } from './keep-alive.ts';
import { modelName } from './models.ts';
import { options, wantedOf } from './options.ts';

/** Each takes a token at least. */
const MOST_MESSAGES = 32_768;

const common = {
	model: z.string().min(1).max(1000),
	stream: z.boolean().optional().openapi({ description: 'Default true: a JSON object a line.' }),
	options,
	format: ollamaFormat,
	think: z
		.union([z.boolean(), z.enum(['low', 'medium', 'high'])], { error: 'true, false, low, medium or high' })
		.optional()
		.openapi({ description: 'Whether to think, for models whose template asks.' }),
	keep_alive: keepAlive,
	truncate: notHonoured('nothing is cut in silence', false),
	shift: notHonoured('an answer ends where the context ends', false),
	logprobs: notHonoured('ask /v1/chat/completions', false),
	top_logprobs: notHonoured('ask /v1/chat/completions', 0),
};

const generateBody = z
	.strictObject({
		...common,
		prompt: z.string().optional(),
		system: z.string().optional(),
		raw: z.boolean().optional().openapi({ description: 'Without the chat template.' }),
		suffix: notHonoured('models are asked to go on, not to fill in', ''),
		images: notHonoured('text only', []),
		template: notHonoured("the model's own template is used; for another one render it and set raw", ''),
		context: notHonoured('give the whole conversation to /api/chat', []),
	})
	.openapi('OllamaGenerateRequest');

const calledFunction = z.strictObject({
	index: z.number().optional(),
	name: z.string(),
	arguments: z.record(z.string(), z.unknown()).optional(),
	description: z.string().optional(),
});
const message = z.strictObject({
	role: z.enum(['system', 'user', 'assistant', 'tool'], { error: 'the roles are system, user, assistant and tool' }),
	content: z.string().optional(),
	images: notHonoured('text only', []),
	tool_calls: z
		.array(z.strictObject({ id: z.string().optional(), type: z.literal('function').optional(), function: calledFunction }))
		.max(128)
		.optional()
		.openapi({ description: 'What the assistant called.' }),
	thinking: z.string().optional().openapi({ description: "The assistant's, for templates that read it." }),
	tool_name: z.string().optional().openapi({ description: 'The tool that this is the result of.' }),
	tool_call_id: z.string().optional().openapi({ description: 'The call that this is the result of.' }),
});
const chatBody = z
	.strictObject({ ...common, messages: z.array(message).max(MOST_MESSAGES).optional(), tools })
	.openapi('OllamaChatRequest');

/** Calls of Ollama's conversations have no ids: a result belongs to the call before it. */
function messagesOf(given: readonly z.output<typeof message>[]): readonly Message[] {
	return given.map(({ role, content = '', thinking, tool_calls = [], tool_name, tool_call_id }, i) => ({
		role,
		content,
		...(thinking && { reasoning_content: thinking }),
		...(tool_calls.length > 0 && {
			tool_calls: tool_calls.map((call, k) => ({
				id: call.id ?? `call_${i}_${k}`,
				type: 'function' as const,
				function: { name: call.function.name, arguments: call.function.arguments ?? {} },
			})),
		}),
		...(tool_name && { name: tool_name }),
		...(tool_call_id && { tool_call_id }),
	}));
}

const timings = {
	model: z.string(),
	created_at: z.string(),
	done: z.boolean(),
	done_reason: z.string().optional(),
	total_duration: z.number().optional(),
	prompt_eval_count: z.number().optional(),
	eval_count: z.number().optional(),
};
const also = { 'application/x-ndjson': 'Unless stream: false.' };

export function generateRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/api/generate',
			tag: 'Ollama',
			summary: 'An answer to a prompt',
			body: generateBody,
			answer: z.looseObject({ ...timings, response: z.string() }),
			also,
		},
		async (asked, c) => {
			const { raw = false, system = '', prompt = '' } = asked;
			const shape = (part: Part) => ({ response: part.text, ...(part.thinking && { thinking: part.thinking }) });
			if (raw && system) throw refused('system', 'with raw, the prompt is taken as it is');
			if (!prompt) return loaded(service, c, asked, shape);
			return spoken(service, c, asked, shape, NO_TOOLS, async (lease, options) => {
				const { model } = lease;
				const template = !raw && (await model.chatTemplate()) !== undefined;
				if (!template && system) throw refused('system', 'the model has no chat template to put it in');
				if (!template) return (await idsOf(service, c, lease, [prompt], 'prompt'))[0] as readonly number[];
				const turns: readonly Message[] = system ? [{ role: 'system', content: system }] : [];
				return chatIds(service, c, lease, [...turns, { role: 'user', content: prompt }], 'prompt', options);
			});
		},
	);
	post(
		app,
		{
			path: '/api/chat',
			tag: 'Ollama',
			summary: 'The next turn of a conversation',
			body: chatBody,
			answer: z.looseObject({ ...timings, message: z.looseObject({ role: z.string(), content: z.string() }) }),
			also,
		},
		async (asked, c) => {
			const { messages = [] } = asked;
			const shape = ({ text, thinking, calls }: Part) => ({
				message: {
					role: 'assistant',
					content: text,
					...(thinking && { thinking }),
					...(calls && { tool_calls: calls.map(callJson) }),
				},
			});
			if (messages.length === 0) return loaded(service, c, asked, shape);
			const offer = offerOf(
				(asked.tools ?? []).map((tool) => toolOf(tool.function)),
				'auto',
				true,
			);
			return spoken(service, c, asked, shape, offer, (lease, options) =>
				chatIds(service, c, lease, messagesOf(messages), 'messages', options),
			);
		},
	);
}

const NO_TOOLS: Offer = { tools: [], choice: 'none', parallel: true };

const callJson = ({ id, index, name, arguments: text }: ToolCall) => ({
	id,
	function: { index, name, arguments: JSON.parse(text) as unknown },
});

const refused = (param: string, why: string) =>
	new Refusal(400, `Invalid '${param}': this server does not support it: ${why}`, { param, code: 'unsupported_parameter' });

type Common = Pick<z.output<typeof generateBody>, 'model' | 'stream' | 'options' | 'format' | 'keep_alive' | 'think'>;
/** What a piece of an answer adds. */
interface Part {
	readonly text: string;
	readonly thinking?: string;
	readonly calls?: readonly ToolCall[] | undefined;
}
type Shape = (part: Part) => object;

const partOf = ({ model }: Common, shape: Shape, part: Part, more: object) => ({
	model,
	created_at: new Date().toISOString(),
	...shape(part),
	...more,
});

/** A request without a prompt only wants the model opened, or with a keep_alive of 0 closed. */
async function loaded(service: Service, c: Asked, asked: Common, shape: Shape): Promise<Response> {
	return withLease(service, await modelName(service, asked.model), async ({ keep }) => {
		const closes = keepFor(keep, asked.keep_alive) === 0;
		return c.json(partOf(asked, shape, { text: '' }, { done: true, done_reason: closes ? 'unload' : 'load' }));
	});
}

async function spoken(
	service: Service,
	c: Asked,
	asked: Common,
	shape: Shape,
	offer: Offer,
	promptOf: (lease: Lease, options: TemplateOptions) => Promise<readonly number[]>,
): Promise<Response> {
	const name = await modelName(service, asked.model);
	const part = (added: Part, more: object) => partOf(asked, shape, added, more);
	return answered(service, c, name, asked.stream !== false, {
		type: LINES,
		async prepare(lease) {
			keepFor(lease.keep, asked.keep_alive);
			const wanted = { ...wantedOf(asked.options), schema: await schemaOfOllamaFormat(service, c, asked.format) };
			const options = optionsOf(service, wanted, 1, 'options.num_predict');
			const reading = await readingOf(lease.model, offer);
			const ids = await promptOf(lease, templateOptions(offer, await thinkingSettings(lease.model, asked.think, 'think')));
			const room = (asked.options?.num_ctx ?? Number.POSITIVE_INFINITY) - ids.length;
			if (room < 1) throw refused('options.num_ctx', `the prompt has ${ids.length} tokens, and nothing is cut in silence`);
			return { ids, options: { ...options, maxTokens: Math.min(options.maxTokens!, room), reading }, loaded: service.now() };
		},
		async whole(turn, { ids, options, loaded }) {
			const clock = stopwatch(service, c, loaded);
			const reading = replyReader(options.reading !== undefined);
			const whole = await runWhole(service, c, turn, ids, options, (more, _, events) => {
				clock.token();
				reading.read(more, events);
			});
			const { text, reasoning, calls } = reading.reply;
			const answer = { text, ...(reasoning && { thinking: reasoning }), ...(calls.length > 0 && { calls }) };
			return part(answer, clock.end(ids.length, whole));
		},
		async pieces(turn, { ids, options, loaded }, write) {
			const clock = stopwatch(service, c, loaded);
			const reading = replyReader(options.reading !== undefined);
			/** A call is told once it is whole: Ollama's clients read no pieces of one. */
			const tell = (events: readonly ToolEvent[]) => {
				for (const event of events) {
					const added = addedBy(event, reading.reply.calls);
					if (added) write(line(part(added, { done: false })));
				}
			};
			const whole = await runWhole(service, c, turn, ids, options, (more, _, events) => {
				clock.token();
				tell(reading.read(more, events));
			});
			write(line(part({ text: '' }, clock.end(ids.length, whole))));
		},
		broken: (error) => line({ error: refusalOf(error).message }),
	});
}

function addedBy(event: ToolEvent, calls: readonly ToolCall[]): Part | undefined {
	if (event.type === 'text') return { text: event.text };
	if (event.type === 'reasoning') return { text: '', thinking: event.text };
	return event.type === 'callEnd' ? { text: '', calls: calls.filter(({ index }) => index === event.index) } : undefined;
}

/** Ollama's last piece: why the answer ended, and its durations in nanoseconds. */
function stopwatch({ now }: Service, c: Asked, loaded: number) {
	const began = now();
	let first: number | undefined;
	const nanoseconds = (ms: number) => Math.round(ms * 1e6);
	return {
		token: () => void (first ??= now()),
		end(promptTokens: number, { finish, tokens }: Whole) {
			const over = now();
			return {
				done: true,
				done_reason: finishReason(finish),
				total_duration: nanoseconds(over - c.var.began),
				load_duration: nanoseconds(loaded - c.var.began),
				prompt_eval_count: promptTokens,
				prompt_eval_duration: nanoseconds((first ?? over) - began),
				eval_count: tokens.length,
				eval_duration: nanoseconds(over - (first ?? over)),
			};
		},
	};
}

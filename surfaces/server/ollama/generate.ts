// POST /api/generate, /api/chat: whole, or line by line.
// https://github.com/ollama/ollama/blob/main/docs/api.md

import { z } from '@hono/zod-openapi';
import { notHonoured, post } from '../define.ts';
import { ollamaFormat, schemaOfOllamaFormat } from '../format.ts';
import { answered, chatIds, finishReason, type Message, optionsOf, runWhole, type Whole } from '../generation.ts';
import { idsOf } from '../inputs.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import type { Lease } from '../registry.ts';
import { type App, type Asked, type Service, withLease } from '../service.ts';
import { LINES, line } from '../stream.ts';
import { keepAlive, keepFor } from './keep-alive.ts';
import { modelName } from './models.ts';
import { options, wantedOf } from './options.ts';

const common = {
	model: z.string().min(1).max(1000),
	stream: z.boolean().optional().openapi({ description: 'Default true: a JSON object a line.' }),
	options,
	format: ollamaFormat,
	think: notHonoured('the model has no such setting', false),
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

const message = z.strictObject({
	role: z.enum(['system', 'user', 'assistant'], { error: 'the roles are system, user and assistant: this server calls no tools' }),
	content: z.string(),
	images: notHonoured('text only', []),
	tool_calls: notHonoured('this server calls no tools', []),
	thinking: notHonoured('the model has no such setting', ''),
	tool_name: notHonoured('this server calls no tools', ''),
	tool_call_id: notHonoured('this server calls no tools', ''),
});
const chatBody = z
	.strictObject({ ...common, messages: z.array(message).max(100_000).optional(), tools: notHonoured('this server calls no tools', []) })
	.openapi('OllamaChatRequest');

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
			const shape = (text: string) => ({ response: text });
			if (raw && system) throw refused('system', 'with raw, the prompt is taken as it is');
			if (!prompt) return loaded(service, c, asked, shape);
			return spoken(service, c, asked, shape, async (lease) => {
				const { model } = lease;
				const template = !raw && (await model.chatTemplate()) !== undefined;
				if (!template && system) throw refused('system', 'the model has no chat template to put it in');
				if (!template) return (await idsOf(service, c, lease, [prompt], 'prompt'))[0] as readonly number[];
				const turns: readonly Message[] = system ? [{ role: 'system', content: system }] : [];
				return chatIds(service, c, lease, [...turns, { role: 'user', content: prompt }], 'prompt');
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
			answer: z.looseObject({ ...timings, message: z.object({ role: z.string(), content: z.string() }) }),
			also,
		},
		async (asked, c) => {
			const { messages = [] } = asked;
			const shape = (text: string) => ({ message: { role: 'assistant', content: text } });
			if (messages.length === 0) return loaded(service, c, asked, shape);
			return spoken(service, c, asked, shape, (lease) => chatIds(service, c, lease, messages, 'messages'));
		},
	);
}

const refused = (param: string, why: string) =>
	new Refusal(400, `Invalid '${param}': this server does not support it: ${why}`, { param, code: 'unsupported_parameter' });

type Common = Pick<z.output<typeof generateBody>, 'model' | 'stream' | 'options' | 'format' | 'keep_alive'>;
type Shape = (text: string) => object;

const partOf = ({ model }: Common, shape: Shape, text: string, more: object) => ({
	model,
	created_at: new Date().toISOString(),
	...shape(text),
	...more,
});

/** A request without a prompt only wants the model opened, or with a keep_alive of 0 closed. */
async function loaded(service: Service, c: Asked, asked: Common, shape: Shape): Promise<Response> {
	return withLease(service, await modelName(service, asked.model), async ({ keep }) => {
		const closes = keepFor(keep, asked.keep_alive) === 0;
		return c.json(partOf(asked, shape, '', { done: true, done_reason: closes ? 'unload' : 'load' }));
	});
}

async function spoken(
	service: Service,
	c: Asked,
	asked: Common,
	shape: Shape,
	promptOf: (lease: Lease) => Promise<readonly number[]>,
): Promise<Response> {
	const name = await modelName(service, asked.model);
	const part = (text: string, more: object) => partOf(asked, shape, text, more);
	return answered(service, c, name, asked.stream !== false, {
		type: LINES,
		async prepare(lease) {
			keepFor(lease.keep, asked.keep_alive);
			const wanted = { ...wantedOf(asked.options), schema: await schemaOfOllamaFormat(service, c, asked.format) };
			const options = optionsOf(service, wanted, 1, 'options.num_predict');
			const ids = await promptOf(lease);
			const room = (asked.options?.num_ctx ?? Number.POSITIVE_INFINITY) - ids.length;
			if (room < 1) throw refused('options.num_ctx', `the prompt has ${ids.length} tokens, and nothing is cut in silence`);
			return { ids, options: { ...options, maxTokens: Math.min(options.maxTokens!, room) }, loaded: service.now() };
		},
		async whole(turn, { ids, options, loaded }) {
			const clock = stopwatch(service, c, loaded);
			const whole = await runWhole(service, c, turn, ids, options, clock.token);
			return part(whole.text, clock.end(ids.length, whole));
		},
		async pieces(turn, { ids, options, loaded }, write) {
			const clock = stopwatch(service, c, loaded);
			const whole = await runWhole(service, c, turn, ids, options, (text) => {
				clock.token();
				if (text) write(line(part(text, { done: false })));
			});
			write(line(part('', clock.end(ids.length, whole))));
		},
		broken: (error) => line({ error: refusalOf(error).message }),
	});
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

// POST /api/generate, /api/chat: whole, or line by line.
// https://github.com/ollama/ollama/blob/main/docs/api.md

import { z } from '@hono/zod-openapi';
import type { GeneratedToken } from '../../../src/generation/generate.ts';
import type { Model } from '../../../src/model.ts';
import { noEffect, notHonoured, post } from '../define.ts';
import { ollamaFormat, schemaOfOllamaFormat } from '../format.ts';
import { chatIds, finishReason, type Message, optionsOf, promptIds, runWhole, tokensOf, type Whole } from '../generation.ts';
import { refusalOf } from '../refusal.ts';
import { type App, type Asked, type Service, type Turn, takeTurn } from '../service.ts';
import { LINES, line, streamed } from '../stream.ts';
import { modelName } from './models.ts';
import { options, wantedOf } from './options.ts';

const common = {
	model: z.string().min(1).max(1000),
	stream: z.boolean().optional().openapi({ description: 'Default true: a JSON object a line.' }),
	options,
	format: ollamaFormat,
	think: notHonoured('the model has no such setting', false),
	keep_alive: noEffect("How long models stay open is the server's setting."),
	logprobs: notHonoured('ask /v1/chat/completions', false),
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
		(asked, c) =>
			answered(
				service,
				c,
				asked,
				(text) => ({ response: text }),
				async (model) => {
					if (!asked.prompt) return undefined;
					const template = !asked.raw && (await model.chatTemplate()) !== undefined;
					if (!template) return promptIds(service, model, asked.prompt, 'prompt');
					const system: Message[] = asked.system ? [{ role: 'system', content: asked.system }] : [];
					return chatIds(service, model, [...system, { role: 'user', content: asked.prompt }], 'prompt');
				},
			),
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
		(asked, c) =>
			answered(
				service,
				c,
				asked,
				(text) => ({ message: { role: 'assistant', content: text } }),
				async (model) => (asked.messages?.length ? chatIds(service, model, asked.messages, 'messages') : undefined),
			),
	);
}

type Common = Pick<z.output<typeof generateBody>, 'model' | 'stream' | 'options' | 'format'>;

/** `idsOf`: the prompt; undefined where the request only wants the model opened. */
async function answered(
	service: Service,
	c: Asked,
	asked: Common,
	shape: (text: string) => object,
	idsOf: (model: Model) => Promise<readonly number[] | undefined>,
): Promise<Response> {
	const lease = await service.models.acquire(await modelName(service, asked.model));
	let turn: Turn | undefined;
	try {
		const loaded = service.now();
		const ids = await idsOf(lease.model);
		const part = (text: string, more: object) => ({ model: asked.model, created_at: new Date().toISOString(), ...shape(text), ...more });
		if (!ids) {
			lease.release();
			return c.json(part('', { done: true, done_reason: 'load' }));
		}
		const settings = optionsOf(service, { ...wantedOf(asked.options), schema: schemaOfOllamaFormat(asked.format) });
		const mine = (turn = await takeTurn(lease, c.var));
		const clock = stopwatch(service, c, loaded);
		const run = (onToken?: (token: GeneratedToken) => void, onRest?: (text: string) => void) =>
			runWhole(
				tokensOf(service, c, mine, ids, settings),
				(token) => {
					clock.token();
					onToken?.(token);
				},
				onRest,
			);
		const end = (whole: Whole) => ({ done: true, done_reason: finishReason(whole.finish), ...clock.end(ids.length, whole.tokens.length) });
		if (asked.stream === false) {
			const whole = await run().finally(mine.end);
			return c.json(part(whole.text, end(whole)));
		}
		return streamed(
			c,
			LINES,
			async (write) => {
				try {
					const piece = (text: string) => text && write(line(part(text, { done: false })));
					const whole = await run(({ text }) => piece(text), piece);
					write(line(part('', end(whole))));
				} finally {
					mine.end();
				}
			},
			(error, write) => write(line({ error: refusalOf(error).message })),
		);
	} catch (error) {
		turn?.end();
		lease.release();
		throw error;
	}
}

/** Ollama's durations, in nanoseconds. */
function stopwatch({ now }: Service, c: Asked, loaded: number) {
	const began = now();
	let first: number | undefined;
	const nanoseconds = (ms: number) => Math.round(ms * 1e6);
	return {
		token: () => (first ??= now()),
		end(promptTokens: number, tokens: number) {
			const over = now();
			return {
				total_duration: nanoseconds(over - c.var.began),
				load_duration: nanoseconds(loaded - c.var.began),
				prompt_eval_count: promptTokens,
				prompt_eval_duration: nanoseconds((first ?? over) - began),
				eval_count: tokens,
				eval_duration: nanoseconds(over - (first ?? over)),
			};
		},
	};
}

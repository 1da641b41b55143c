// POST /v1/completions: goes on from a text or from token ids.
// https://platform.openai.com/docs/api-reference/completions/create

import { z } from '@hono/zod-openapi';
import type { GeneratedToken } from '../../../src/generation/generate.ts';
import { notHonoured, post } from '../define.ts';
import { responseFormat, schemaOfResponseFormat } from '../format.ts';
import { finishReason, optionsOf, promptIds, runWhole, tokensOf, usageOf } from '../generation.ts';
import { checkInputs, countTokens } from '../inputs.ts';
import { errorBody, Refusal, refusalOf } from '../refusal.ts';
import { type App, type Asked, type Service, type Turn, takeTurn } from '../service.ts';
import { DONE, EVENTS, event, streamed } from '../stream.ts';
import { completionLogprobs } from './logprobs.ts';
import { count, id, model, samplingFields, usage, wantedOf } from './sampling.ts';

const body = z
	.strictObject({
		model,
		prompt: z.union([z.string(), z.array(z.string()).min(1), z.array(id).min(1), z.array(z.array(id).min(1)).min(1)]).openapi({
			description: 'A text, texts, token ids, or lists of token ids.',
			example: 'The capital of Korea is',
		}),
		...samplingFields,
		max_tokens: count(0).nullish().openapi({ description: 'Default 16.' }),
		logprobs: z.number().int().min(0).max(20).nullish(),
		echo: z.boolean().nullish().openapi({ description: 'The prompt before the answer.' }),
		response_format: responseFormat,
		suffix: notHonoured('models are asked to go on, not to fill in'),
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
			const lease = await service.models.acquire(asked.model);
			const turn = await takeTurn(lease, c.var);
			try {
				const choices = choicesOf(service, turn, asked);
				if (!asked.stream) return await whole(service, c, turn, choices).finally(turn.end);
				return stream(service, c, turn, asked, choices);
			} catch (error) {
				turn.end();
				throw error;
			}
		},
	);
}

interface Choice {
	readonly index: number;
	/** Of its prompt's. */
	readonly first: boolean;
	/** Among the prompts. */
	readonly prompt: number;
	readonly ids: readonly number[];
	readonly options: ReturnType<typeof optionsOf>;
	readonly echoed: string;
	readonly score: (tokens: readonly GeneratedToken[]) => ReturnType<ReturnType<typeof completionLogprobs>> | null;
}

/** n choices a prompt, in OpenAI's order. */
function choicesOf(service: Service, { model }: Turn, asked: Body): readonly Choice[] {
	const { prompt, logprobs } = asked;
	const prompts =
		typeof prompt === 'string' ? [prompt] : typeof prompt[0] === 'number' ? [prompt as number[]] : (prompt as (string | number[])[]);
	const schema = schemaOfResponseFormat(asked.response_format);
	const n = asked.n ?? 1;
	const maxTokens = asked.max_tokens ?? STANDARD_MAX_TOKENS;
	checkInputs(service, prompts, 'prompt');
	countTokens(service, model, prompts, 'prompt');
	optionsOf(service, { maxTokens }, prompts.length * n); // before anything is made for each
	return prompts.flatMap((one, p) => {
		const ids = promptIds(service, model, one, 'prompt');
		const text = typeof one === 'string' ? one : (model.tokenizer?.decode(one) ?? '');
		return Array.from({ length: n }, (_, k): Choice => {
			const index = p * n + k;
			const wanted = wantedOf(asked, maxTokens, k);
			const scores = completionLogprobs(model.tokenizer, text.length);
			return {
				index,
				first: k === 0,
				prompt: p,
				ids,
				options: optionsOf(service, { ...wanted, top: logprobs ?? 0, schema }, prompts.length * n),
				echoed: asked.echo ? text : '',
				score: (tokens) => (logprobs == null ? null : scores(tokens, logprobs)),
			};
		});
	});
}

const promptTokens = (choices: readonly Choice[]): number =>
	[...new Map(choices.map(({ prompt, ids }) => [prompt, ids.length])).values()].reduce((a, b) => a + b, 0);

function headOf(service: Service, { id }: Turn) {
	return {
		id: service.newId('cmpl'),
		object: 'text_completion' as const,
		created: service.epochSeconds(),
		model: id,
		system_fingerprint: `tongsa-${service.version}`,
	};
}

async function whole(service: Service, c: Asked, turn: Turn, choices: readonly Choice[]): Promise<Response> {
	const done: z.output<typeof choice>[] = [];
	let made = 0;
	let reused = 0;
	for (const { index, first, ids, options, echoed, score } of choices) {
		const { tokens, text, finish } = await runWhole(tokensOf(service, c, turn, ids, options));
		made += tokens.length;
		if (first) reused += finish.reused;
		done.push({ index, text: echoed + text, logprobs: score(tokens), finish_reason: finishReason(finish) });
	}
	return c.json({ ...headOf(service, turn), choices: done, usage: usageOf(promptTokens(choices), made, reused) });
}

function stream(service: Service, c: Asked, turn: Turn, asked: Body, choices: readonly Choice[]): Response {
	const head = headOf(service, turn);
	const wantsUsage = asked.stream_options?.include_usage === true;
	const noUsage = wantsUsage ? { usage: null } : {};
	return streamed(
		c,
		EVENTS,
		async (write) => {
			try {
				let made = 0;
				let reused = 0;
				for (const { index, first, ids, options, echoed, score } of choices) {
					const piece = (text: string, logprobs: unknown, finish_reason: string | null) =>
						write(event({ ...head, choices: [{ index, text, logprobs, finish_reason }], ...noUsage }));
					if (echoed) piece(echoed, null, null);
					const { finish, tokens } = await runWhole(
						tokensOf(service, c, turn, ids, options),
						(token) => {
							const logprobs = score([token]);
							if (token.text || logprobs) piece(token.text, logprobs, null);
						},
						(rest) => piece(rest, null, null),
					);
					made += tokens.length;
					if (first) reused += finish.reused;
					piece('', null, finishReason(finish));
				}
				if (wantsUsage) write(event({ ...head, choices: [], usage: usageOf(promptTokens(choices), made, reused) }));
				write(DONE);
			} finally {
				turn.end();
			}
		},
		(error, write) => write(event(errorBody(refusalOf(error)))),
	);
}

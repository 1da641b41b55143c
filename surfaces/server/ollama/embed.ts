// POST /api/embed: one vector a text, cut to what the model takes unless told otherwise, as Ollama does.

import { z } from '@hono/zod-openapi';
import { notHonoured, post } from '../define.ts';
import { checkInputs, idsOf } from '../inputs.ts';
import { Refusal } from '../refusal.ts';
import { type App, countTokens, type Service, withLease } from '../service.ts';
import { checkValues, vectorsAnswer } from '../vectors-answer.ts';
import { keepAlive, keepFor } from './keep-alive.ts';
import { modelName } from './models.ts';

const body = z
	.strictObject({
		model: z.string().min(1).max(1000),
		input: z.union([z.string(), z.array(z.string()).min(1)]),
		truncate: z.boolean().optional().openapi({ description: 'Default true: too long a text loses its end. false: it is refused.' }),
		dimensions: z
			.number()
			.int()
			.min(1)
			.max(2 ** 20)
			.optional(),
		options: notHonoured('a vector has no such settings', {}),
		keep_alive: keepAlive,
	})
	.openapi('OllamaEmbedRequest');

export function embedRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/api/embed',
			tag: 'Ollama',
			summary: 'Texts → sentence vectors',
			body,
			answer: z.object({
				model: z.string(),
				embeddings: z.array(z.array(z.number())),
				total_duration: z.number(),
				prompt_eval_count: z.number(),
			}),
		},
		async (asked, c) =>
			withLease(service, await modelName(service, asked.model), async (lease) => {
				keepFor(lease.keep, asked.keep_alive);
				const loaded = service.now();
				const texts = typeof asked.input === 'string' ? [asked.input] : asked.input;
				checkInputs(service, texts);
				const values = texts.length * (asked.dimensions ?? lease.model.table?.width ?? 0);
				checkValues(service, values, 'input');
				const ids = await idsOf(service, c, lease, texts, 'input');
				const options = asked.dimensions === undefined ? {} : { dimensions: asked.dimensions };
				const { vectors, tokens, truncated } = await lease.sentences(ids, options, c.var);
				if (asked.truncate === false && truncated.includes(true)) throw new Refusal(400, 'input length exceeds the context length');
				const read = tokens.reduce((a, b) => a + b, 0);
				countTokens(service, c, lease.id, 'prompt', read);
				const answer = {
					model: asked.model,
					embeddings: vectors,
					total_duration: Math.round((service.now() - c.var.began) * 1e6),
					load_duration: Math.round((loaded - c.var.began) * 1e6),
					prompt_eval_count: read,
				};
				return vectorsAnswer(service, c, answer, values);
			}),
	);
}

// POST /v1/embeddings: one vector a text, pooled as the model's own files say. Nothing is truncated: too long a text is refused.
// https://platform.openai.com/docs/api-reference/embeddings/create

import { z } from '@hono/zod-openapi';
import { noEffect, post } from '../define.ts';
import { checkInputs, idsOf } from '../inputs.ts';
import { Refusal } from '../refusal.ts';
import { type App, countTokens, type Service, withLease } from '../service.ts';
import { base64, checkValues, vectorsAnswer } from '../vectors-answer.ts';
import { count, inputsOf, model, textsOrIds } from './sampling.ts';

const body = z
	.strictObject({
		model,
		input: textsOrIds.openapi({ example: ['I love you so much.', '너를 정말 많이 사랑해.'] }),
		encoding_format: z.enum(['float', 'base64']).nullish(),
		dimensions: count(1).nullish().openapi({ description: 'Only the first so many values, of length 1 again.' }),
		user: noEffect('Who asks.'),
	})
	.openapi('EmbeddingsRequest');

const answer = z
	.object({
		object: z.literal('list'),
		data: z.array(z.object({ object: z.literal('embedding'), index: z.number(), embedding: z.union([z.array(z.number()), z.string()]) })),
		model: z.string(),
		usage: z.object({ prompt_tokens: z.number(), total_tokens: z.number() }),
	})
	.openapi('Embeddings');

export function embeddingRoutes(app: App, service: Service): void {
	post(app, { path: '/v1/embeddings', tag: 'OpenAI', summary: 'Texts → sentence vectors', body, answer }, (asked, c) =>
		withLease(service, asked.model, async (lease) => {
			const inputs = inputsOf(asked.input);
			checkInputs(service, inputs);
			const values = inputs.length * (asked.dimensions ?? lease.model.table?.width ?? 0);
			if (asked.encoding_format !== 'base64') checkValues(service, values, 'input');
			const ids = await idsOf(service, c, lease, inputs, 'input');
			const options = asked.dimensions == null ? {} : { dimensions: asked.dimensions };
			const { vectors, tokens, truncated } = await lease.sentences(ids, options, c.var);
			const cut = truncated.indexOf(true);
			if (cut >= 0) {
				throw new Refusal(400, `Invalid 'input[${cut}]': the text is longer than the ${tokens[cut]} tokens that the model takes.`, {
					param: `input[${cut}]`,
					code: 'context_length_exceeded',
				});
			}
			const read = tokens.reduce((a, b) => a + b, 0);
			countTokens(service, c, lease.id, 'prompt', read);
			const one = (vector: Float32Array, index: number) => ({
				object: 'embedding',
				index,
				embedding: asked.encoding_format === 'base64' ? base64(vector) : vector,
			});
			const usage = { prompt_tokens: read, total_tokens: read };
			return vectorsAnswer(service, c, { object: 'list', data: vectors.map(one), model: lease.id, usage }, values);
		}),
	);
}

// POST /v1/embed, /v1/nearest, /v1/sentence: the embedding matrix, from any vector back to tokens, and one vector a text.

import { z } from '@hono/zod-openapi';
import { shortestFloat32s } from '../../../src/tensor/print.ts';
import { embedJson, nearestJson } from '../../protocol/vectors.ts';
import { post } from '../define.ts';
import { checkInputs, idsOf } from '../inputs.ts';
import { base64 } from '../openai/embeddings.ts';
import { Refusal } from '../refusal.ts';
import { type App, type Service, withLease } from '../service.ts';
import { encodeOptions, ids, model, provenance, special, textOrIds, textOrIdsOf } from './fields.ts';

const encoding = z.enum(['float', 'base64']).optional().openapi({ description: 'base64: little-endian float32.' });

const embedBody = z.strictObject({ model, ...textOrIds, special, encoding }).openapi('EmbedRequest');
const nearestBody = z
	.strictObject({
		model,
		word: z.string().optional(),
		vector: z
			.array(z.number())
			.max(2 ** 20)
			.optional(),
		plus: z.array(z.string()).max(1000).optional(),
		minus: z.array(z.string()).max(1000).optional(),
		top: z.number().int().min(1).max(1000).optional().openapi({ description: 'Default 10.' }),
		metric: z.enum(['cosine', 'dot']).optional(),
		table: z.enum(['input', 'output']).optional().openapi({ description: 'The table that text enters by, or leaves by.' }),
	})
	.openapi('NearestRequest', { example: { model: 'smollm2', word: ' love', top: 5 } });
const sentenceBody = z
	.strictObject({
		model,
		input: z.union([z.string(), z.array(z.string()).min(1)]),
		pooling: z.enum(['mean', 'cls', 'last']).optional(),
		normalize: z.boolean().optional(),
		dimensions: z
			.number()
			.int()
			.min(1)
			.max(2 ** 20)
			.optional(),
		encoding,
	})
	.openapi('SentenceRequest');

const numbers = z.union([z.array(z.number()), z.string()]);
const match = z.object({ id: z.number(), text: z.string(), score: z.number() });

export function vectorRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/v1/embed',
			tag: 'Tongsa',
			summary: 'The embedding matrix: one row of the table a token',
			body: embedBody,
			answer: z.object({
				shape: z.array(z.number()).length(2),
				ids,
				tokens: z.array(z.string()),
				rows: z.array(z.array(z.number())).optional(),
				data: z.string().optional().openapi({ description: 'With encoding base64, in place of rows.' }),
				provenance,
			}),
		},
		(asked, c) =>
			withLease(service, asked.model, async ({ model }) => {
				const [input] = idsOf(service, model, [textOrIdsOf(asked)], asked.ids ? 'ids' : 'text', { options: encodeOptions(asked.special) });
				const embedding = await model.embed(input!, { signal: c.var.signal });
				if (asked.encoding !== 'base64') return c.json(embedJson(embedding));
				const { data, ...rest } = embedding;
				return c.json({ ...rest, data: base64(data) });
			}),
	);
	post(
		app,
		{
			path: '/v1/nearest',
			tag: 'Tongsa',
			summary: 'A word, a vector, or words added and subtracted → the nearest tokens of the whole table',
			body: nearestBody,
			answer: z.object({
				matches: z.array(match),
				metric: z.enum(['cosine', 'dot']),
				table: z.enum(['input', 'output']),
				tied: z.boolean(),
				provenance,
			}),
		},
		({ model: name, word, vector, plus, minus, top, metric, table }, c) =>
			withLease(service, name, async ({ model }) => {
				const given = [word, vector, plus || minus ? true : undefined].filter((one) => one !== undefined);
				if (given.length !== 1) {
					throw new Refusal(400, "Give exactly one of 'word', 'vector', or 'plus' and 'minus'.", { param: 'word', code: 'invalid_value' });
				}
				const most = service.settings['max-trace-tokens'];
				const words = { word: word === undefined ? [] : [word], plus: plus ?? [], minus: minus ?? [] };
				for (const [param, texts] of Object.entries(words)) idsOf(service, model, texts, param, { most });
				const query = { ...(word !== undefined && { word }), ...(vector && { vector }), ...(plus && { plus }), ...(minus && { minus }) };
				const options = { ...(top && { top }), ...(metric && { metric }), ...(table && { table }), signal: c.var.signal };
				return c.json(await nearestJson(model, query, options));
			}),
	);
	post(
		app,
		{
			path: '/v1/sentence',
			tag: 'Tongsa',
			summary: 'Texts → one vector each, with pooling and truncation stated',
			body: sentenceBody,
			answer: z.object({
				sentences: z.array(z.object({ vector: numbers, tokens: z.number(), truncated: z.boolean() })),
				provenance,
			}),
		},
		({ model: name, input, pooling, normalize, dimensions, encoding }, c) =>
			withLease(service, name, async ({ model, sentences }) => {
				const texts = typeof input === 'string' ? [input] : input;
				checkInputs(service, texts);
				const ids = idsOf(service, model, texts, 'input');
				const options = { ...(pooling && { pooling }), ...(normalize !== undefined && { normalize }), ...(dimensions && { dimensions }) };
				const { vectors, tokens, truncated, provenance } = await sentences(ids, options, c.var);
				const encode = encoding === 'base64' ? base64 : shortestFloat32s;
				return c.json({
					sentences: vectors.map((vector, i) => ({ vector: encode(vector), tokens: tokens[i], truncated: truncated[i] })),
					provenance,
				});
			}),
	);
}

// POST /v1/embed, /v1/nearest, /v1/sentence: the embedding matrix, from any vector back to tokens, and one vector a text.

import { z } from '@hono/zod-openapi';
import { post } from '../define.ts';
import { checkInputs, idsOf } from '../inputs.ts';
import { Refusal } from '../refusal.ts';
import { type App, type Service, withLease } from '../service.ts';
import { base64, checkValues, vectorsAnswer } from '../vectors-answer.ts';
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
			withLease(service, asked.model, async (lease) => {
				const param = asked.ids ? 'ids' : 'text';
				const [input] = await idsOf(service, c, lease, [textOrIdsOf(asked)], param, { options: encodeOptions(asked.special) });
				checkValues(service, input!.length * (lease.model.table?.width ?? 0), param);
				const { data, shape, ...rest } = await lease.model.embed(input!, { signal: c.var.signal });
				if (asked.encoding === 'base64') return c.json({ shape, ...rest, data: base64(data) });
				const [T, D] = shape;
				const rows = Array.from({ length: T }, (_, t) => data.subarray(t * D, (t + 1) * D));
				const { provenance, ...more } = rest;
				return vectorsAnswer(service, c, { shape, ...more, rows, provenance }, data.length);
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
			withLease(service, name, async (lease) => {
				const given = [word, vector, plus || minus ? true : undefined].filter((one) => one !== undefined);
				if (given.length !== 1) {
					throw new Refusal(400, "Give exactly one of 'word', 'vector', or 'plus' and 'minus'.", { param: 'word', code: 'invalid_value' });
				}
				const most = service.settings['max-trace-tokens'];
				const words = { word: word === undefined ? [] : [word], plus: plus ?? [], minus: minus ?? [] };
				for (const [param, texts] of Object.entries(words)) await idsOf(service, c, lease, texts, param, { most });
				const query = { ...(word !== undefined && { word }), ...(vector && { vector }), ...(plus && { plus }), ...(minus && { minus }) };
				const options = { ...(top && { top }), ...(metric && { metric }), ...(table && { table }) };
				const { rows = 0, width = 0 } = lease.model.table ?? {};
				return c.json(await service.texts.run('nearest', lease, { query, options }, rows * width, c.var));
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
			withLease(service, name, async (lease) => {
				const texts = typeof input === 'string' ? [input] : input;
				checkInputs(service, texts);
				const values = texts.length * (dimensions ?? lease.model.table?.width ?? 0);
				if (encoding !== 'base64') checkValues(service, values, 'input');
				const ids = await idsOf(service, c, lease, texts, 'input');
				const options = { ...(pooling && { pooling }), ...(normalize !== undefined && { normalize }), ...(dimensions && { dimensions }) };
				const { vectors, tokens, truncated, provenance } = await lease.sentences(ids, options, c.var);
				const one = (vector: Float32Array, i: number) => ({
					vector: encoding === 'base64' ? base64(vector) : vector,
					tokens: tokens[i],
					truncated: truncated[i],
				});
				return vectorsAnswer(service, c, { sentences: vectors.map(one), provenance }, values);
			}),
	);
}

// POST /v1/tokenize, /v1/detokenize: text ⇄ ids, with each token's place in the text.

import { z } from '@hono/zod-openapi';
import { post } from '../define.ts';
import { checkUnits, idsOf } from '../inputs.ts';
import { Refusal } from '../refusal.ts';
import { type App, type Service, withLease } from '../service.ts';
import { jsonAnswer } from '../vectors-answer.ts';
import { encodeOptions, ids, model, provenance, special } from './fields.ts';

const token = z.object({
	id: z.number(),
	text: z.string(),
	start: z.number().openapi({ description: 'UTF-16 units of the input.' }),
	end: z.number(),
});
const encoded = z.object({ ids, tokens: z.array(token) }).openapi('Tokens');

const tokenizeBody = z
	.strictObject({ model, input: z.union([z.string(), z.array(z.string())]).openapi({ example: '너를 정말 많이 사랑해.' }), special })
	.openapi('TokenizeRequest');
const detokenizeBody = z
	.strictObject({ model, ids, skip_special: z.boolean().optional().openapi({ description: 'Leave special tokens out of the text.' }) })
	.openapi('DetokenizeRequest');

export function tokenRoutes(app: App, service: Service): void {
	const most = service.settings['max-inputs'];
	post(
		app,
		{
			path: '/v1/tokenize',
			tag: 'Tongsa',
			summary: 'Texts → ids and tokens with offsets',
			body: tokenizeBody,
			answer: z.object({ results: z.array(encoded), usage: z.object({ total_tokens: z.number() }), provenance }),
		},
		(asked, c) =>
			withLease(service, asked.model, async (lease) => {
				const texts = typeof asked.input === 'string' ? [asked.input] : asked.input;
				if (texts.length > most) {
					throw new Refusal(400, `Invalid 'input': ${texts.length} texts, and this server takes at most ${most}.`, { param: 'input' });
				}
				const limits = { most: service.settings['max-input-tokens'], param: 'input' };
				const units = checkUnits(texts, 'input', limits.most);
				const task = { texts, options: encodeOptions(asked.special), ...limits };
				return jsonAnswer(c, await service.texts.run('tokenize', lease, task, units, c.var));
			}),
	);
	post(
		app,
		{
			path: '/v1/detokenize',
			tag: 'Tongsa',
			summary: 'Ids → text',
			body: detokenizeBody,
			answer: z.object({ text: z.string(), provenance }),
		},
		(asked, c) =>
			withLease(service, asked.model, async (lease) => {
				const { ids, skip_special: skipSpecial = false } = asked;
				await idsOf(service, c, lease, [ids], 'ids');
				return c.json(await service.texts.run('detokenize', lease, { ids, skipSpecial }, ids.length, c.var));
			}),
	);
}

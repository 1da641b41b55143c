// POST /v1/compare, GET /v1/catalogue: one text through several models; what is here and what is known.

import { z } from '@hono/zod-openapi';
import { get, post } from '../define.ts';
import { checkUnits } from '../inputs.ts';
import { type App, type Service, withLease } from '../service.ts';
import { jsonAnswer } from '../vectors-answer.ts';
import { model, provenance } from './fields.ts';

const body = z
	.strictObject({
		models: z.array(model).min(1).max(16),
		text: z.string(),
		sentences: z
			.array(z.strictObject({ language: z.string().max(35), name: z.string().max(100), text: z.string() }))
			.max(100)
			.optional()
			.openapi({ description: 'The same sentence in other human languages, to compare counts and mean rows.' }),
	})
	.openapi('CompareRequest', { example: { models: ['gpt-2', 'llama-2', 'smollm2'], text: '너를 정말 많이 사랑해.' } });

export function compareRoutes(app: App, service: Service): void {
	post(
		app,
		{
			path: '/v1/compare',
			tag: 'Tongsa',
			summary: 'One text through several models: splits, counts, widths, tables',
			body,
			answer: z.object({ text: z.string(), models: z.array(z.looseObject({ model: z.string(), ids: z.array(z.number()), provenance })) }),
		},
		async ({ models, text, sentences = [] }, c) => {
			const most = service.settings['max-input-tokens'];
			const all = [text, ...sentences.map((one) => one.text)];
			// Counted once a model, before any of them is opened.
			const units = checkUnits(
				models.flatMap(() => all),
				sentences.length > 0 ? 'sentences' : 'text',
				most,
			);
			let left = most;
			const parts: Uint8Array[] = [];
			for (const name of models) {
				c.var.signal.throwIfAborted();
				const { tokens, part } = await withLease(service, name, (lease) =>
					service.texts.run('compare', lease, { text, sentences, most: left }, units, c.var),
				);
				left -= tokens;
				parts.push(part);
			}
			const listed = parts.flatMap((part, i) => (i === 0 ? [part] : [',', part]));
			return jsonAnswer(c, `{"text":${JSON.stringify(text)},"models":[`, ...listed, ']}');
		},
	);
	get(
		app,
		{
			path: '/v1/catalogue',
			tag: 'Tongsa',
			summary: 'The models on this machine, and what is public of all known ones',
			answer: z.looseObject({ here: z.array(z.looseObject({ name: z.string(), state: z.string() })), systems: z.array(z.looseObject({})) }),
		},
		async (c) => c.json(await service.catalogue()),
	);
}

// The form of an answer: `response_format`, `text.format` and Ollama's `format` → the schema that the engine binds it to.

import { z } from '@hono/zod-openapi';
import { TongsaError } from '../../src/errors.ts';
import { ANY_OBJECT, type JsonSchema } from '../../src/generation/constraint.ts';
import { Refusal } from './refusal.ts';
import type { Asked, Service } from './service.ts';

const schema = z.record(z.string(), z.unknown()).openapi({ description: 'A JSON Schema; which keywords: docs/engine.md.' });
const named = {
	name: z
		.string()
		.regex(/^[\w-]{1,64}$/)
		.openapi({ description: 'Not shown to the model.' }),
	description: z.string().nullish().openapi({ description: 'Not shown to the model.' }),
	strict: z.boolean().nullish().openapi({ description: 'Every schema is held strictly.' }),
};
const text = z.strictObject({ type: z.literal('text') });
const object = z.strictObject({ type: z.literal('json_object') });

/** Of chat completions, and beside OpenAI's of completions. */
export const responseFormat = z
	.discriminatedUnion('type', [
		text,
		object,
		z.strictObject({ type: z.literal('json_schema'), json_schema: z.strictObject({ ...named, schema: schema.optional() }) }),
	])
	.nullish()
	.openapi({ description: 'text, a JSON object, or JSON that satisfies a schema.' });

/** Of responses. */
export const textFormat = z.discriminatedUnion('type', [
	text,
	object,
	z.strictObject({ type: z.literal('json_schema'), ...named, schema }),
]);

/** Of Ollama's routes. */
export const ollamaFormat = z
	.union([z.enum(['', 'json']), schema], { error: "'json', or a JSON Schema" })
	.nullish()
	.openapi({ description: "'json', or a JSON Schema." });

type Given<F extends z.ZodType> = z.output<F> | null | undefined;

export async function schemaOfResponseFormat(
	service: Service,
	c: Asked,
	given: Given<typeof responseFormat>,
): Promise<JsonSchema | undefined> {
	if (!given || given.type === 'text') return undefined;
	return given.type === 'json_object' ? ANY_OBJECT : checked(service, c, given.json_schema.schema ?? ANY_OBJECT, 'response_format');
}

export async function schemaOfTextFormat(service: Service, c: Asked, given: Given<typeof textFormat>): Promise<JsonSchema | undefined> {
	if (!given || given.type === 'text') return undefined;
	return given.type === 'json_object' ? ANY_OBJECT : checked(service, c, given.schema, 'text.format');
}

export async function schemaOfOllamaFormat(service: Service, c: Asked, given: Given<typeof ollamaFormat>): Promise<JsonSchema | undefined> {
	if (!given) return undefined;
	return given === 'json' ? ANY_OBJECT : checked(service, c, given, 'format');
}

/** What cannot be held is refused before anything is computed or sent. */
async function checked(service: Service, c: Asked, given: JsonSchema, param: string): Promise<JsonSchema> {
	try {
		await service.texts.run('schema', undefined, given, JSON.stringify(given).length, c.var);
		return given;
	} catch (error) {
		if (!(error instanceof TongsaError)) throw error;
		throw new Refusal(400, `Invalid '${param}': ${error.message}`, { param, code: 'invalid_schema' });
	}
}

// Answers beside OpenAI's published description (scripts/reference/make_openai_shapes.ts): every field that it requires, of its type;
// streamed events too, and their order.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { z } from 'zod';
import { server, type Tested } from './run.ts';

const { $defs } = JSON.parse(readFileSync(new URL('../fixtures/server/openai-shapes.json', import.meta.url), 'utf8')) as {
	$defs: Record<string, object>;
};
const shapes = new Map<string, z.ZodType>();
function check(name: string, value: unknown): void {
	const shape = shapes.get(name) ?? z.fromJSONSchema({ $ref: `#/$defs/${name}`, $defs } as never);
	shapes.set(name, shape);
	const { success, error } = shape.safeParse(value);
	assert.ok(success, `${name}: ${JSON.stringify(value).slice(0, 300)}\n${error && z.prettifyError(error).slice(0, 1500)}`);
}

/** The description's shape of an event of the Responses API, by its type. */
function shapeOfEvent(type: string): string {
	const { anyOf } = $defs.ResponseStreamEvent as { anyOf: { $ref: string }[] };
	const names = anyOf.map(({ $ref }) => $ref.split('/').at(-1)!);
	const found = names.find((name) =>
		JSON.stringify(($defs[name] as { properties: { type: unknown } }).properties.type).includes(`"${type}"`),
	);
	assert.ok(found, type);
	return found;
}

let running: Tested;
before(async () => {
	running = await server();
});

const messages = [{ role: 'user', content: 'I love you.' }];
const chat = { model: 'tiny', messages, max_tokens: 6, seed: 1, logprobs: true, top_logprobs: 2 };
const completion = { model: 'tiny', prompt: 'love', max_tokens: 6, seed: 1, logprobs: 2 };

/** The data of each event, [DONE] left out. */
async function events(path: string, body: object): Promise<{ name: string | undefined; data: Record<string, unknown> }[]> {
	const text = await (await running.post(path, { ...body, stream: true })).text();
	return text
		.split('\n\n')
		.filter((one) => one !== '' && one !== 'data: [DONE]')
		.map((one) => ({ name: /^event: (.*)$/m.exec(one)?.[1], data: JSON.parse(/^data: (.*)$/m.exec(one)![1]!) }));
}

test('whole answers', async () => {
	check('CreateChatCompletionResponse', await running.json('/v1/chat/completions', chat));
	check('CreateChatCompletionResponse', await running.json('/v1/chat/completions', { model: 'tiny', messages, max_tokens: 2, n: 2 }));
	check('CreateCompletionResponse', await running.json('/v1/completions', completion));
	check('CreateEmbeddingResponse', await running.json('/v1/embeddings', { model: 'tiny', input: ['a', 'b'] }));
	check('ListModelsResponse', await running.json('/v1/models'));
	check('Model', await running.json('/v1/models/tiny'));
	for (const max_output_tokens of [6, undefined])
		check('Response', await running.json('/v1/responses', { model: 'tiny', input: 'love', max_output_tokens }));
});

test('streamed answers: each event of its shape, in the order of the description', async () => {
	const usage = { stream_options: { include_usage: true } };
	const chunks = await events('/v1/chat/completions', { ...chat, ...usage });
	for (const { data } of chunks) check('CreateChatCompletionStreamResponse', data);
	for (const { data } of await events('/v1/completions', { ...completion, ...usage })) {
		// The description has one shape for both and says nothing of the nulls that stand in a stream before its end.
		const choices = (data.choices as { finish_reason: string | null }[]).map((one) => ({
			...one,
			finish_reason: one.finish_reason ?? 'stop',
		}));
		check('CreateCompletionResponse', { ...data, choices, usage: data.usage ?? undefined });
	}
	const named = await events('/v1/responses', { model: 'tiny', input: 'love', max_output_tokens: 6, temperature: 0 });
	for (const [i, { name, data }] of named.entries()) {
		check(shapeOfEvent(String(data.type)), data);
		assert.deepEqual([data.type, data.sequence_number], [name, i]);
	}
	const order = named.map(({ name }) => name!.replace('response.', '')).filter((name, i, all) => name !== all[i - 1]);
	assert.deepEqual(order, [
		'created',
		'in_progress',
		'output_item.added',
		'content_part.added',
		'output_text.delta',
		'output_text.done',
		'content_part.done',
		'output_item.done',
		'incomplete',
	]);
});

test('refusals', async () => {
	for (const [path, body] of [
		['/v1/chat/completions', '{'],
		['/v1/chat/completions', { ...chat, n: 0 }],
		['/v1/embeddings', { model: 'nobody', input: 'a' }],
		['/v1/nothing', {}],
	] as const)
		check('ErrorResponse', await (await running.post(path, body)).json());
});

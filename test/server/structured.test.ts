// Answers bound to a schema, by the clients that others wrote. The tiny model says noise: that it says JSON is the constraint's doing.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';
import { generateObject, streamObject } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { server, type Tested } from './run.ts';

// Its own note that generateObject has a newer name.
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;

const City = z.object({
	name: z.string().max(6),
	people: z.int().min(1000).max(50_000_000),
	tags: z.array(z.enum(['old', 'new', '큰'])).max(2),
	capital: z.boolean(),
});
const messages = [{ role: 'user' as const, content: 'Describe Seoul.' }];

let running: Tested;
let client: OpenAI;
before(async () => {
	running = await server();
	client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'none', maxRetries: 0 });
});

test("OpenAI's parse: whole, streamed, in the newer shape, at any temperature", async () => {
	for (let seed = 0; seed < 5; seed++) {
		const asked = { model: 'tiny', messages, seed, temperature: 0.5 * seed, response_format: zodResponseFormat(City, 'city') };
		const { choices, usage } = await client.chat.completions.parse(asked);
		assert.deepEqual(City.parse(choices[0]!.message.parsed), choices[0]!.message.parsed);
		assert.equal(choices[0]!.finish_reason, 'stop');
		assert.ok(usage!.completion_tokens > 10);
		const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
		assert.deepEqual(streamed.choices[0]!.message.parsed, choices[0]!.message.parsed);
		assert.equal(streamed.choices[0]!.finish_reason, 'stop');
	}
	const format = zodTextFormat(City, 'city');
	const { output_parsed, status, text } = await client.responses.parse({ model: 'tiny', input: 'Describe Seoul.', text: { format } });
	assert.ok(City.safeParse(output_parsed).success);
	assert.deepEqual([status, text?.format?.type], ['completed', 'json_schema']);
});

test('completions take it too; JSON mode gives an object; log-probabilities stay the model’s own', async () => {
	const response_format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'integer', minimum: 7, maximum: 7 } } };
	const { choices } = await running.json<{ choices: { text: string; logprobs: { token_logprobs: number[] } }[] }>('/v1/completions', {
		model: 'tiny',
		prompt: 'love',
		logprobs: 0,
		response_format,
	});
	assert.equal(choices[0]!.text, '7');
	assert.ok(choices[0]!.logprobs.token_logprobs[0]! < -1, 'noise would hardly have said 7');
	const object = await client.chat.completions.create({
		model: 'tiny',
		messages,
		response_format: { type: 'json_object' },
		logit_bias: { 125: 10 },
		max_tokens: 200,
		seed: 2,
	});
	const value: unknown = JSON.parse(object.choices[0]!.message.content!);
	assert.ok(typeof value === 'object' && !Array.isArray(value));
});

test('the AI SDK, LangChain, Ollama', async () => {
	const tongsa = createOpenAICompatible({ name: 'tongsa', baseURL: `${running.url}/v1`, supportsStructuredOutputs: true });
	const asked = { model: tongsa('tiny'), schema: City, prompt: 'Describe Seoul.', seed: 4 };
	const { object } = await generateObject(asked);
	const stream = streamObject(asked);
	let parts = 0;
	for await (const _ of stream.partialObjectStream) parts++;
	assert.deepEqual(await stream.object, object);
	assert.ok(City.safeParse(object).success && parts > 1);

	const chat = new ChatOpenAI({ model: 'tiny', apiKey: 'none', configuration: { baseURL: `${running.url}/v1` } });
	assert.ok(City.safeParse(await chat.withStructuredOutput(City, { method: 'jsonSchema' }).invoke('Describe Seoul.')).success);

	const ollama = new Ollama({ host: running.url });
	const options = { num_predict: 200, seed: 1 };
	const { message } = await ollama.chat({ model: 'tiny', messages, format: z.toJSONSchema(City), options });
	assert.ok(City.safeParse(JSON.parse(message.content)).success);
	let text = '';
	for await (const { response } of await ollama.generate({
		model: 'tiny',
		prompt: 'Seoul',
		format: z.toJSONSchema(City),
		options,
		stream: true,
	}))
		text += response;
	assert.ok(City.safeParse(JSON.parse(text)).success);
});

test('a schema that cannot be held is refused by name before anything is sent, streamed or not', async () => {
	const refused = async (path: string, body: object, message: RegExp, param: string) => {
		const response = await running.post(path, { model: 'tiny', ...body });
		const { error } = (await response.json()) as { error: { message: string; param: string; code: string } };
		assert.deepEqual([response.status, error.param, error.code], [400, param, 'invalid_schema'], error.message);
		assert.match(error.message, message);
	};
	const json_schema = { name: 'x', schema: { type: 'object', properties: { a: { not: {} } } } };
	for (const stream of [false, true]) {
		await refused(
			'/v1/chat/completions',
			{ messages, stream, response_format: { type: 'json_schema', json_schema } },
			/#\.properties\.a.*not/,
			'response_format',
		);
		await refused('/v1/responses', { input: 'x', stream, text: { format: { type: 'json_schema', ...json_schema } } }, /not/, 'text.format');
	}
	const ollama = await running.post('/api/chat', { model: 'tiny', messages, format: { type: 'array', uniqueItems: true } });
	assert.deepEqual([ollama.status, /uniqueItems/.test(((await ollama.json()) as { error: string }).error)], [400, true]);
	const wrong = await running.post('/v1/chat/completions', { model: 'tiny', messages, response_format: { type: 'yaml' } });
	assert.deepEqual([wrong.status, ((await wrong.json()) as { error: { param: string } }).error.param], [400, 'response_format.type']);
});

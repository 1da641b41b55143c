// The Vercel AI SDK, LangChain and Ollama's own client, and OpenAI's for the Responses API: whole and streaming.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { embedMany, generateText, streamText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { server, type Tested } from './run.ts';

let running: Tested;
before(async () => {
	running = await server();
});

const PROMPT = 'I love you so much.';

/** What the same prompt gives by OpenAI's own route: all clients must get this. */
async function expected(temperature = 0): Promise<string> {
	const { choices } = await running.json<{ choices: { message: { content: string } }[] }>('/v1/chat/completions', {
		model: 'tiny',
		messages: [{ role: 'user', content: PROMPT }],
		max_tokens: 16,
		temperature,
	});
	return choices[0]!.message.content;
}

test('the AI SDK: text, stream and embeddings', async () => {
	const provider = createOpenAICompatible({ name: 'tongsa', baseURL: `${running.url}/v1`, includeUsage: true });
	const asked = { model: provider('tiny'), prompt: PROMPT, maxOutputTokens: 16, temperature: 0, maxRetries: 0 };
	const { text, finishReason, usage } = await generateText(asked);
	assert.equal(text, await expected());
	assert.deepEqual([finishReason, usage.outputTokens], ['length', 16]);

	const stream = streamText(asked);
	const pieces: string[] = [];
	for await (const piece of stream.textStream) pieces.push(piece);
	assert.equal(pieces.join(''), text);
	assert.ok(pieces.length > 1);
	assert.equal((await stream.usage).outputTokens, 16);

	const { embeddings } = await embedMany({ model: provider.embeddingModel('tiny'), values: [PROMPT, '사랑해'], maxRetries: 0 });
	assert.deepEqual(
		embeddings.map(({ length }) => length),
		[32, 32],
	);
});

test('LangChain: invoke, stream and embeddings', async () => {
	const configuration = { baseURL: `${running.url}/v1` };
	const chat = new ChatOpenAI({ model: 'tiny', apiKey: 'none', temperature: 0, maxTokens: 16, maxRetries: 0, configuration });
	const answer = await chat.invoke([['user', PROMPT]]);
	assert.equal(answer.content, await expected());
	assert.equal((answer.usage_metadata as { output_tokens: number } | undefined)?.output_tokens, 16);
	let text = '';
	for await (const chunk of await chat.stream([['user', PROMPT]])) text += chunk.content as string;
	assert.equal(text, answer.content);
	const vectors = await new OpenAIEmbeddings({ model: 'tiny', apiKey: 'none', maxRetries: 0, configuration }).embedDocuments([
		PROMPT,
		'愛',
	]);
	assert.deepEqual(
		vectors.map(({ length }) => length),
		[32, 32],
	);
});

test("Ollama's client: list, show, embed, generate, chat", async () => {
	const client = new Ollama({ host: running.url });
	const { models } = await client.list();
	assert.deepEqual(
		models.map(({ name }) => name),
		['tiny', 'lecture', 'gpt-2', 'smollm2'],
	);
	assert.deepEqual([models[0]!.details.family, models[0]!.details.format, models[0]!.details.quantization_level], ['llama', 'gguf', 'F32']);
	const shown = await client.show({ model: 'tiny' });
	assert.match(shown.template, /<\|start\|>/);
	assert.deepEqual(shown.capabilities, ['completion', 'embedding']);

	const { embeddings } = await client.embed({ model: 'tiny', input: [PROMPT, '너를'] });
	const openai = await running.json<{ data: { embedding: number[] }[] }>('/v1/embeddings', { model: 'tiny', input: PROMPT });
	assert.deepEqual(embeddings[0], openai.data[0]!.embedding);

	const options = { temperature: 0, num_predict: 16, repeat_penalty: 1 };
	const whole = await client.generate({ model: 'tiny', prompt: PROMPT, options });
	assert.equal(whole.response, await expected());
	assert.deepEqual([whole.done, whole.done_reason, whole.eval_count], [true, 'length', 16]);
	assert.ok(whole.total_duration > 0 && whole.eval_duration > 0);

	let text = '';
	let last: { done: boolean; done_reason: string } | undefined;
	for await (const part of await client.chat({
		model: 'tiny:latest',
		messages: [{ role: 'user', content: PROMPT }],
		options,
		stream: true,
	})) {
		text += part.message.content;
		last = part;
	}
	assert.equal(text, whole.response);
	assert.deepEqual([last!.done, last!.done_reason], [true, 'length']);
	await assert.rejects(client.generate({ model: 'nobody', prompt: 'x' }), /'nobody' is not served/);
	await assert.rejects(client.generate({ model: 'tiny', prompt: 'x', think: true }), /think/);
});

test("the Responses API: events in OpenAI's order, numbered, joined to the whole", async () => {
	const client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'none', maxRetries: 0 });
	const asked = { model: 'tiny', input: PROMPT, max_output_tokens: 16, temperature: 0, store: false };
	const whole = await client.responses.create(asked);
	assert.equal(whole.output_text, await expected());
	assert.deepEqual(
		[whole.status, whole.incomplete_details, whole.usage!.output_tokens],
		['incomplete', { reason: 'max_output_tokens' }, 16],
	);

	const types: string[] = [];
	const numbers: number[] = [];
	let text = '';
	for await (const event of await client.responses.create({ ...asked, stream: true })) {
		if (event.type === 'response.output_text.delta') text += event.delta;
		if (types.at(-1) !== event.type) types.push(event.type);
		numbers.push(event.sequence_number);
	}
	assert.equal(text, whole.output_text);
	assert.deepEqual(
		numbers,
		numbers.map((_, i) => i),
	);
	assert.deepEqual(types, [
		'response.created',
		'response.in_progress',
		'response.output_item.added',
		'response.content_part.added',
		'response.output_text.delta',
		'response.output_text.done',
		'response.content_part.done',
		'response.output_item.done',
		'response.incomplete',
	]);
	const turns = [
		{ role: 'user' as const, content: PROMPT },
		{ role: 'assistant' as const, content: [{ type: 'output_text', text: 'ok' }] },
		{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'again' }] },
	];
	assert.ok((await client.responses.create({ ...asked, input: turns as never })).output_text.length > 0);
	await assert.rejects(client.responses.create({ ...asked, previous_response_id: 'resp_1' }), /previous_response_id/);
});

// Tools with real clients. The tiny model writes noise, so that it is bound to call: what it calls, and with what, is its noise within the
// schema. With TONGSA_MODELS a model that was made for tools takes part in a conversation of calls and results.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { ChatOpenAI } from '@langchain/openai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { blockReader } from '../../surfaces/server/tools/blocks.ts';
import { server, type Tested } from './run.ts';

let running: Tested;
before(async () => {
	running = await server();
});

const parameters = {
	type: 'object',
	properties: { unit: { enum: ['celsius', '화씨'] }, days: { type: 'integer', minimum: 0, maximum: 99 } },
	required: ['unit', 'days'],
	additionalProperties: false,
};
const tool = { type: 'function' as const, function: { name: 'get_weather', description: 'The weather.', parameters } };
const other = { type: 'function' as const, function: { name: 'wait' } };
const messages = [{ role: 'user' as const, content: 'I love you so much.' }];

function checkArguments(given: unknown): void {
	const { unit, days } = given as { unit: string; days: number };
	assert.deepEqual(Object.keys(given as object).toSorted(), ['days', 'unit']);
	assert.ok(['celsius', '화씨'].includes(unit) && Number.isInteger(days) && days >= 0 && days <= 99, JSON.stringify(given));
}

test('OpenAI: a call that has to be made, whole and in deltas; its result is read', async () => {
	const client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'none', maxRetries: 0 });
	const asked = { model: 'tiny', messages, tools: [tool, other], max_tokens: 120, temperature: 0 };
	const named = { ...asked, tool_choice: { type: 'function' as const, function: { name: 'get_weather' } } };
	const whole = await client.chat.completions.create(named);
	const [choice] = whole.choices;
	assert.equal(choice!.finish_reason, 'tool_calls');
	assert.equal(choice!.message.content, null);
	const [call] = choice!.message.tool_calls!;
	assert.ok(call?.type === 'function' && call.function.name === 'get_weather');
	assert.match(call.id, /^[a-z\d]{9}$/);
	checkArguments(JSON.parse(call.function.arguments));

	const deltas: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall[] = [];
	let reason: string | null = null;
	for await (const chunk of await client.chat.completions.create({ ...named, stream: true })) {
		deltas.push(...(chunk.choices[0]?.delta.tool_calls ?? []));
		reason = chunk.choices[0]?.finish_reason ?? reason;
	}
	assert.equal(reason, 'tool_calls');
	assert.deepEqual(
		deltas.map(({ index, id }, i) => [index, id !== undefined, i === 0]),
		deltas.map((_, i) => [0, i === 0, i === 0]),
	);
	assert.ok(deltas.length > 2);
	assert.equal(deltas.map(({ function: part }) => part?.arguments ?? '').join(''), call.function.arguments);

	const required = await client.chat.completions.create({ ...asked, tool_choice: 'required' });
	const [chosen] = required.choices[0]!.message.tool_calls!;
	assert.ok(chosen?.type === 'function' && ['get_weather', 'wait'].includes(chosen.function.name));

	// The next turn: the call, its result, and an assistant that said nothing.
	const result = { role: 'tool' as const, tool_call_id: call.id, content: '21' };
	const next = [...messages, choice!.message, result, { role: 'assistant' as const, content: null }, ...messages];
	const answer = await client.chat.completions.create({ ...asked, tool_choice: 'none', messages: next as typeof messages, max_tokens: 4 });
	assert.equal(answer.choices[0]!.message.tool_calls, undefined);

	const older = await client.chat.completions.create({
		model: 'tiny',
		messages,
		functions: [{ name: 'get_weather', parameters }],
		function_call: { name: 'get_weather' },
		max_tokens: 120,
		temperature: 0,
	});
	assert.equal(older.choices[0]!.finish_reason, 'function_call');
	checkArguments(JSON.parse(older.choices[0]!.message.function_call!.arguments));
	await assert.rejects(client.chat.completions.create(asked), /tools.*no form of tool calls/); // the tiny model's template shows none
});

test('the Responses API: function calls, their results by previous_response_id, and what is stored', async () => {
	const client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'none', maxRetries: 0 });
	const tools = [{ type: 'function' as const, name: 'get_weather', parameters, strict: true }];
	const asked = {
		model: 'tiny',
		input: 'I love you so much.',
		tools,
		tool_choice: 'required' as const,
		max_output_tokens: 120,
		temperature: 0,
	};
	const first = await client.responses.create(asked);
	const [call] = first.output;
	assert.ok(call?.type === 'function_call' && first.status === 'completed');
	checkArguments(JSON.parse(call.arguments));
	const events: string[] = [];
	let joined = '';
	for await (const event of await client.responses.create({ ...asked, stream: true })) {
		events.push(event.type);
		if (event.type === 'response.function_call_arguments.delta') joined += event.delta;
	}
	assert.equal(joined, call.arguments);
	assert.deepEqual(
		events.filter((type) => !type.endsWith('.delta')),
		[
			'response.created',
			'response.in_progress',
			'response.output_item.added',
			'response.function_call_arguments.done',
			'response.output_item.done',
			'response.completed',
		],
	);
	const second = await client.responses.create({
		model: 'tiny',
		previous_response_id: first.id,
		input: [{ type: 'function_call_output', call_id: call.call_id, output: '21' }],
		max_output_tokens: 4,
	});
	assert.equal(second.previous_response_id, first.id);
	assert.ok(second.usage!.input_tokens > first.usage!.input_tokens);
	assert.equal((await client.responses.retrieve(first.id)).id, first.id);
	await client.responses.delete(first.id);
	await assert.rejects(client.responses.retrieve(first.id), /no response/);
	const unkept = await client.responses.create({ model: 'tiny', input: 'a', store: false, max_output_tokens: 2 });
	await assert.rejects(client.responses.retrieve(unkept.id), /no response/);
});

test('the Responses API: with truncation auto the beginning goes, without it the conversation is refused', async () => {
	const own = await server({ context: 128 });
	const input = Array.from({ length: 30 }, (_, i) => ({ role: 'user', content: `message ${i}` }));
	const refused = await own.post('/v1/responses', { model: 'tiny', input, max_output_tokens: 4 });
	assert.equal(refused.status, 400);
	const kept = await own.json<{ usage: { input_tokens: number } }>('/v1/responses', {
		model: 'tiny',
		input,
		max_output_tokens: 4,
		truncation: 'auto',
	});
	assert.ok(kept.usage.input_tokens <= 124 && kept.usage.input_tokens > 60, String(kept.usage.input_tokens));
});

test("Anthropic's client: text, stream, tools, counts and refusals", async () => {
	const client = new Anthropic({ baseURL: running.url, apiKey: 'none', maxRetries: 0 });
	const asked = { model: 'tiny', max_tokens: 120, temperature: 0, messages };
	const text = await client.messages.create({ ...asked, max_tokens: 8, system: 'Be kind.' });
	assert.deepEqual([text.content[0]!.type, text.stop_reason], ['text', 'max_tokens']);
	const counted = await client.messages.countTokens({ model: 'tiny', messages, system: 'Be kind.' });
	assert.equal(counted.input_tokens, text.usage.input_tokens + (text.usage.cache_read_input_tokens ?? 0));

	const tools = [{ name: 'get_weather', description: 'The weather.', input_schema: { ...parameters, type: 'object' as const } }];
	const bound = { ...asked, tools, tool_choice: { type: 'tool' as const, name: 'get_weather' } };
	const called = await client.messages.create(bound);
	assert.equal(called.stop_reason, 'tool_use');
	const [use] = called.content;
	assert.ok(use?.type === 'tool_use');
	checkArguments(use.input);
	const stream = client.messages.stream(bound);
	const final = await stream.finalMessage();
	assert.deepEqual((final.content[0] as Anthropic.ToolUseBlock).input, use.input);
	assert.equal(final.stop_reason, 'tool_use');

	const results = [
		...messages,
		{ role: 'assistant' as const, content: called.content },
		{ role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: use.id, content: '21' }] },
	];
	const next = await client.messages.create({ ...asked, max_tokens: 4, messages: results });
	assert.equal(next.role, 'assistant');
	await assert.rejects(client.messages.create({ ...asked, model: 'none' }), (error: { status: number; error: unknown }) => {
		assert.deepEqual([error.status, (error.error as { error: { type: string } }).error.type], [404, 'not_found_error']);
		return true;
	});
	await assert.rejects(client.messages.create({ ...asked, thinking: { type: 'enabled', budget_tokens: 1024 } }), /thinking/);
});

test("Ollama's client: conversations with calls are read; think: false asks for nothing", async () => {
	const client = new Ollama({ host: running.url });
	const conversation = [
		...messages,
		{ role: 'assistant', content: '', tool_calls: [{ function: { name: 'get_weather', arguments: { unit: 'celsius' } } }] },
		{ role: 'tool', content: '21', tool_name: 'get_weather' },
	];
	const { message } = await client.chat({ model: 'tiny', messages: conversation, think: false, options: { num_predict: 4 } });
	assert.equal(message.role, 'assistant');
	await assert.rejects(client.chat({ model: 'tiny', messages, tools: [tool] }), /no form of tool calls/);
	await assert.rejects(client.chat({ model: 'tiny', messages, think: true }), /think/);
});

test('LangChain: a bound tool', async () => {
	const chat = new ChatOpenAI({
		model: 'tiny',
		apiKey: 'none',
		temperature: 0,
		maxTokens: 120,
		maxRetries: 0,
		configuration: { baseURL: `${running.url}/v1` },
	});
	const { tool_calls } = await chat.bindTools([tool], { tool_choice: 'get_weather' }).invoke([['user', 'I love you so much.']]);
	assert.equal(tool_calls![0]!.name, 'get_weather');
	checkArguments(tool_calls![0]!.args);
});

test('an answer falls into blocks: spaces between calls are none, a call that is cut is not whole, nothing is an empty text', () => {
	const reader = blockReader();
	const steps = [
		...reader.read([
			{ type: 'reasoning', text: 'Hm' },
			{ type: 'text', text: 'Yes' },
			{ type: 'call', index: 0, id: 'a', name: 'f' },
			{ type: 'arguments', index: 0, text: '{' },
			{ type: 'arguments', index: 0, text: '}' },
			{ type: 'callEnd', index: 0 },
			{ type: 'text', text: '\n' },
			{ type: 'call', index: 1, id: 'b', name: 'g' },
			{ type: 'arguments', index: 1, text: '{"a' },
		]),
		...reader.end(),
	];
	assert.deepEqual(
		reader.blocks.map(({ kind, text, whole }) => [kind, text, whole]),
		[
			['reasoning', 'Hm', true],
			['text', 'Yes', true],
			['call', '{}', true],
			['call', '{"a', false],
		],
	);
	assert.deepEqual(
		steps.map(({ type, block }) => `${type} ${block.index}`),
		['open 0', 'more 0', 'close 0', 'open 1', 'more 1', 'close 1', 'open 2', 'more 2', 'more 2', 'close 2', 'open 3', 'more 3', 'close 3'],
	);
	const nothing = blockReader();
	assert.deepEqual(
		[...nothing.end()].map(({ type }) => type),
		['open', 'close'],
	);
});

const models = process.env.TONGSA_MODELS;
test('a model that was made for tools: five turns of calls and results', { skip: !models && 'TONGSA_MODELS is not set' }, async () => {
	const name = 'qwen2.5-coder-0.5b-instruct-q4_k_m';
	const own = await server({}, [`${models}/${name}.gguf`]);
	const client = new OpenAI({ baseURL: `${own.url}/v1`, apiKey: 'none', maxRetries: 0 });
	const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
	const tools = [{ type: 'function' as const, function: { name: 'get_weather', description: 'Weather of a city', parameters: city } }];
	const said: OpenAI.ChatCompletionMessageParam[] = [];
	for (const place of ['Seoul', 'Tokyo', 'Paris', 'Berlin', 'Rome']) {
		said.push({ role: 'user', content: `What is the weather in ${place}?` });
		const asked = { model: name, messages: said, tools, temperature: 0, max_tokens: 60 };
		const { choices } = await client.chat.completions.create({ ...asked, tool_choice: 'required' });
		const [call] = choices[0]!.message.tool_calls!;
		assert.ok(call?.type === 'function');
		assert.equal((JSON.parse(call.function.arguments) as { city: string }).city, place);
		said.push(choices[0]!.message, { role: 'tool', tool_call_id: call.id, content: `{"weather": "sunny", "city": "${place}"}` });
		const answer = await client.chat.completions.create({ ...asked, messages: said, tool_choice: 'none' });
		said.push({ role: 'assistant', content: answer.choices[0]!.message.content });
		assert.equal(answer.choices[0]!.message.tool_calls, undefined);
	}
});

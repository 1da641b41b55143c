// The whole SmolLM2 behind the server. TONGSA_MODELS names a folder that holds its GGUF (tongsa pull smollm2); skipped without.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { server } from './run.ts';

const folder = process.env.TONGSA_MODELS;
const name = folder === undefined ? undefined : readdirSync(folder).find((file) => /^smollm2.*\.gguf$/i.test(file));
const skip = name === undefined && 'TONGSA_MODELS names no folder with a SmolLM2 GGUF';

test('it answers, knows a capital, and health answers while it reads a long prompt, and writes again after an abort', {
	skip,
}, async () => {
	const running = await server({}, [join(folder!, name!)]);
	const client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'none', maxRetries: 0 });
	const model = (await client.models.list()).data[0]!.id;
	const { choices } = await client.completions.create({ model, prompt: 'The capital of France is', max_tokens: 4, temperature: 0 });
	assert.match(choices[0]!.text, /Paris/);

	const control = new AbortController();
	const prompt = 'I love you so much. '.repeat(1000);
	const reading = assert.rejects(client.completions.create({ model, prompt, max_tokens: 1 }, { signal: control.signal }));
	await wait(200);
	// Health answers before the prompt has been read: on the way, nobody waits for it.
	let read = false;
	const ended = reading.then(() => (read = true));
	assert.equal((await fetch(`${running.url}/health`)).status, 200);
	assert.equal(read, false);
	control.abort();
	await ended;
	await client.completions.create({ model, prompt: 'Hello', max_tokens: 1 });
});

test('it fills in a form, whole and streamed, and the second question finds the beginning of the first known', { skip }, async () => {
	const running = await server({}, [join(folder!, name!)]);
	const client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'none', maxRetries: 0 });
	const model = (await client.models.list()).data[0]!.id;
	const City = z.object({ name: z.string().max(30), country: z.string().max(30), people: z.int().min(0).max(50_000_000) });
	const asked = {
		model,
		messages: [{ role: 'user' as const, content: 'Give me Paris as JSON with name, country and people.' }],
		temperature: 0,
		response_format: zodResponseFormat(City, 'city'),
	};
	const { choices, usage } = await client.chat.completions.parse(asked);
	assert.equal(choices[0]!.message.parsed!.name, 'Paris');
	assert.equal(usage!.prompt_tokens_details!.cached_tokens, 0);
	const again = await client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } }).finalChatCompletion();
	assert.equal(again.choices[0]!.message.content, choices[0]!.message.content);
	assert.equal(again.usage!.prompt_tokens_details!.cached_tokens, usage!.prompt_tokens - 2);
});

test('the same seed says the same again, the first time among them', { skip }, async () => {
	const running = await server({}, [join(folder!, name!)]);
	const client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'none', maxRetries: 0 });
	const model = (await client.models.list()).data[0]!.id;
	// The last token of 257 would have a pass of its own.
	const prompts = ['There was a cat who wanted to', '한국의 수도는', Array.from({ length: 257 }, (_, i) => 1000 + i)];
	for (const [seed, prompt] of prompts.entries()) {
		const asked = { model, prompt, max_tokens: 24, seed };
		const said = [];
		for (let i = 0; i < 3; i++) said.push((await client.completions.create(asked)).choices[0]!.text);
		assert.deepEqual(said, [said[0], said[0], said[0]]);
	}
});

// OpenAI's own client against the server: every field that its types promise, whole and streaming.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import OpenAI from 'openai';
import { server, type Tested } from './run.ts';

let running: Tested;
let client: OpenAI;
before(async () => {
	running = await server();
	client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'none', maxRetries: 0 });
});

const messages = [{ role: 'user' as const, content: 'I love you so much.' }];
const chat = { model: 'tiny', messages, max_tokens: 24, seed: 3 };

test('models', async () => {
	const all = await client.models.list();
	assert.deepEqual(
		all.data.map(({ id, object }) => [id, object]),
		[
			['tiny', 'model'],
			['lecture', 'model'],
			['gpt-2', 'model'],
			['smollm2', 'model'],
		],
	);
	assert.equal((await client.models.retrieve('gpt-2')).id, 'gpt-2');
	await assert.rejects(client.models.retrieve('gpt-9'), (error: InstanceType<typeof OpenAI.NotFoundError>) => {
		assert.deepEqual([error.status, error.code, error.param], [404, 'model_not_found', 'model']);
		return true;
	});
});

test('embeddings: one vector a text; the client asks for base64 and decodes it; floats are the same numbers', async () => {
	const input = ['I love you so much.', '너를 정말 많이 사랑해.'];
	const packed = await client.embeddings.create({ model: 'tiny', input });
	const floats = await client.embeddings.create({ model: 'tiny', input, encoding_format: 'float' });
	assert.deepEqual(
		packed.data.map(({ embedding }) => Array.from(Float32Array.from(embedding))),
		floats.data.map(({ embedding }) => Array.from(Float32Array.from(embedding))),
	);
	assert.deepEqual(
		packed.data.map(({ index, embedding }) => [index, embedding.length]),
		[
			[0, 32],
			[1, 32],
		],
	);
	const length = Math.hypot(...floats.data[0]!.embedding);
	assert.ok(Math.abs(length - 1) < 1e-6, `length ${length}`);
	const counted = await running.json<{ usage: { total_tokens: number } }>('/v1/tokenize', { model: 'tiny', input });
	assert.equal(packed.usage.prompt_tokens, counted.usage.total_tokens);
	assert.equal(packed.usage.total_tokens, counted.usage.total_tokens);
});

test('embeddings of token ids equal those of their text; dimensions cuts and makes the length 1 again', async () => {
	const { results } = await running.json<{ results: { ids: number[] }[] }>('/v1/tokenize', { model: 'tiny', input: 'love' });
	const ids = results[0]!.ids;
	const [text, listed, lists, short] = await Promise.all([
		client.embeddings.create({ model: 'tiny', input: 'love' }),
		client.embeddings.create({ model: 'tiny', input: ids }),
		client.embeddings.create({ model: 'tiny', input: [ids, ids] }),
		client.embeddings.create({ model: 'tiny', input: 'love', dimensions: 4 }),
	]);
	assert.deepEqual(listed.data[0]!.embedding, text.data[0]!.embedding);
	assert.deepEqual(lists.data[1]!.embedding, text.data[0]!.embedding);
	const four = text.data[0]!.embedding.slice(0, 4);
	const norm = Math.hypot(...four);
	for (const [i, value] of short.data[0]!.embedding.entries()) assert.ok(Math.abs(value - four[i]! / norm) < 1e-6);
});

test('a model without its blocks says what is missing', async () => {
	await assert.rejects(client.embeddings.create({ model: 'smollm2', input: 'love' }), /needs the whole model.*1 of 30 blocks.*tongsa pull/);
	await assert.rejects(client.chat.completions.create({ ...chat, model: 'smollm2' }), /needs the whole model/);
});

test('a chat: fields, usage by the template, the same seed the same answer', async () => {
	const one = await client.chat.completions.create(chat);
	const { object, choices, usage, model, id, created, system_fingerprint } = one;
	assert.deepEqual([object, model, choices.length], ['chat.completion', 'tiny', 1]);
	assert.match(id, /^chatcmpl-/);
	assert.ok(Math.abs(created - Date.now() / 1000) < 60 && system_fingerprint);
	assert.deepEqual(
		[choices[0]!.index, choices[0]!.message.role, choices[0]!.message.refusal, choices[0]!.logprobs],
		[0, 'assistant', null, null],
	);
	// <|start|> user \n, 19 bytes of which ' love' is one token ' lov' and 'e', <|end|> \n, <|start|> assistant \n
	const words = 'user\nI'.length + 2 + ' you so much.'.length;
	assert.equal(usage!.prompt_tokens, 1 + words + 1 + 1 + 1 + 'assistant\n'.length);
	assert.equal(usage!.total_tokens, usage!.prompt_tokens + usage!.completion_tokens);
	const again = await client.chat.completions.create(chat);
	assert.equal(again.choices[0]!.message.content, choices[0]!.message.content);
	const other = await client.chat.completions.create({ ...chat, seed: 4 });
	assert.notEqual(other.choices[0]!.message.content, choices[0]!.message.content);
});

test('a streamed chat: role first, then text, then the reason, then usage; joined it is the whole answer, without half a character', async () => {
	const whole = await client.chat.completions.create(chat);
	const chunks = [];
	for await (const chunk of await client.chat.completions.create({ ...chat, stream: true, stream_options: { include_usage: true } })) {
		chunks.push(chunk);
	}
	assert.deepEqual(chunks[0]!.choices[0]!.delta, { role: 'assistant', content: '', refusal: null });
	const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
	assert.equal(text, whole.choices[0]!.message.content);
	const last = chunks.at(-1)!;
	assert.deepEqual([last.choices, last.usage], [[], whole.usage]);
	const reasons = chunks.flatMap(({ choices }) => choices.map(({ finish_reason }) => finish_reason));
	assert.deepEqual(reasons, [...reasons.slice(0, -1).map(() => null), whole.choices[0]!.finish_reason]);
	assert.ok(chunks.slice(0, -1).every(({ usage }) => usage === null));
	assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
});

test('without include_usage there is none, and the stream helper of the client accepts every event', async () => {
	const stream = client.chat.completions.stream({ ...chat, n: 2 });
	const final = await stream.finalChatCompletion();
	assert.equal(final.choices.length, 2);
	assert.equal(final.usage, undefined);
	assert.notEqual(final.choices[0]!.message.content, final.choices[1]!.message.content);
});

test('log-probabilities: one entry a token, bytes that join to the text, the best first', async () => {
	const { choices, usage } = await client.chat.completions.create({ ...chat, logprobs: true, top_logprobs: 3, temperature: 0 });
	const { content } = choices[0]!.logprobs!;
	assert.equal(content!.length, usage!.completion_tokens);
	const bytes = content!.flatMap((one) => one.bytes!);
	assert.equal(new TextDecoder().decode(Uint8Array.from(bytes)), choices[0]!.message.content);
	for (const one of content!) {
		assert.equal(one.top_logprobs.length, 3);
		assert.equal(one.top_logprobs[0]!.logprob, one.logprob); // greedy: the best was taken
		assert.ok(one.logprob <= 0 && one.top_logprobs[0]!.logprob >= one.top_logprobs[1]!.logprob);
	}
});

test('logit_bias steers; the model ends itself at its end token', async () => {
	const steered = await client.chat.completions.create({ ...chat, temperature: 0, logit_bias: { 65: 100 } }); // 'A'
	assert.equal(steered.choices[0]!.message.content, 'A'.repeat(24));
	assert.deepEqual([steered.choices[0]!.finish_reason, steered.usage!.completion_tokens], ['length', 24]);
	const ended = await client.chat.completions.create({ ...chat, temperature: 0, logit_bias: { 257: 100 } }); // <|end|>
	assert.deepEqual([ended.choices[0]!.message.content, ended.choices[0]!.finish_reason], ['', 'stop']);
});

test('a stop text over several tokens never shows, whole or streamed', async () => {
	const steered = { ...chat, temperature: 0, logit_bias: { 65: 100 }, frequency_penalty: 2, stop: ['AAA'] };
	const whole = await client.chat.completions.create(steered);
	assert.deepEqual([whole.choices[0]!.message.content, whole.choices[0]!.finish_reason], ['', 'stop']);
	let streamed = '';
	for await (const chunk of await client.chat.completions.create({ ...steered, stream: true })) {
		streamed += chunk.choices[0]?.delta.content ?? '';
	}
	assert.equal(streamed, '');
});

test('completions: echo, n, prompts in a list, token ids, log-probabilities with offsets', async () => {
	const base = { model: 'tiny', max_tokens: 6, temperature: 0, logit_bias: { 65: 100 } };
	const echoed = await client.completions.create({ ...base, prompt: ['한글', 'love'], n: 2, echo: true });
	assert.deepEqual(
		echoed.choices.map(({ index, text }) => [index, text]),
		[
			[0, '한글AAAAAA'],
			[1, '한글AAAAAA'],
			[2, 'loveAAAAAA'],
			[3, 'loveAAAAAA'],
		],
	);
	const { prompt_tokens_details, ...usage } = echoed.usage!;
	assert.deepEqual(usage, { prompt_tokens: 6 + 2, completion_tokens: 24, total_tokens: 32 });
	const ids = await client.completions.create({ ...base, prompt: [108, 111], logprobs: 2 });
	const { tokens, token_logprobs, top_logprobs, text_offset } = ids.choices[0]!.logprobs!;
	assert.deepEqual(
		[tokens, text_offset],
		[
			['A', 'A', 'A', 'A', 'A', 'A'],
			[2, 3, 4, 5, 6, 7],
		],
	);
	assert.equal(token_logprobs!.length, 6);
	assert.equal(Object.keys(top_logprobs![0]!).length, 2);
	let streamed = '';
	for await (const chunk of await client.completions.create({ ...base, prompt: 'love', stream: true })) streamed += chunk.choices[0]!.text;
	assert.equal(streamed, 'AAAAAA');
});

test('what cannot be honoured is refused by name', async () => {
	const refused = async (more: object, param: string, code: string) => {
		await assert.rejects(
			client.chat.completions.create({ ...chat, ...more } as never),
			(error: InstanceType<typeof OpenAI.BadRequestError>) => {
				assert.deepEqual([error.status, error.param, error.code, error.type], [400, param, code, 'invalid_request_error']);
				return true;
			},
		);
	};
	await refused({ tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools', 'unsupported_parameter');
	await refused({ prediction: { type: 'content', content: 'x' } }, 'prediction', 'unsupported_parameter');
	await refused({ temperature: 3 }, 'temperature', 'invalid_value');
	await refused({ tempreature: 1 }, 'tempreature', 'unknown_parameter');
	await refused(
		{ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
		'messages[0].content[0].type',
		'invalid_value',
	);
	await refused({ top_logprobs: 2 }, 'top_logprobs', 'invalid_value');
	await refused({ messages: [{ role: 'user', content: 'a'.repeat(300) }] }, null as never, 'context_length_exceeded');
	await refused({ max_tokens: 5000 }, 'max_tokens', 'invalid_value');
});

test('a stop string is read from no log-probability either, whole or streamed', async () => {
	const base = { model: 'tiny', prompt: 'love', max_tokens: 24, temperature: 0, logprobs: 1, logit_bias: { 257: -100 } };
	const [free] = (await client.completions.create(base)).choices;
	const tokens = free!.logprobs!.tokens!;
	const from = tokens.findIndex((_, i) => i > 2 && tokens.slice(i, i + 3).every((token) => token !== '' && !token.startsWith('bytes:')));
	const stop = tokens.slice(from, from + 3).join('');
	assert.ok(from > 0 && stop.length > 2);
	const expected = free!.text.slice(0, free!.text.indexOf(stop));
	const [whole] = (await client.completions.create({ ...base, stop })).choices;
	const streamed = { text: '', tokens: [] as string[] };
	for await (const { choices } of await client.completions.create({ ...base, stop, stream: true })) {
		streamed.text += choices[0]!.text;
		streamed.tokens.push(...(choices[0]!.logprobs?.tokens ?? []));
	}
	assert.deepEqual([whole!.text, streamed.text], [expected, expected]);
	assert.deepEqual(whole!.logprobs!.tokens, streamed.tokens);
	assert.ok(!streamed.tokens.join('').includes(stop), streamed.tokens.join('|'));
});

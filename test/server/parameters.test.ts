// Every parameter that OpenAI's published description and Ollama's own types name: it is honoured or refused by its name, never ignored in
// silence. What has no effect on any answer (who asks, notes) says so in the description.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { server, type Tested, TINY } from './run.ts';

const { parameters } = JSON.parse(readFileSync(new URL('../fixtures/server/openai-shapes.json', import.meta.url), 'utf8')) as {
	parameters: Record<string, string[]>;
};
const COMMON = 'model stream format keep_alive options think truncate shift logprobs top_logprobs';
/** The JSON names of https://github.com/ollama/ollama/blob/main/api/types.go; fields that begin with _ are its own tests'. */
const OLLAMA: Readonly<Record<string, string>> = {
	'/api/generate': `${COMMON} prompt suffix system template context raw images`,
	'/api/chat': `${COMMON} messages tools`,
	'/api/embed': 'model input keep_alive truncate dimensions options',
};
const OLLAMA_OPTIONS =
	'num_keep seed num_predict top_k top_p min_p typical_p repeat_last_n temperature repeat_penalty presence_penalty frequency_penalty stop num_ctx num_batch num_gpu main_gpu use_mmap num_thread draft_num_predict';

const messages = [{ role: 'user', content: 'I love you.' }];
/** A request that each route answers. */
const ASKED: Readonly<Record<string, object>> = {
	'/v1/embeddings': { input: 'love' },
	'/v1/chat/completions': { messages, max_tokens: 2, temperature: 0 },
	'/v1/completions': { prompt: 'love', max_tokens: 2, temperature: 0 },
	'/v1/responses': { input: 'love', max_output_tokens: 2, temperature: 0 },
	'/api/generate': { prompt: 'love', stream: false, options: { num_predict: 2, temperature: 0 } },
	'/api/chat': { messages, stream: false, options: { num_predict: 2, temperature: 0 } },
	'/api/embed': { input: 'love' },
};

interface Schema {
	readonly $ref?: string;
	readonly description?: string;
	readonly enum?: readonly unknown[];
	readonly properties?: Readonly<Record<string, Schema>>;
}
interface Description {
	readonly paths: Readonly<Record<string, { post: { requestBody: { content: { 'application/json': { schema: Schema } } } } }>>;
	readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let running: Tested;
let description: Description;
before(async () => {
	running = await server({}, [TINY]);
	description = await running.json<Description>('/openapi.json');
});

const resolved = (schema: Schema): Schema => (schema.$ref ? description.components.schemas[schema.$ref.split('/').at(-1)!]! : schema);
const requestOf = (route: string) => resolved(description.paths[route]!.post.requestBody.content['application/json'].schema).properties!;

async function answer(route: string, more: object): Promise<{ status: number; said: string; param?: string | null; code?: string | null }> {
	const response = await running.post(route, { model: 'tiny', ...ASKED[route], ...more });
	const body = (await response.json()) as { error?: string | null | { message: string; param: string | null; code: string | null } };
	if (typeof body.error !== 'object' || body.error === null) return { status: response.status, said: body.error ?? JSON.stringify(body) };
	return { status: response.status, said: body.error.message, param: body.error.param, code: body.error.code };
}

/** `inside`: puts the parameter where the route has it. */
async function check(route: string, name: string, schema: Schema | undefined, inside: (value: unknown) => object): Promise<void> {
	const label = `${route} ${name}`;
	assert.ok(schema, `${label} is not described`);
	const { description: said = '', enum: harmless = [] } = resolved(schema);
	const wrong = await answer(route, inside({ asked: true }));
	if (/without effect/.test(said)) {
		assert.equal(wrong.status, 200, `${label}: ${wrong.said}`);
		return;
	}
	assert.equal(wrong.status, 400, label);
	assert.ok(wrong.said.includes(name), `${label}: ${wrong.said}`);
	if (route.startsWith('/v1/')) assert.equal(wrong.param?.split(/[.[]/)[0], name, label);
	if (!said.startsWith('Not supported')) return;
	if (route.startsWith('/v1/')) assert.equal(wrong.code, 'unsupported_parameter', label);
	for (const value of harmless) assert.equal((await answer(route, inside(value))).status, 200, `${label}: ${JSON.stringify(value)}`);
}

for (const [route, names] of Object.entries(parameters)) {
	test(`${route}: ${names.length} parameters`, async () => {
		for (const name of names) await check(route, name, requestOf(route)[name], (value) => ({ [name]: value }));
	});
}

for (const [route, names] of Object.entries(OLLAMA)) {
	test(`${route}: every field`, async () => {
		for (const name of names.split(' ')) await check(route, name, requestOf(route)[name], (value) => ({ [name]: value }));
	});
}

test("every one of Ollama's options, for generate and chat", async () => {
	for (const route of ['/api/generate', '/api/chat']) {
		const options = resolved(requestOf(route).options!).properties!;
		for (const name of OLLAMA_OPTIONS.split(' ')) {
			await check(route, name, options[name], (value) => ({ options: { num_predict: 2, temperature: 0, [name]: value } }));
		}
	}
	const unknown = await answer('/api/chat', { options: { mirostat_tau: 5 } });
	assert.deepEqual([unknown.status, unknown.said], [400, "Unknown parameter: 'options.mirostat_tau'."]);
});

test('values that ask for what is not there', async () => {
	const chat = '/v1/chat/completions';
	const cases: readonly (readonly [string, object, string])[] = [
		[chat, { tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools'],
		[chat, { tool_choice: 'required' }, 'tool_choice'],
		[
			chat,
			{ tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: { type: 'function', function: { name: 'g' } } },
			'tool_choice',
		],
		[chat, { functions: [{ name: 'f' }] }, 'tools'],
		[chat, { modalities: ['text', 'audio'] }, 'modalities'],
		[chat, { store: true }, 'store'],
		[chat, { service_tier: 'priority' }, 'service_tier'],
		[chat, { reasoning_effort: 'low' }, 'reasoning_effort'],
		[chat, { stream_options: { include_obfuscation: true } }, 'stream_options.include_obfuscation'],
		['/v1/completions', { best_of: 2 }, 'best_of'],
		['/v1/completions', { suffix: '.' }, 'suffix'],
		['/v1/responses', { reasoning: { effort: 'high' } }, 'reasoning.effort'],
		['/v1/responses', { previous_response_id: 'resp_1' }, 'previous_response_id'],
		['/v1/responses', { include: ['message.output_text.logprobs'] }, 'include'],
	];
	for (const [route, more, param] of cases) assert.deepEqual((await answer(route, more)).param, param);
	// As JSON text: an object literal would set its prototype.
	const bias = await running.post(chat, `{"model":"tiny","messages":${JSON.stringify(messages)},"logit_bias":{"__proto__":1}}`);
	assert.equal(((await bias.json()) as { error: { param: string } }).error.param, 'logit_bias');
	for (const more of [
		{ think: true },
		{ think: 'low' },
		{ images: ['aGk='] },
		{ suffix: '.' },
		{ raw: true, system: 'Be kind.' },
		{ keep_alive: 'soon' },
	])
		assert.match((await answer('/api/generate', more)).said, new RegExp(Object.keys(more).at(-1)!));
});

test("Ollama's keep_alive closes the model, or keeps it", async () => {
	const open = async () => (await running.json<{ open: string[] }>('/health')).open;
	await answer('/api/generate', { keep_alive: '5m' });
	assert.deepEqual(await open(), ['tiny']);
	await answer('/api/embed', { keep_alive: 0 });
	assert.deepEqual(await open(), []);
	const { said } = await answer('/api/chat', { messages: [], keep_alive: '0s' });
	assert.match(said, /"done_reason":"unload"/);
	assert.deepEqual(await open(), []);
});

test('what clients send of habit and asks for nothing is taken', async () => {
	const [chat, responses] = ['/v1/chat/completions', '/v1/responses'];
	const echoed = {
		role: 'assistant',
		content: 'I do.',
		refusal: null,
		annotations: [],
		audio: null,
		function_call: null,
		tool_calls: null,
	};
	const cases: readonly (readonly [string, object])[] = [
		[chat, { messages: [...messages, echoed, ...messages] }],
		[chat, { verbosity: 'medium', logprobs: false, top_logprobs: 0, stream_options: { include_usage: null } }],
		['/v1/completions', { suffix: '' }],
		[responses, { reasoning: { effort: null, generate_summary: null } }],
		[responses, { text: { format: null } }],
		['/api/chat', { options: null, messages: [{ ...messages[0], images: null, tool_name: null }] }],
		['/api/generate', { raw: null, system: null, stream: false, options: { num_predict: 2, temperature: null, num_ctx: 8192 } }],
		['/api/embed', { truncate: null, dimensions: null }],
		['/api/show', { verbose: null }],
	];
	for (const [route, more] of cases) {
		const { status, said } = await answer(route, more);
		assert.equal(status, 200, `${route} ${JSON.stringify(more)}: ${said}`);
	}
	const schema = { type: 'object', properties: { a: { const: null } }, required: ['a'], additionalProperties: false };
	const { said } = await answer('/api/generate', { format: schema, options: { num_predict: 60 } });
	assert.equal(JSON.parse((JSON.parse(said) as { response: string }).response).a, null); // nulls of a schema are its own
});

test("Ollama's num_ctx bounds prompt and answer together", async () => {
	const asked = (num_ctx: number) => answer('/api/generate', { raw: true, options: { num_predict: 50, temperature: 0, num_ctx } });
	const { prompt_eval_count, eval_count, done_reason } = JSON.parse((await asked(12)).said) as Record<string, number | string>;
	assert.deepEqual([Number(prompt_eval_count) + Number(eval_count), done_reason], [12, 'length']);
	assert.match((await asked(1)).said, /options\.num_ctx.*nothing is cut/);
});

test('a refusal names the parameter that the request had', async () => {
	const cases: readonly (readonly [string, object, string, RegExp])[] = [
		['/v1/chat/completions', { max_tokens: undefined, max_completion_tokens: 100_000 }, 'max_completion_tokens', /at most 4096/],
		['/v1/responses', { max_output_tokens: 100_000 }, 'max_output_tokens', /at most 4096/],
		['/v1/embeddings', { dimensions: 100_000 }, 'dimensions', /1 to 32/],
		['/v1/embeddings', { input: [99_999_999] }, 'input', /99999999.*0 to 261/],
		['/v1/embeddings', { input: [] }, 'input', /at least one item/],
		['/v1/completions', { prompt: null }, 'prompt', /a text, a list of texts/],
	];
	for (const [route, more, param, message] of cases) {
		const refused = await answer(route, more);
		assert.deepEqual([refused.status, refused.param], [400, param], refused.said);
		assert.match(refused.said, message);
	}
	assert.match((await answer('/api/chat', { options: { num_predict: 100_000 } })).said, /options\.num_predict/);
	const none = await running.post('/v1/embeddings', 'null');
	assert.equal(((await none.json()) as { error: { param: unknown } }).error.param, null);
});

test('what is refused before the first token is no stream', async () => {
	const prompt = 'love '.repeat(400);
	for (const [route, body] of [
		['/v1/chat/completions', { messages: [{ role: 'user', content: prompt }] }],
		['/v1/completions', { prompt }],
		['/v1/responses', { input: prompt }],
		['/api/generate', { prompt }],
	] as const) {
		const response = await running.post(route, { model: 'tiny', ...body, stream: true });
		assert.deepEqual([response.status, response.headers.get('content-type')], [400, 'application/json'], route);
		assert.match(await response.text(), /does not fit the context/);
	}
});

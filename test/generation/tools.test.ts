// Tool calls: every form read alike at any burst, prose told apart, and what the grammar writes read back. Texts are written as each model's
// template writes calls of the assistant; which template shows which form is tried on published ones where TONGSA_TEMPLATES names them.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../src/generation/random.ts';
import { createMachine, type State } from '../../src/generation/schema/machine.ts';
import { TOOL_FORMATS, type ToolFormat, toolFormatOf } from '../../src/generation/tools/formats.ts';
import { callsNode } from '../../src/generation/tools/grammar.ts';
import { toolReader } from '../../src/generation/tools/reader.ts';
import type { Tool, ToolEvent } from '../../src/generation/tools/types.ts';

const TOOLS: readonly Tool[] = [
	{
		type: 'function',
		function: {
			name: 'get_weather',
			parameters: {
				type: 'object',
				properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'integer' } }, n: { type: 'integer' } },
				required: ['city', 'days', 'n'],
				additionalProperties: false,
			},
		},
	},
	{ type: 'function', function: { name: 'now' } },
];
const named = (name: string): ToolFormat => TOOL_FORMATS.find((format) => format.name === name)!;

/** All text, thinking and calls of events: what a client sees in the end. */
function seen(events: readonly ToolEvent[]) {
	const calls: { id: string; name: string; arguments: string; whole: boolean }[] = [];
	let [text, reasoning] = ['', ''];
	for (const event of events) {
		if (event.type === 'text') text += event.text;
		else if (event.type === 'reasoning') reasoning += event.text;
		else if (event.type === 'call') calls[event.index] = { id: event.id, name: event.name, arguments: '', whole: false };
		else if (event.type === 'arguments') calls[event.index]!.arguments += event.text;
		else calls[event.index]!.whole = true;
	}
	return { text, reasoning, calls };
}

function read(format: ToolFormat, text: string, sizes: () => number, options = {}) {
	const reader = toolReader(format, { tools: TOOLS, ...options });
	const events: ToolEvent[] = [];
	for (let at = 0; at < text.length; ) {
		const size = sizes();
		events.push(...reader.read(text.slice(at, at + size)));
		at += size;
	}
	return seen([...events, ...reader.end()]);
}

const ARGUMENTS = '{"city": "서울 \\"x\\" }\\n🙂", "days": [1, 2], "n": 3}';
const VALUES = { city: '서울 "x" }\n🙂', days: [1, 2], n: 3 };
const CITY = VALUES.city;
const [WEATHER, NOW] = [
	{ name: 'get_weather', values: VALUES },
	{ name: 'now', values: {} },
];

interface Golden {
	readonly text: string;
	readonly said?: string;
	readonly thought?: string;
	readonly calls: readonly { readonly name: string; readonly values: unknown }[];
}

const tagged = (open: string, close: string) => [`city${open}${CITY}${close}`, `days${open}[1, 2]${close}`, `n${open}3${close}`] as const;

/** A conversation's answer a family. */
const GOLDEN: Readonly<Record<string, Golden>> = {
	hermes: {
		text: `<think>\nhm <tool_call>\n</think>\n\nLet me see.\n<tool_call>\n{"name": "get_weather", "arguments": ${ARGUMENTS}}\n</tool_call>\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>`,
		said: 'Let me see.',
		thought: 'hm <tool_call>',
		calls: [WEATHER!, NOW!],
	},
	'qwen-xml': {
		text: `Sure.\n\n<tool_call>\n<function=get_weather>\n${tagged('>\n', '\n</parameter>')
			.map((entry) => `<parameter=${entry}\n`)
			.join('')}</function>\n</tool_call>\n<tool_call>\n<function=now>\n</function>\n</tool_call>`,
		said: 'Sure.',
		calls: [WEATHER!, NOW!],
	},
	seed: {
		text: `<seed:think>hm</seed:think>\n<seed:tool_call>\n<function=get_weather>\n${tagged('>', '</parameter>')
			.map((entry) => `<parameter=${entry}\n`)
			.join('')}</function>\n</seed:tool_call>`,
		thought: 'hm',
		calls: [WEATHER!],
	},
	'llama-3': {
		text: `<|python_tag|>{"name": "get_weather", "parameters": ${ARGUMENTS}}; {"name": "now", "parameters": {}}`,
		calls: [WEATHER!, NOW!],
	},
	mistral: {
		text: `[TOOL_CALLS][{"name": "get_weather", "arguments": ${ARGUMENTS}, "id": "abc123def"}, {"name": "now", "arguments": {}}]`,
		calls: [WEATHER!, NOW!],
	},
	'mistral-args': {
		text: `[THINK]hm[/THINK]Yes.[TOOL_CALLS]get_weather[CALL_ID]abc123def[ARGS]${ARGUMENTS}[TOOL_CALLS]now[ARGS]{}`,
		said: 'Yes.',
		thought: 'hm',
		calls: [WEATHER!, NOW!],
	},
	'gpt-oss': {
		text: `<|channel|>analysis<|message|>I need a tool.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>${ARGUMENTS}<|call|>`,
		thought: 'I need a tool.',
		calls: [WEATHER!],
	},
	'phi-4': { text: `<|tool_call|>[{"name": "get_weather", "arguments": ${ARGUMENTS}}]<|/tool_call|>`, calls: [WEATHER!] },
	granite: {
		text: `<|tool_call|>[{"name": "get_weather", "arguments": ${ARGUMENTS}}, {"name": "now", "arguments": {}}]`,
		calls: [WEATHER!, NOW!],
	},
	deepseek: {
		text: `Ok.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>${ARGUMENTS}<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
		said: 'Ok.',
		calls: [WEATHER!, NOW!],
	},
	'deepseek-r1': {
		text: `<think>a</think>\n\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n\`\`\`json\n${ARGUMENTS}\n\`\`\`<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n\`\`\`json\n{}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
		thought: 'a',
		calls: [WEATHER!, NOW!],
	},
	kimi: {
		text: `<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>${ARGUMENTS}<|tool_call_end|><|tool_call_begin|>functions.now:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>`,
		calls: [WEATHER!, NOW!],
	},
	'function-gemma': {
		text: `<start_function_call>call:get_weather{city:<escape>${CITY}<escape>,days:[1,2],n:3}<end_function_call><start_function_call>call:now{}<end_function_call>`,
		calls: [WEATHER!, NOW!],
	},
	'gemma-4': {
		text: `<|channel>thought\nhm<channel|><|tool_call>call:get_weather{city:<|"|>${CITY}<|"|>,days:[1,2],n:3}<tool_call|>`,
		thought: 'hm',
		calls: [WEATHER!],
	},
	lfm2: {
		text: `<|tool_call_start|>[get_weather(city='서울 "x" }\\n🙂', days=[1, 2], n=3), now()]<|tool_call_end|>`,
		calls: [WEATHER!, NOW!],
	},
	glm: {
		text: `<think>x</think>\n<tool_call>get_weather\n${tagged('</arg_key>\n<arg_value>', '</arg_value>')
			.map((entry) => `<arg_key>${entry}\n`)
			.join('')}</tool_call>`,
		thought: 'x',
		calls: [WEATHER!],
	},
	minimax: {
		text: `Yes.\n<minimax:tool_call>\n<invoke name="get_weather">\n${tagged('">', '</parameter>')
			.map((entry) => `<parameter name="${entry}\n`)
			.join('')}</invoke>\n<invoke name="now">\n</invoke>\n</minimax:tool_call>`,
		said: 'Yes.',
		calls: [WEATHER!, NOW!],
	},
	functionary: { text: `<function=get_weather>${ARGUMENTS}</function>`, calls: [WEATHER!] },
};

test('every form has a golden answer', () => {
	assert.deepEqual(Object.keys(GOLDEN).sort(), TOOL_FORMATS.map(({ name }) => name).sort());
});

for (const [name, { text, said = '', thought = '', calls }] of Object.entries(GOLDEN)) {
	test(`${name}: calls, text and thinking at any burst`, () => {
		const whole = read(named(name), text, () => text.length);
		assert.equal(whole.text, said);
		assert.equal(whole.reasoning, thought);
		assert.deepEqual(
			whole.calls.map((call) => ({ name: call.name, values: JSON.parse(call.arguments) as unknown })),
			calls,
		);
		assert.ok(whole.calls.every((call) => call.whole));
		for (const size of [1, 2, 3, 5, 7, 20])
			assert.deepEqual(
				read(named(name), text, () => size),
				whole,
				`bursts of ${size}`,
			);
		const random = seededRandom(7);
		for (let turn = 0; turn < 20; turn++)
			assert.deepEqual(
				read(named(name), text, () => 1 + Math.floor(random() * 12)),
				whole,
				'random bursts',
			);
		// However it is cut short, nothing is told twice and no call is whole that is not.
		for (let end = 0; end < text.length; end += 3) {
			const cut = read(named(name), text.slice(0, end), () => 4);
			for (const [i, call] of cut.calls.entries()) if (call.whole) assert.deepEqual(JSON.parse(call.arguments), calls[i]!.values);
		}
	});
}

const PROSE: readonly string[] = [
	'A call looks like {"name": "get_weather", "arguments": {"city": "Seoul"}} in JSON.',
	'{"name": "Bob", "age": 3} is JSON, and so is [1, 2].\n\n```json\n{"name": "now", "parameters": {}}\n```\n',
	'Use <tool_cal or < tool_call >, `<tool',
	'x < y and y > z; {"a": 1}; <function',
	'[TOOL_CALL] [ARGS',
	'call:now{}',
	'get_weather(city="Seoul")',
	'한국어로 {"이름": "값"} 같은 JSON 을 씁니다. ',
	'{',
	'{"name"',
	'{"name": "now"',
	'{}',
	'[]',
	' \n leading and trailing \n ',
];

test('answers that talk about JSON and calls hold none, and arrive letter for letter', () => {
	for (const format of TOOL_FORMATS) {
		for (const text of PROSE) {
			for (const size of [1, 3, text.length]) {
				const { text: said, calls, reasoning } = read(format, text, () => size);
				assert.deepEqual({ said, calls, reasoning }, { said: text, calls: [], reasoning: '' }, `${format.name}: ${text}`);
			}
		}
	}
});

test('a mark that is a special token counts as the token alone', () => {
	const format = named('mistral');
	const spelled = read(format, '[TOOL_CALLS][{"name": "now", "arguments": {}}]', () => 4, { specialMarks: new Set(['[TOOL_CALLS]']) });
	assert.equal(spelled.calls.length, 0);
	const reader = toolReader(format, { tools: TOOLS, specialMarks: new Set(['[TOOL_CALLS]']) });
	const events = [
		...reader.read('Yes.'),
		...reader.read('[TOOL_CALLS]', true),
		...reader.read('[{"name": "now", "arguments": {}}]'),
		...reader.end(),
	];
	assert.deepEqual(seen(events), { text: 'Yes.', reasoning: '', calls: [{ id: 'call00000', name: 'now', arguments: '{}', whole: true }] });
});

test('an answer that begins inside thinking is thinking up to its mark', () => {
	const { reasoning, text } = read(named('hermes'), 'hm\n</think>\n\nYes.', () => 3, { thinking: true });
	assert.deepEqual({ reasoning, text }, { reasoning: 'hm', text: 'Yes.' });
});

/** A text of the grammar: at each byte one of those that may come, by chance, ASCII before others. */
function written(format: ToolFormat, seed: number): string {
	const machine = createMachine(callsNode(format, { tools: TOOLS, parallel: true }));
	const random = seededRandom(seed);
	let state: State = machine.start;
	const bytes: number[] = [];
	while (state.cells.length > 0) {
		if (state.complete && (bytes.length > 400 || random() < 0.5)) break;
		machine.begin();
		const next: [number, State][] = [];
		for (let byte = 1; byte < 256 && !(byte === 128 && next.length > 0); byte++) {
			const after = machine.step(state, byte);
			if (after) next.push([byte, after]);
		}
		// Long texts and lists end: what closes comes first once there is much.
		const closing = bytes.length > 150 ? next.filter(([byte]) => '"]}<'.includes(String.fromCharCode(byte))) : [];
		const choices = closing.length > 0 ? closing : next;
		const [byte, after] = choices[Math.floor(random() * choices.length)]!;
		bytes.push(byte);
		state = after;
		if (bytes.length > 4000) return '';
	}
	return new TextDecoder().decode(Uint8Array.from(bytes));
}

for (const format of TOOL_FORMATS) {
	test(`${format.name}: what the grammar writes is read back as whole calls`, () => {
		let tried = 0;
		for (let seed = 1; seed <= 40; seed++) {
			const text = written(format, seed);
			if (text === '') continue;
			tried++;
			const { calls, text: said } = read(format, text, () => 5);
			assert.equal(said, '', text);
			assert.ok(calls.length > 0 && calls.every(({ whole }) => whole), text);
			for (const call of calls) {
				const values = JSON.parse(call.arguments) as Record<string, unknown>;
				if (call.name === 'now') assert.deepEqual(values, {}, text);
				else {
					assert.deepEqual(Object.keys(values), ['city', 'days', 'n'], text);
					assert.ok(typeof values['city'] === 'string' && Number.isInteger(values['n']) && Array.isArray(values['days']), text);
				}
			}
		}
		assert.ok(tried >= 10);
	});
}

const folder = process.env['TONGSA_TEMPLATES'];
const SHOWN: Readonly<Record<string, string | undefined>> = {
	'Qwen-Qwen2.5-7B-Instruct': 'hermes',
	'Qwen-Qwen3-0.6B': 'hermes',
	'NousResearch-Hermes-3-Llama-3.1-8B-tool_use': 'hermes',
	'ibm-granite-granite-4.0': 'hermes',
	'Qwen3-Coder': 'qwen-xml',
	'ByteDance-Seed-OSS': 'seed',
	'meta-llama-Llama-3.1-8B-Instruct': 'llama-3',
	'mistralai-Mistral-Nemo-Instruct-2407': 'mistral',
	'Mistral-Small-3.2-24B-Instruct-2506': 'mistral-args',
	'openai-gpt-oss-120b': 'gpt-oss',
	'ibm-granite-granite-3.3-2B-Instruct': 'granite',
	'deepseek-ai-DeepSeek-V3.1': 'deepseek',
	'deepseek-ai-DeepSeek-R1-Distill-Qwen-32B': 'deepseek-r1',
	'Kimi-K2-Instruct': 'kimi',
	'google-gemma-4-31B-it': 'gemma-4',
	'GLM-4.6': 'glm',
	'MiniMax-M2': 'minimax',
	'LFM2.5-8B-A1B': 'lfm2',
	'meetkai-functionary-medium-v3.1': 'functionary',
	'google-gemma-2-2b-it': undefined,
	'microsoft-Phi-3.5-mini-instruct': undefined,
};
test('the template decides the form', { skip: folder ? false : 'TONGSA_TEMPLATES names no folder' }, () => {
	for (const [name, form] of Object.entries(SHOWN)) {
		const path = join(folder!, `${name}.jinja`);
		if (existsSync(path)) assert.equal(toolFormatOf(readFileSync(path, 'utf8'))?.name, form, name);
	}
});

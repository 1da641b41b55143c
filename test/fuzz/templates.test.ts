// Fuzzes chat templates: each gives a text or is refused, in bounded steps.

import { memorySource } from '../../src/bytes/memory.ts';
import { getString } from '../../src/formats/get.ts';
import { openCheckpoint } from '../../src/formats/open.ts';
import { chatTemplateOf } from '../../src/model/chat-template.ts';
import { compileTemplate } from '../../src/template/index.ts';
import { type Files, fuzz } from './harness.ts';
import { shortened } from './shortened.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const file = memorySource('smollm2.gguf', await shortened('smollm2.gguf', 8));
const real = getString(await openCheckpoint({ name: 'smollm2', files: new Map([['smollm2.gguf', file]]) }), 'tokenizer.chat_template')!;
/** What longer templates use: a macro, a namespace, filters, tests, tools, a refusal. */
const rich = `{%- macro shown(tool) %}{{ tool.function.name | trim }}: {{ tool | tojson(indent=2) }}{% endmacro -%}
{%- set ns = namespace(system='', n=0) -%}
{%- for m in messages if m.role == 'system' %}{% set ns.system = ns.system ~ m.content %}{% endfor -%}
{{ bos_token }}{{ ns.system | upper | replace('A', 'b') }}
{%- if tools is defined and tools %}{% for tool in tools %}{{ shown(tool) }}{% endfor %}{% endif -%}
{%- for m in messages %}
	{%- if m.content is string and (m.role == 'user') != (loop.index0 % 2 == 0) and not loop.last -%}
		{{ raise_exception('roles must alternate: ' + m.role) }}
	{%- endif -%}
	{%- set ns.n = ns.n + (m.content | length) -%}
	<|{{ m['role'] }}|>{{ m['content'].strip().split('\\n')[0][:20] or "nothing" }}{{ eos_token if not loop.last else '' }}
{%- endfor %}{{ ns.n }}{% if add_generation_prompt %}<|assistant|>{% endif %}`;
const beside = { 'tokenizer.json': encode('{"model": {"type": "BPE", "vocab": {}, "merges": []}}') };
const TARGETS: readonly (readonly [string, Files])[] = [
	['chat_template.jinja, SmolLM2', { 'chat_template.jinja': encode(real), ...beside }],
	['chat_template.jinja, rich', { 'chat_template.jinja': encode(rich), ...beside }],
	[
		'tokenizer_config.json',
		{ 'tokenizer_config.json': encode(JSON.stringify({ chat_template: [{ name: 'default', template: rich }] })), ...beside },
	],
];
const INPUT = {
	messages: [
		{ role: 'user', content: 'I love you so much.' },
		{ role: 'assistant', content: '사랑해요 🙂' },
	],
	tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }],
	bos_token: '<s>',
	eos_token: '</s>',
	add_generation_prompt: true,
};

fuzz({
	targets: TARGETS,
	share: 0.1,
	async readAll(files) {
		const template = await chatTemplateOf(await openCheckpoint(files));
		if (template !== undefined) compileTemplate(template).renderSync(INPUT);
	},
	maxRead: 3,
});

// Chat templates in their worker: what they give, and what a hostile one gets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTemplate } from '../../hosts/node/template.ts';
import { TongsaError } from '../../src/errors.ts';
import type { TemplateInput } from '../../src/host.ts';

const input: TemplateInput = {
	messages: [{ role: 'user', content: '안녕' }],
	bos_token: '<s>',
	eos_token: '</s>',
	add_generation_prompt: true,
};
const is = (code: string, words: RegExp) => (error: unknown) =>
	error instanceof TongsaError && error.code === code && words.test(error.message);

test('variables, flags and the generation prompt reach the template', async () => {
	const template =
		"{{ bos_token }}{% for m in messages %}\n{{ m['role'] }}: {{ m.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";
	assert.equal(await renderTemplate(template, input), '<s>user: 안녕</s>\nassistant:');
	assert.equal(await renderTemplate(template, { ...input, add_generation_prompt: false }), '<s>user: 안녕</s>\n');
});

test('tools are none when absent, and a list when given', async () => {
	const template = '{% if tools is not none %}{{ tools | length }}{% else %}none{% endif %}';
	assert.equal(await renderTemplate(template, input), 'none');
	assert.equal(await renderTemplate(template, { ...input, tools: [{ name: 'clock' }] }), '1');
});

test('what a template raises is the message', async () => {
	await assert.rejects(renderTemplate("{{ raise_exception('Roles must alternate') }}", input), is('malformed', /Roles must alternate/));
});

test('a template that is none is refused', async () => {
	await assert.rejects(renderTemplate('{% for %}', input), is('malformed', /chat template failed/));
	await assert.rejects(renderTemplate('x'.repeat(2 ** 20 + 1), input), is('too-large', /too long/));
});

test('a template that loops is stopped, and the program goes on', async () => {
	const loop = '{% for i in range(100000) %}{% for j in range(100000) %}{% set x = j %}{% endfor %}{% endfor %}';
	await assert.rejects(renderTemplate(loop, input), is('too-large', /takes too (?:long|much memory)/));
});

test('a template that grows is stopped', async () => {
	const grow = '{% set ns = namespace(a="x") %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% endfor %}{{ ns.a }}';
	await assert.rejects(renderTemplate(grow, input), (error) => error instanceof TongsaError);
});

test('an abort ends it', async () => {
	const loop = '{% for i in range(100000) %}{% for j in range(100000) %}{% set x = j %}{% endfor %}{% endfor %}';
	await assert.rejects(renderTemplate(loop, input, AbortSignal.timeout(200)), { name: 'TimeoutError' });
});

test('many at once are rendered one after the other, and one that has to be stopped does not take the next with it', async () => {
	const wrong = assert.rejects(renderTemplate('{{ raise_exception("no") }}', input), is('malformed', /no/));
	const loops = '{% for i in range(100000) %}{% for j in range(100000) %}{% set x = j %}{% endfor %}{% endfor %}';
	const stopped = assert.rejects(renderTemplate(loops, input, AbortSignal.timeout(100)), { name: 'TimeoutError' });
	const texts = Array.from({ length: 300 }, (_, i) => renderTemplate(`${i}{{ messages[0].content }}`, input));
	assert.deepEqual(
		await Promise.all(texts),
		texts.map((_, i) => `${i}안녕`),
	);
	await Promise.all([wrong, stopped]);
});

// Chat templates: values as Python has them, where texts come from, and what a hostile template gets. Equality with jinja2 at large:
// published.test.ts and scripts/reference/fuzz_templates.py.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TongsaError } from '../../src/errors.ts';
import { compileTemplate, Float, parseExactJson } from '../../src/template/index.ts';

const now = () => new Date(2026, 1, 3, 4, 5, 6);
const text = (template: string, values: Record<string, unknown> = {}) => compileTemplate(template).renderSync(values, { now }).text;
const is =
	(code: string, message: RegExp) =>
	(error: unknown): boolean =>
		error instanceof TongsaError && error.code === code && message.test(error.message);

/** Expected values by jinja2 3.1.6 in transformers' environment (_compile_jinja_template of transformers 5.24.0). */
const CASES: readonly (readonly [template: string, values: Record<string, unknown>, expected: string])[] = [
	['{{ x }}|{{ y }}|{{ z }}', { x: null, y: true, z: new Float(1) }, 'None|True|1.0'],
	["{{ [1.0, 'it\\'s', \"q\", None, (1,), {'a': 1e22}] }}", {}, "[1.0, \"it's\", 'q', None, (1,), {'a': 1e+22}]"],
	['{{ 7 // -2 }} {{ 7 % -2 }} {{ 2 ** 64 }} {{ 1 / 4 }} {{ 2 ** -1 }}', {}, '-4 -1 18446744073709551616 0.25 0.5'],
	["{{ 'añ🙂'|length }}{{ 'añ🙂'[::-1] }}{{ '🙂x'[1] }}", {}, '3🙂ñax'],
	["{{ {'items': 1}.items() | list }}{{ d.items }}", { d: parseExactJson('{"items": 2}') }, "[('items', 1)]<built-in method items>"],
	[
		'{{ d | tojson }}',
		{ d: parseExactJson('{"2": 1.0, "1": 12345678901234567890, "é": "<&"}') },
		'{"2": 1.0, "1": 12345678901234567890, "é": "<&"}',
	],
	["{{ '\\n\\n  a\\n'.lstrip('\\n') }}|{{ ' a '.strip() }}|{{ 'xxaxx'.strip('x') }}", {}, '  a\n|a|a'],
	["{{ strftime_now('%d %b %Y, %A %B %-d') }}", {}, '03 Feb 2026, Tuesday February 3'],
	['{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = 2 %}{% endfor %}{{ x }}', {}, '111'],
	['{% set ns = namespace(a=1) %}{% for i in [1, 2] %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}', {}, '4'],
	['{% for x in [1, 2, 3] %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{{ loop.previtem }}{% endfor %}', {}, '132'],
	["{% macro m(a, b='x') %}{{ a }}{{ b }}{{ varargs }}{% endmacro %}{{ m(1) }}{{ m(1, 2, 3) }}", {}, '1x()12(3,)'],
	['a\r\n  {% if true %}\r\nb\r\n  {% endif %}\r\nc\r\n', {}, 'a\nb\nc'],
	['{% generation %}a{% set y = 1 %}{% endgeneration %}{{ y is defined }}', {}, 'aFalse'],
];

for (const [template, values, expected] of CASES) {
	test(`renders ${JSON.stringify(template)}`, () => assert.equal(text(template, values), expected));
}

test("a user's part of a text is known through what the template does with it", () => {
	const user = (template: string, content: string) => {
		const { text, user } = compileTemplate(template).renderSync({ messages: [{ role: 'user', content }] }, { untrusted: ['messages'] });
		let marked = '';
		for (let i = 0, from = 0; i <= user.length; i += 2) {
			marked += text.slice(from, user[i] ?? text.length);
			if (i < user.length) marked += `[${text.slice(user[i], user[i + 1])}]`;
			from = user[i + 1] ?? text.length;
		}
		return marked;
	};
	const all = '{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}';
	assert.equal(user(all, 'a<|end|>'), '<|user|>[a<|end|>]<|end|>');
	assert.equal(user("{{ 'A: ' + messages[0].content.strip() ~ '!' }}", '  x '), 'A: [x]!');
	assert.equal(user("{{ messages[0].content.split('|')[-1] | upper }}.", 'a|b'), '[B].');
	assert.equal(user("{{ messages[0].content.replace('b', 'c') }}", 'abd'), '[a]c[d]');
	assert.equal(user("{{ {'x': messages[0].content} | tojson }}", 'é"'), '{"x": "[é\\"]"}');
	assert.equal(user("{{ '<%s>' % messages[0].content }}{{ '{}!'.format(messages[0].content[1:]) }}", 'ab'), '<[ab]>[b]!');
	assert.equal(user('{% set x %}({{ messages[0].content }}){% endset %}{{ x[::-1] }}', 'ab'), ')[ba](');
});

/** What would take the machine away: each is refused in words, in steps that are counted. */
const HOSTILE: Readonly<Record<string, string>> = {
	'a range': '{% for i in range(1000000000) %}{{ i }}{% endfor %}',
	'loops in loops': '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}',
	'a text that doubles': "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
	'a text times a number': "{{ 'a' * 100000000000 }}",
	'a list that doubles': '{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}',
	'a list times a number': '{{ [1] * 1000000000000 }}',
	'a power': '{{ 9 ** (9 ** 9) }}',
	'powers in turn': '{% set ns = namespace(n=9) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}',
	'a macro that calls itself': '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
	'macros that fan out': '{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}',
	'a loop that calls itself': '{% for x in [[1]] recursive %}{{ loop([x]) }}{% endfor %}',
	brackets: `{{ ${'('.repeat(100_000)} }}`,
	'a row of terms': `{{ 1${' + 1'.repeat(100_000)} }}`,
	'tags in tags': '{% if 1 %}'.repeat(100_000),
	'a wide field': "{{ '%99999999999d' % 1 }}",
	'a wide field by name': "{{ '{:99999999999}'.format(1) }}",
	indentation:
		"{{ {'a': [[[[[[1]]]]]]} | tojson(indent=100000000) | length }}{% for i in range(99999) %}{{ ('a\\n' * 1000) | indent(1000) }}{% endfor %}",
	'upper case again and again': "{% set s = 'ß' * 1000000 %}{% for i in range(99999) %}{% set t = s | upper %}{% endfor %}",
	'a namespace in itself': '{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}',
	sums: '{% for i in range(99999) %}{{ range(99999) | sum }}{% endfor %}',
	sorting: '{% for i in range(99999) %}{% set x = range(99999) | sort(reverse=true) %}{% endfor %}',
	search: "{% set s = 'ab' * 1000000 %}{% for i in range(99999) %}{{ 'ba' * 1000 in s }}{{ s.count('c') }}{% endfor %}",
	'white space': `{{ x${' '.repeat(500_000)}`,
	'no end of a comment': '{#'.repeat(100_000),
	'a set of attributes': "{{ ''.__class__.__mro__ }}",
};

for (const [name, template] of Object.entries(HOSTILE)) {
	test(`a hostile template gets a typed refusal: ${name}`, () => {
		assert.throws(
			() => text(template),
			(error) => error instanceof TongsaError && ['too-large', 'malformed'].includes(error.code),
		);
	});
}

test('what a template refuses is told in its words, with the line of what is not written correctly', () => {
	assert.throws(() => text("{{ raise_exception('Roles must alternate') }}"), is('malformed', /Roles must alternate/));
	assert.throws(() => text('a\n{% for %}'), is('malformed', /in line 2/));
	assert.throws(() => text('{{ x.y.z }}'), is('malformed', /'x' is undefined/));
	assert.throws(() => text('{{ x | nothing }}'), is('malformed', /No filter named 'nothing'/));
	assert.throws(() => text('x'.repeat(2 ** 20 + 1)), is('too-large', /too long/));
});

test('a rendering lets others work, and ends when it is called off', async () => {
	const template = compileTemplate('{% for i in range(99999) %}{% set x = i %}{% endfor %}done');
	let pauses = 0;
	const pause = async () => void pauses++;
	assert.equal((await template.render({}, { pause })).text, 'done');
	assert.ok(pauses >= 5);
	const stop = new AbortController();
	const rendering = template.render({}, { signal: stop.signal, pause: async () => stop.abort(new Error('enough')) });
	await assert.rejects(rendering, /enough/);
	await assert.rejects(template.render({}, { signal: AbortSignal.abort(new Error('before')) }), /before/);
});

test('a long conversation has steps for its length', () => {
	const messages = Array.from({ length: 20_000 }, (_, i) => ({ role: i % 2 ? 'assistant' : 'user', content: 'word '.repeat(20) }));
	const template =
		'{% for m in messages %}{{ loop.index0 }}{% if m.role == "user" %}{{ m.content | trim }}{% else %}{{ m.content }}{% endif %}{% endfor %}';
	assert.ok(text(template, { messages }).length > 1_900_000);
});

test('exact JSON keeps order, digits and 1.0, and is refused with its place', () => {
	assert.deepEqual(
		parseExactJson('{"2": [1.0, 1e2, 0.5], "1": -12345678901234567890}'),
		new Map<string, unknown>([
			['2', [new Float(1), new Float(100), 0.5]],
			['1', -12345678901234567890n],
		]),
	);
	for (const wrong of ['', '{', '[1,]', '{"a" 1}', '01', '"\n"', 'nul', '[1] 2', '"\\x"', `${'['.repeat(2000)}`]) {
		assert.throws(() => parseExactJson(wrong), is('malformed', /not JSON/));
	}
});

// The linear matcher finds what the engine's own regex finds, and takes linear time where that one does not.
// Reference: the JavaScript engine's RegExp on the same translated pattern.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFind, regexFind } from '../../src/tokenizer/regex/find.ts';
import { createLinearFind, type Find } from '../../src/tokenizer/regex/linear.ts';
import { LINEAR_PATTERNS } from '../../src/tokenizer/regex/pre.ts';
import { compileRegex } from '../../src/tokenizer/regex/regex.ts';
import { translate } from '../../src/tokenizer/regex/translate.ts';
import { randomBelow } from '../random.ts';
import { STRINGS } from './reference.ts';

const all = (find: Find, text: string): string => {
	const found: string[] = [];
	find(text, (start, end) => found.push(`${start}-${end}`));
	return found.join(' ');
};

const MORE = [
	'\\s+$',
	'(?=(\\d{3})+(?!\\d))',
	'\\d{1,3}(?=(?:\\d{3})*\\b)',
	'(?<=a)b|(?<!b)a',
	'(?>a+)b',
	'a++b|a',
	'(a|ab)(c|bcd)?',
	'a{2,3}?',
	'',
	'x*',
	'(?:a*)*b?',
	'[^\\s]+?\\s',
	'(?i:straße)|\\w+',
];

test('the same matches as the engine, on the patterns of real tokenizers and the hard strings', () => {
	for (const pattern of [...LINEAR_PATTERNS, ...MORE]) {
		const own = createLinearFind(translate(pattern, 'oniguruma'));
		const engine = regexFind(compileRegex(pattern));
		for (const text of STRINGS) assert.equal(all(own, text), all(engine, text), `${pattern} on ${JSON.stringify(text)}`);
	}
});

test('the same matches as the engine, on 3,000 patterns made at random', () => {
	const random = randomBelow(7);
	const pick = (items: readonly string[]): string => items[random(items.length)]!;
	const make = (depth: number): string => {
		const atoms = ['a', 'b', 'c', '[ab]', '[^a]', '😀'];
		if (depth === 0) return pick(atoms);
		switch (random(9)) {
			case 0:
				return `(?:${make(depth - 1)}|${make(depth - 1)})`;
			case 1:
				// Never empty inside: engines differ in what they make of an empty repetition.
				return `(?:${pick(atoms)}${make(depth - 1)})${pick(['*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?'])}`;
			case 2:
				return `(?=${make(depth - 1)})`;
			case 3:
				return `(?!${make(depth - 1)})`;
			case 4:
				return `(?<=${pick(atoms)})`;
			case 5:
				return `(?<!${pick(atoms)})`;
			case 6:
				return `(?>${make(depth - 1)})`;
			default:
				return make(depth - 1) + make(depth - 1);
		}
	};
	for (let round = 0; round < 3000; round++) {
		const pattern = make(4);
		const own = createLinearFind(translate(pattern, 'oniguruma'));
		const engine = regexFind(compileRegex(pattern));
		for (let i = 0; i < 8; i++) {
			const text = Array.from({ length: random(9) }, () => pick(['a', 'b', 'c', '😀'])).join('');
			assert.equal(all(own, text), all(engine, text), `${pattern} on ${text}`);
		}
	}
});

test('linear time where backtracking takes exponential or quadratic time', () => {
	const cases: readonly (readonly [pattern: string, text: string, matches: number])[] = [
		['(a+)+$', `${'a'.repeat(300_000)}!`, 0],
		['(a|a)*b', 'a'.repeat(300_000), 0],
		['(.*)*x', 'y'.repeat(300_000), 0],
		['(?:a?){64}a{64}', 'a'.repeat(20_000), 156], // ⌊20,000 / 128⌋
		['\\s+$', `${' '.repeat(300_000)}x`, 0],
		['(?=(\\d{3})+(?!\\d))', '1'.repeat(300_000), 100_000],
		['\\d{1,3}(?=(?:\\d{3})*\\b)', '1'.repeat(300_000), 100_000],
		['(?>\\s+)x', ' '.repeat(300_000), 0],
	];
	// A backtracking engine does not come back from these; the runner's limit would end it.
	for (const [pattern, text, matches] of cases) {
		let found = 0;
		compileFind({ Regex: pattern })(text, () => void found++);
		assert.equal(found, matches, pattern);
	}
});

test("Oniguruma's word characters: Latin-1's fractions and superscripts only outside of classes", () => {
	// What normalizers.Replace(Regex(pattern), '#') of tokenizers 0.23.3 takes away.
	const taken = (pattern: string): string => {
		let out = '';
		regexFind(compileRegex(pattern))('a ½²⅓ªⅧ_⁶', (start, end) => (out += 'a ½²⅓ªⅧ_⁶'.slice(start, end)));
		return out;
	};
	assert.equal(taken('\\w'), 'a½²ªⅧ_');
	assert.equal(taken('[\\w]'), 'aªⅧ_');
	assert.equal(taken('[[:word:]]'), 'aªⅧ_');
	assert.equal(taken('[^\\w\\s]'), '½²⅓⁶');
	assert.equal(taken('\\W'), ' ⅓⁶');
});

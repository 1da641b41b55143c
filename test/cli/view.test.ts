// What people see: widths of CJK and emoji, invisible characters, tables and matrices in terminals of any width, colours.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourDepth } from '../../surfaces/cli/terminal.ts';
import { cell, diverging } from '../../surfaces/cli/view/colour.ts';
import { matrix } from '../../surfaces/cli/view/matrix.ts';
import { count } from '../../surfaces/cli/view/numbers.ts';
import { bytes, duration } from '../../surfaces/cli/view/progress.ts';
import { table } from '../../surfaces/cli/view/table.ts';
import { cut, excerpt, padEnd, visible, width, wrapped } from '../../surfaces/cli/view/text.ts';

test('widths: Hangul, kana, Han and emoji take two columns, joined emoji too, colour codes none', () => {
	const WIDTHS: readonly (readonly [string, number])[] = [
		['love', 4],
		['사랑', 4],
		['あい', 4],
		['爱', 2],
		['👨‍👩‍👧', 2],
		['é', 1],
		['\x1b[1mbold\x1b[22m', 4],
	];
	for (const [text, columns] of WIDTHS) assert.equal(width(text), columns, text);
	assert.equal(width(padEnd('사랑', 10)), 10);
});

test('of a foreign name of megabytes only the beginning is looked at', () => {
	assert.equal(excerpt('\x1b[2Jllama'), '␛[2Jllama');
	assert.ok(excerpt('x'.repeat(5_000_000)).length < 2000);
});

test('what cannot be seen is made visible', () => {
	assert.equal(visible(' love\n'), '␣love⏎');
	assert.equal(visible('\t\r\n\x1b[31m\0'), '⇥␍⏎␛[31m␀');
	assert.equal(visible('\u200b'), '\\u{200b}');
	assert.equal(visible('a\u202eb'), 'a\\u{202e}b');
	assert.equal(visible('\ud800'), '\\u{d800}');
	assert.equal(visible('\u0301'), '\\u{301}');
	assert.equal(visible('👨‍👩‍👧'), '👨‍👩‍👧');
	assert.equal(visible('سلام'), '\u2068سلام\u2069', 'right-to-left text is isolated');
	assert.equal(visible('two words', false), 'two words');
});

test('cutting keeps whole characters and closes what it opens', () => {
	assert.equal(cut('사랑해요', 5), '사랑…');
	assert.equal(cut('love', 4), 'love');
	assert.equal(cut('👨‍👩‍👧👨‍👩‍👧', 3), '👨‍👩‍👧…');
	assert.ok(cut(visible('سلامسلامسلام'), 5).endsWith('\u2069'));
	assert.deepEqual(wrapped('one two three', 7), ['one two', 'three']);
});

test('tables fit every width and never cut a number', () => {
	const columns = [{ title: 'token' }, { title: 'id', align: 'right', whole: true }] as const;
	const rows = [
		['사랑'.repeat(20), '123456'],
		['short', '7'],
	];
	for (const terminal of [20, 40, 80, 200]) {
		const lines = table(columns, rows, terminal).trimEnd().split('\n');
		for (const line of lines) assert.ok(width(line) <= terminal, `${width(line)} > ${terminal}`);
		assert.match(lines[1]!, /123456$/);
		assert.equal(width(lines[1]!), width(lines[2]!), 'the right edge is straight');
	}
});

test('a table too wide for the terminal goes on below, under the first column again', () => {
	const number = (title: string) => ({ title, align: 'right' as const, whole: true });
	const columns = [{ title: 'model' }, number('layers'), number('vocabulary'), { title: 'kind', whole: true }];
	const rows = [
		['사랑하는 모델의 이름', '12', '50,257', 'bpe'],
		['bert', '24', '30,522', 'wordpiece'],
	];
	assert.equal(
		table(columns, rows, 28),
		[
			'model     layers  vocabulary',
			'사랑하…       12      50,257',
			'bert          24      30,522',
			'',
			'model              kind',
			'사랑하는 모델의 …  bpe',
			'bert               wordpiece',
			'',
		].join('\n'),
	);
	for (let terminal = 12; terminal <= 60; terminal++) {
		const text = table(columns, rows, terminal);
		for (const line of text.split('\n')) assert.ok(width(line) <= Math.max(20, terminal), `${width(line)} of ${terminal}: ${line}`);
		for (const cell of ['24', '30,522', 'wordpiece']) assert.ok(text.includes(cell), `${cell} at ${terminal}`);
	}
});

/** Tokens' names by id. */
const NAMES: Readonly<Record<number, string>> = { 0: '«시작»', 1: 'I', 22: '사랑', 333: '👨‍👩‍👧' };

test('a matrix shows the first and last columns, all rows aligned', () => {
	const D = 576;
	const view = {
		shape: [3, D] as const,
		data: Float32Array.from({ length: 3 * D }, (_, i) => ((i % 7) - 3) / 10),
		ids: [1, 22, 333],
	};
	for (const terminal of [40, 80, 160]) {
		const lines = matrix(view, (id) => NAMES[id]!, terminal, 1)
			.trimEnd()
			.split('\n');
		assert.equal(lines.length, 4);
		assert.match(lines[0]!, /id\s+0\s.*….*\s575$/);
		for (const line of lines) assert.equal(width(line), width(lines[0]!));
		assert.ok(width(lines[0]!) <= Math.max(terminal, 45), `${width(lines[0]!)} columns of ${terminal}`);
	}
	const small = { shape: [1, 4] as const, data: Float32Array.of(0.481, -0.7042, -0.7409, 0.14624), ids: [0] };
	assert.match(
		matrix(small, (id) => NAMES[id]!, 80, 1),
		/«시작»\s+0\s+0\.4810\s+-0\.7042\s+-0\.7409\s+0\.1462\n$/,
	);
	const long = { shape: [1000, 1] as const, data: new Float32Array(1000), ids: Array.from({ length: 1000 }, (_, i) => i) };
	assert.match(
		matrix(long, () => '', 80, 1),
		/960 rows more/,
	);
});

test('colours: red above zero, blue below, in what the terminal has', () => {
	assert.deepEqual(diverging(0), [247, 247, 247]);
	assert.ok(diverging(1)[0]! > diverging(1)[2]! && diverging(-1)[2]! > diverging(-1)[0]!);
	assert.equal(cell('1.0', 1, 1), '1.0');
	assert.ok(cell('1.0', 1, 4).startsWith('\x1b[41m'));
	assert.match(cell('1.0', 1, 8), /48;5;\d+m/);
	assert.match(cell('1.0', -1, 24), /48;2;33;102;172m/);
	assert.equal(cell('NaN', Number.NaN, 24), 'NaN');
});

test('NO_COLOR and FORCE_COLOR decide before the terminal does', () => {
	assert.equal(colourDepth({}, 24), 24);
	assert.equal(colourDepth({ NO_COLOR: '1' }, 24), 1);
	assert.equal(colourDepth({ NO_COLOR: '' }, 24), 24);
	assert.equal(colourDepth({ FORCE_COLOR: '0' }, 24), 1);
	assert.equal(colourDepth({ FORCE_COLOR: '3' }, 1), 24);
	assert.equal(colourDepth({ FORCE_COLOR: '2' }, 1), 8);
	assert.equal(colourDepth({ NO_COLOR: '1', FORCE_COLOR: '3' }, 24), 1);
});

test('numbers for people', () => {
	assert.deepEqual([134515008, 1315723264, 540356474880, 1.8e12, 999].map(count), ['135M', '1.32B', '540B', '1.8T', '999']);
	assert.deepEqual([0, 999, 98362432].map(bytes), ['0 bytes', '999 bytes', '98.4 MB']);
	assert.deepEqual([3.2, 75, 7200].map(duration), ['4 s', '1 min 15 s', '2.0 h']);
});

test('Chinese and Japanese break between characters, not before closing punctuation', () => {
	assert.deepEqual(wrapped('言語モデルは SmolLM2 を読みます。', 12), ['言語モデルは', 'SmolLM2 を読', 'みます。']);
	assert.deepEqual(wrapped('我爱你。你好（真的）。', 8), ['我爱你。', '你好（真', '的）。']);
	// Korean breaks at spaces.
	assert.deepEqual(wrapped('모델은 숫자를 읽어요', 8), ['모델은', '숫자를', '읽어요']);
});

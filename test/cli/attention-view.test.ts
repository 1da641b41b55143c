// The map of attention weights, and the line of progress, on numbers that a reader can check.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Terminal } from '../../surfaces/cli/terminal.ts';
import { attention } from '../../surfaces/cli/view/attention.ts';
import { progressLine } from '../../surfaces/cli/view/progress.ts';

test('a row a query, a column a key, small weights empty', () => {
	const weights = Float32Array.of(1, 0, 0.25, 0.75);
	assert.equal(
		attention({ weights, queries: ['I', '사랑'], keys: ['I', '사랑'] }, 80, 1),
		'          I   사랑\nI      1.00\n사랑   0.25   0.75\n',
	);
});

test('what does not fit is counted, and cells carry colour by weight', () => {
	const tokens = Array.from({ length: 50 }, (_, i) => `token${i}`);
	const weights = new Float32Array(2500).fill(0.5);
	const lines = attention({ weights, queries: tokens, keys: tokens }, 40, 1).trimEnd().split('\n');
	assert.equal(lines.length, 1 + 40 + 1);
	assert.ok(lines.every((line) => line.length <= 40));
	assert.equal(lines.at(-1), '10 rows and 46 columns more');
	assert.ok(attention({ weights: Float32Array.of(1), queries: ['a'], keys: ['a'] }, 80, 24).includes('\x1b[48;2;178;24;43m'));
});

test('progress counts tensors as it counts bytes, and clears its line once', () => {
	let seen = '';
	const terminal = { stderrIsTerminal: true, note: (text: string) => (seen += text) } as unknown as Terminal;
	let now = 0;
	const line = progressLine(terminal, () => (now += 500));
	line.show({ stage: 'repack', done: 10, total: 40, unit: 'tensors' });
	line.show({ stage: 'repack', done: 20, total: 40, unit: 'tensors' });
	assert.ok(seen.endsWith(`\r\x1b[2K${'█'.repeat(12)}${'░'.repeat(12)}  20 of 40 tensors  20 tensors/s  1 s left`), JSON.stringify(seen));
	line.end();
	const cleared = seen;
	line.end();
	assert.equal(seen, cleared);
	assert.ok(cleared.endsWith('\r\x1b[2K'));
});

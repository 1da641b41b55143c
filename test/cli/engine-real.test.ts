// The verbs of the transformer on a whole real model: its own answers, and Ctrl-C while it works.
// Runs where TONGSA_MODELS names the folder with SmolLM2-135M-Instruct.Q4_1.gguf.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { GenerateJson } from '../../surfaces/protocol/generate.ts';
import type { LensJson } from '../../surfaces/protocol/lens.ts';
import { COMMAND } from '../command.ts';
import { tongsa } from './run.ts';

const MODEL = join(process.env.TONGSA_MODELS ?? '', 'SmolLM2-135M-Instruct.Q4_1.gguf');
const skip = existsSync(MODEL) ? false : 'TONGSA_MODELS names no folder with SmolLM2-135M-Instruct.Q4_1.gguf';

test('generate answers by the chat template, and goes on from a raw text', { skip }, async () => {
	const answer = await tongsa(['generate', MODEL, 'Say hello.', '--max-tokens', '24', '--json']);
	const { text, provenance } = answer.json<GenerateJson>();
	assert.match(text, /hello/i);
	assert.equal(provenance.files[0]!.name, 'SmolLM2-135M-Instruct.Q4_1.gguf');
	const raw = await tongsa(['generate', MODEL, 'The capital of France is', '--raw', '--max-tokens', '3']);
	assert.match(raw.stdout, /Paris/);
});

test('the lens sees the answer come up in the last layers', { skip }, async () => {
	const { layers } = (await tongsa(['lens', MODEL, 'The capital of France is', '--top', '5', '--json'])).json<LensJson>();
	const rank = (layer: number) => layers.find((one) => one.layer === layer)!.top.findIndex(({ text }) => text === ' Paris');
	assert.deepEqual([layers.length, rank(-1), rank(5)], [31, -1, -1]);
	assert.ok(rank(29) >= 0);
});

test('Ctrl-C ends a generation with exit code 130', { skip }, async () => {
	const { code, stderr } = await tongsa(['generate', MODEL, 'Tell me a very long story.', '--max-tokens', '4000'], {
		interrupt: setTimeout(4000),
	});
	assert.deepEqual([code, stderr], [130, '']);
});

test('Ctrl-C stops the answer of a chat and not the chat', { skip }, async () => {
	const child = spawn(COMMAND[0]!, [...COMMAND.slice(1), 'chat', MODEL, '--max-tokens', '4000']);
	let heard = '';
	let said = '';
	child.stderr.setEncoding('utf8').on('data', (text) => (heard += text));
	child.stdout.setEncoding('utf8').on('data', (text) => {
		// The first words of each answer are enough.
		if (said === '' || said.endsWith('\n')) child.kill('SIGINT');
		said += text;
	});
	child.stdin.end('Tell me a very long story.\nAnd another one.\n');
	const code = await new Promise((done) => child.on('close', done));
	assert.equal(code, 0, heard);
	assert.equal(heard, 'stopped\nstopped\n');
});

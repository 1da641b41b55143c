// Runs every block of docs/server.md, each as a program of its own, against a server with the tiny model.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { server } from './run.ts';

const page = readFileSync(new URL('../../docs/server.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

test('there is a block for each client, one for what is our own, and two for answers bound to a schema', () => {
	assert.deepEqual(
		blocks.map((code) => /from '([^']+)'/.exec(code)?.[1]),
		['openai', '@ai-sdk/openai-compatible', '@langchain/openai', 'ollama', undefined, 'openai', '@ai-sdk/openai-compatible'],
	);
});

test('every block runs and prints something', async () => {
	const running = await server();
	const outputs = await Promise.all(
		blocks.map((code) => {
			const here = code.replaceAll('http://127.0.0.1:8080', running.url).replaceAll("'smollm2'", "'tiny'");
			return promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', here]);
		}),
	);
	for (const [i, { stdout }] of outputs.entries()) assert.ok(stdout.length > 0, blocks[i]!);
	assert.match(outputs[0]!.stdout, /\[ 32, 32 \]\n$/);
	assert.match(outputs[6]!.stdout, /^(?:한국어|English|日本語|中文) (?:true|false)\n$/);
	assert.match(outputs[4]!.stdout, /\[ 4, \d+, \d+ \]\n$/);
});

// The MCP server with the official client: over HTTP, and as a process.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { cosine } from '../../src/embedding/distance.ts';
import { server, TINY } from './run.ts';

const TOOLS = ['models', 'tokenize', 'detokenize', 'nearest', 'embed'];

async function asked<T>(client: Client, name: string, given: Record<string, unknown> = {}): Promise<T> {
	const result = (await client.callTool({ name, arguments: given })) as CallToolResult;
	assert.ok(!result.isError, JSON.stringify(result.content));
	return result.structuredContent as T;
}

test('over HTTP: tools are listed and answer as the HTTP API does; a refusal is told in words', async () => {
	const running = await server({}, ['lecture', TINY]);
	const client = new Client({ name: 'test', version: '0' });
	await client.connect(new StreamableHTTPClientTransport(new URL(`${running.url}/mcp`)));
	assert.deepEqual(
		(await client.listTools()).tools.map(({ name }) => name),
		TOOLS,
	);
	assert.deepEqual(await asked(client, 'models'), { models: ['lecture', 'tiny'] });
	const { ids } = await asked<{ ids: number[] }>(client, 'tokenize', { text: 'I love', model: 'tiny' });
	const { results } = await running.json<{ results: { ids: number[] }[] }>('/v1/tokenize', { model: 'tiny', input: 'I love' });
	assert.deepEqual(ids, results[0]!.ids);
	assert.equal((await asked<{ text: string }>(client, 'detokenize', { ids, model: 'tiny' })).text, 'I love');
	const { matches } = await asked<{ matches: { text: string }[] }>(client, 'nearest', { word: 'love', top: 3, model: 'tiny' });
	const nearest = await running.json<{ matches: { text: string }[] }>('/v1/nearest', { model: 'tiny', word: 'love', top: 3 });
	assert.deepEqual(matches, nearest.matches);
	type Embedded = { sentences: { vector: number[] }[]; cosines: number[][] };
	const { sentences, cosines } = await asked<Embedded>(client, 'embed', { texts: ['love', '사랑'], model: 'tiny' });
	const [a, b] = sentences.map(({ vector }) => Float32Array.from(vector));
	assert.ok(Math.abs(cosines[0]![1]! - cosine(a!, b!)) < 1e-6);
	const wrong = (await client.callTool({ name: 'tokenize', arguments: { text: 'a', model: 'none' } })) as CallToolResult;
	assert.equal(wrong.isError, true);
	assert.match(JSON.stringify(wrong.content), /not served here/);
	await client.close();
	assert.equal((await fetch(`${running.url}/mcp`)).status, 405);
	assert.equal((await running.post('/mcp', { jsonrpc: '2.0' }, { origin: 'https://example.org' })).status, 403);
});

test('as a process: tongsa mcp answers on its stdout, and nothing else stands there', async () => {
	const main = fileURLToPath(new URL('../../surfaces/cli/main.ts', import.meta.url));
	const transport = new StdioClientTransport({ command: process.execPath, args: ['--conditions=tongsa-source', main, 'mcp', 'lecture'] });
	const client = new Client({ name: 'test', version: '0' });
	await client.connect(transport);
	const { tokens } = await asked<{ tokens: { text: string }[] }>(client, 'tokenize', { text: 'I love' });
	assert.deepEqual(
		tokens.map(({ text }) => text),
		['«시작»', 'I', 'love', '«끝»'],
	);
	await client.close();
});

// The MCP server's tools: what a chat client may ask of the models here. Where the models are opened is its host's.
// https://modelcontextprotocol.io/specification/

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

/** Who answers the tools. Each call may throw: the client is told the message. */
export interface McpHost {
	readonly version: string;
	/** Names of the models that may be asked; the first is asked where a call names none. */
	readonly models: readonly string[];
	tokenize(model: string, text: string, signal: AbortSignal): Promise<object>;
	detokenize(model: string, ids: readonly number[], signal: AbortSignal): Promise<object>;
	nearest(model: string, word: string, top: number, signal: AbortSignal): Promise<object>;
	embed(model: string, texts: readonly string[], signal: AbortSignal): Promise<object>;
}

/** Longer ones are for the library and the HTTP API: a chat's context would hold neither. */
const MAX_TEXT = 20_000;
const MAX_IDS = 5000;
const MAX_TEXTS = 16;

const READS = { readOnlyHint: true, openWorldHint: false };

export function createMcpServer(host: McpHost): McpServer {
	const server = new McpServer({ name: 'tongsa', version: host.version });
	const [first = ''] = host.models;
	const model = z
		.string()
		.max(1000)
		.default(first)
		.describe(`One of: ${host.models.slice(0, 50).join(', ')}`);

	server.registerTool(
		'models',
		{ title: 'Models', description: 'Names of the language models that the other tools can ask.', inputSchema: {}, annotations: READS },
		async () => answer({ models: host.models }),
	);
	server.registerTool(
		'tokenize',
		{
			title: 'Tokenize',
			description:
				'Splits a text into the tokens of a language model: ids, texts, and where each stands (UTF-16 units). Tells how many there are.',
			inputSchema: { text: z.string().max(MAX_TEXT), model },
			annotations: READS,
		},
		({ text, model }, { signal }) => told(() => host.tokenize(model, text, signal)),
	);
	server.registerTool(
		'detokenize',
		{
			title: 'Detokenize',
			description: 'Token ids of a language model → their text.',
			inputSchema: { ids: z.array(z.number().int().min(0)).max(MAX_IDS), model },
			annotations: READS,
		},
		({ ids, model }, { signal }) => told(() => host.detokenize(model, ids, signal)),
	);
	server.registerTool(
		'nearest',
		{
			title: 'Nearest tokens',
			description: "The tokens whose rows lie nearest to a word's in a model's embedding table, with their cosines.",
			inputSchema: { word: z.string().min(1).max(200), top: z.number().int().min(1).max(100).default(10), model },
			annotations: READS,
		},
		({ word, top, model }, { signal }) => told(() => host.nearest(model, word, top, signal)),
	);
	server.registerTool(
		'embed',
		{
			title: 'Sentence embeddings',
			description: 'Texts → one sentence embedding each, and the cosine between every two of them. Says what was cut.',
			inputSchema: { texts: z.array(z.string().min(1).max(MAX_TEXT)).min(1).max(MAX_TEXTS), model },
			annotations: READS,
		},
		({ texts, model }, { signal }) => told(() => host.embed(model, texts, signal)),
	);
	return server;
}

const answer = (found: object): CallToolResult => ({
	content: [{ type: 'text', text: JSON.stringify(found) }],
	structuredContent: found as Record<string, unknown>,
});

/** A refusal is an answer that says so: the model that asked can mend its call. */
async function told(work: () => Promise<object>): Promise<CallToolResult> {
	try {
		return answer(await work());
	} catch (error) {
		return { isError: true, content: [{ type: 'text', text: error instanceof Error ? error.message : String(error) }] };
	}
}

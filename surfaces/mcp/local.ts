// The MCP server's models in this process: each is opened when it is first asked.

import { type Model, openModel } from '../../hosts/node/index.ts';
import { detokenizeJson, tokenizeJson } from '../protocol/tokens.ts';
import { nearestJson } from '../protocol/vectors.ts';
import { sentencesJson } from './sentences.ts';
import type { McpHost } from './server.ts';

/** @returns the host, and what closes its models */
export function localHost(models: readonly string[], version: string): McpHost & { close(): Promise<void> } {
	const open = new Map<string, Promise<Model>>();
	async function opened(name: string): Promise<Model> {
		if (!models.includes(name)) throw new Error(`no model is called '${name}' here; there are: ${models.join(', ')}`);
		const found = open.get(name) ?? openModel(name);
		open.set(name, found);
		found.catch(() => open.delete(name));
		return found;
	}
	return {
		version,
		models,
		tokenize: async (name, text) => tokenizeJson(await opened(name), text, {}),
		detokenize: async (name, ids) => detokenizeJson(await opened(name), ids, false),
		nearest: async (name, word, top, signal) => nearestJson(await opened(name), { word }, { top, signal }),
		embed: async (name, texts, signal) => sentencesJson(await (await opened(name)).sentence(texts, { signal })),
		async close() {
			await Promise.allSettled([...open.values()].map(async (model) => (await model).close()));
		},
	};
}

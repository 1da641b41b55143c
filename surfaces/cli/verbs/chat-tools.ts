// chat --tools FILE: functions of a module that the model may call, each asked about before it runs.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TongsaError } from '../../../src/errors.ts';
import type { Tool, ToolCall } from '../../../src/generation/tools/types.ts';
import type { ChatMessage } from '../../../src/model.ts';
import type { Call } from '../call.ts';

/** One function of FILE: export const tools = [{ name, description, parameters, run }]. */
interface Function {
	readonly name: string;
	readonly description?: string;
	readonly parameters?: Readonly<Record<string, unknown>>;
	run(values: unknown, signal: AbortSignal): unknown;
}

export interface Toolbox {
	readonly tools: readonly Tool[];
	/** Runs a call that was allowed. @returns the message that tells the model */
	run(call: ToolCall, signal: AbortSignal): Promise<ChatMessage>;
}

/** @throws TongsaError 'not-found' or 'malformed' for a file that is no module of tools. */
export async function toolboxOf(call: Call): Promise<Toolbox | undefined> {
	const path = call.value('tools');
	if (path === undefined) return undefined;
	let module: { readonly tools?: unknown };
	try {
		module = (await import(pathToFileURL(resolve(path)).href)) as { readonly tools?: unknown };
	} catch (error) {
		throw new TongsaError('malformed', `cannot be loaded: ${(error as Error).message}`, { file: path }, { cause: error });
	}
	const functions = Array.isArray(module.tools) ? (module.tools as readonly Function[]) : [];
	if (functions.length === 0 || functions.some((one) => typeof one?.name !== 'string' || typeof one.run !== 'function')) {
		throw new TongsaError('malformed', 'no tools in this module', {
			file: path,
			allowed: 'export const tools = [{ name, description, parameters, run(values) { … } }]',
		});
	}
	return {
		tools: functions.map(({ name, description, parameters }) => ({
			type: 'function',
			function: { name, ...(description !== undefined && { description }), ...(parameters && { parameters }) },
		})),
		async run({ id, name, arguments: text }, signal) {
			const one = functions.find((known) => known.name === name);
			let content: string;
			try {
				const result = one ? await one.run(JSON.parse(text), signal) : `There is no tool ${name}.`;
				content = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
			} catch (error) {
				content = `The tool failed: ${(error as Error).message}`;
			}
			return { role: 'tool', tool_call_id: id, name, content };
		},
	};
}

/** What the model has said, with its calls, as its template reads it. */
export const calling = (content: string, calls: readonly ToolCall[]): ChatMessage => ({
	role: 'assistant',
	content,
	tool_calls: calls.map(({ id, name, arguments: text }) => ({
		id,
		type: 'function',
		function: { name, arguments: JSON.parse(text) as unknown },
	})),
});

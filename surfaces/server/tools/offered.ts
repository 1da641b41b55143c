// Tools as OpenAI's chat route takes them, the older functions among them → what the model is offered.
// https://platform.openai.com/docs/api-reference/chat/create#chat-create-tools

import { z } from '@hono/zod-openapi';
import type { Tool, ToolChoice } from '../../../src/generation/tools/types.ts';
import { Refusal } from '../refusal.ts';

/** More would fill a context with descriptions alone. */
const MOST_TOOLS = 128;

export const toolName = z.string().regex(/^[\w.-]{1,128}$/, { error: "a name of letters, digits, '_', '-' and '.'" });
export const parameters = z.record(z.string(), z.unknown()).nullish().openapi({ description: 'A JSON Schema of an object.' });

export const declared = z.strictObject({ name: toolName, description: z.string().nullish(), parameters, strict: z.boolean().nullish() });

export const tools = z
	.array(
		z.strictObject({
			type: z.literal('function', { error: 'the type is function: this server has no tools of its own' }),
			function: declared,
		}),
	)
	.max(MOST_TOOLS)
	.nullish()
	.openapi({ description: 'What the model may call.' });

const namedFunction = z.strictObject({ name: z.string() });

export const toolChoice = z
	.union([z.enum(['none', 'auto', 'required']), z.strictObject({ type: z.literal('function'), function: namedFunction })], {
		error: 'none, auto, required, or one function by its name',
	})
	.nullish();

export const functions = z.array(declared).max(MOST_TOOLS).nullish().openapi({ description: 'The older name of tools.' });
export const functionCall = z
	.union([z.enum(['none', 'auto']), namedFunction], { error: 'none, auto, or one function by its name' })
	.nullish()
	.openapi({ description: 'The older name of tool_choice.' });

/** What a request offers the model. */
export interface Offer {
	readonly tools: readonly Tool[];
	readonly choice: ToolChoice;
	/** Whether one answer may hold several calls. */
	readonly parallel: boolean;
}

export function toolOf({ name, description, parameters, strict }: z.output<typeof declared>): Tool {
	return {
		type: 'function',
		function: { name, ...(description && { description }), ...(parameters && { parameters }), ...(strict && { strict }) },
	};
}

/** @throws Refusal for a choice of what is not offered */
export function offerOf(tools: readonly Tool[], choice: ToolChoice, parallel: boolean, param = 'tool_choice'): Offer {
	const names = tools.map((tool) => tool.function.name);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	const refused = (param: string, why: string) => new Refusal(400, `Invalid '${param}': ${why}.`, { param, code: 'invalid_value' });
	if (twice !== undefined) throw refused('tools', `two tools are called '${twice}'`);
	if (typeof choice === 'object' && !names.includes(choice.name)) throw refused(param, `no tool is called '${choice.name.slice(0, 100)}'`);
	if (choice === 'required' && tools.length === 0) throw refused(param, 'a call is required, and there are no tools');
	return { tools, choice, parallel };
}

interface ChatAsked {
	readonly tools?: z.output<typeof tools>;
	readonly tool_choice?: z.output<typeof toolChoice>;
	readonly parallel_tool_calls?: boolean | null | undefined;
	readonly functions?: z.output<typeof functions>;
	readonly function_call?: z.output<typeof functionCall>;
}

export function chatOffer({ tools, tool_choice, parallel_tool_calls, functions, function_call }: ChatAsked): Offer {
	if (tools?.length && functions?.length) {
		throw new Refusal(400, "Invalid 'functions': tools says what may be called.", { param: 'functions', code: 'invalid_value' });
	}
	if (functions?.length) {
		const choice = typeof function_call === 'object' && function_call ? { name: function_call.name } : (function_call ?? 'auto');
		return offerOf(functions.map(toolOf), choice, false, 'function_call');
	}
	const choice = typeof tool_choice === 'object' && tool_choice ? { name: tool_choice.function.name } : (tool_choice ?? 'auto');
	return offerOf(
		(tools ?? []).map((tool) => toolOf(tool.function)),
		choice,
		parallel_tool_calls !== false,
	);
}

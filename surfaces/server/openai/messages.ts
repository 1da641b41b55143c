// Conversations as OpenAI's chat route writes them → messages for the model's chat template. Text only: the engine reads nothing else.

import { z } from '@hono/zod-openapi';
import { noEffect, notHonoured } from '../define.ts';
import type { Message, MessageCall } from '../generation.ts';
import { Refusal } from '../refusal.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });
const content = z
	.union([z.string(), z.array(z.union([textPart, refusalPart]))], {
		error: 'a text, or a list of parts of type text: this server reads text only',
	})
	.nullish();
const called = z.strictObject({ name: z.string(), arguments: z.string() });
const toolCall = z.strictObject({ id: z.string(), type: z.literal('function').optional(), function: called, index: z.number().optional() });

export const message = z
	.strictObject({
		role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function'], {
			error: 'the roles are system, developer, user, assistant, tool and function',
		}),
		content,
		name: z.string().nullish().openapi({ description: "The speaker's, or the function's, for templates that read it." }),
		refusal: z.string().nullish(),
		tool_calls: z.array(toolCall).max(128).nullish().openapi({ description: 'What the assistant called.' }),
		function_call: called.nullish().openapi({ description: 'The older name of tool_calls.' }),
		tool_call_id: z.string().nullish().openapi({ description: 'The call that this is the result of.' }),
		reasoning_content: z.string().nullish().openapi({ description: "The assistant's thinking, for templates that read it." }),
		reasoning: z.string().nullish().openapi({ description: 'The same by another name.' }),
		annotations: noEffect('Notes beside an earlier answer.'),
		audio: notHonoured('this server reads text only'),
	})
	.openapi('ChatMessage', { example: { role: 'user', content: 'Say hello in Korean.' } });

type Given = z.output<typeof message>;

export const chatMessages = (messages: readonly Given[]): readonly Message[] => messages.map(messageOf);

function messageOf(given: Given, i: number): Message {
	const { role, name, tool_call_id, function_call } = given;
	const text = textOf(given.content) ?? given.refusal ?? undefined;
	const reasoning = given.reasoning_content ?? given.reasoning;
	const calls = [
		...(given.tool_calls ?? []).map(({ id, function: { name, arguments: text } }) => callOf(id, name, text, `messages[${i}].tool_calls`)),
		...(function_call ? [callOf(`call_${i}`, function_call.name, function_call.arguments, `messages[${i}].function_call`)] : []),
	];
	if (text === undefined && (role !== 'assistant' || (calls.length === 0 && !reasoning))) {
		const param = `messages[${i}].content`;
		// An assistant that said nothing is passed on as such: clients send back what they got.
		if (role !== 'assistant') throw new Refusal(400, `Invalid '${param}': it is missing.`, { param, code: 'invalid_value' });
	}
	return {
		// Templates know a developer by the older name, and a function as a tool.
		role: role === 'developer' ? 'system' : role === 'function' ? 'tool' : role,
		content: text ?? '',
		...(name && { name }),
		...(calls.length > 0 && { tool_calls: calls }),
		...(tool_call_id && { tool_call_id }),
		...(reasoning && { reasoning_content: reasoning }),
	};
}

/** A call as templates read it: its arguments as an object. */
export function callOf(id: string, name: string, text: string, param: string): MessageCall {
	let parsed: unknown;
	try {
		parsed = JSON.parse(text === '' ? '{}' : text);
	} catch {
		throw new Refusal(400, `Invalid '${param}': the arguments of '${name.slice(0, 100)}' are not JSON.`, { param, code: 'invalid_value' });
	}
	return { id, type: 'function', function: { name, arguments: parsed } };
}

function textOf(content: Given['content']): string | undefined {
	if (content == null) return undefined;
	if (typeof content === 'string') return content;
	return content.map((part) => (part.type === 'text' ? part.text : part.refusal)).join('');
}

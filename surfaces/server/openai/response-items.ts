// What a request of the Responses API says and offers: items of a conversation and tools → messages for the template, and an offer.
// https://platform.openai.com/docs/api-reference/responses/create

import { z } from '@hono/zod-openapi';
import type { ToolChoice } from '../../../src/generation/tools/types.ts';
import { noEffect } from '../define.ts';
import type { Message } from '../generation.ts';
import { type Offer, offerOf, parameters, toolName, toolOf } from '../tools/offered.ts';
import { callOf } from './messages.ts';

const part = z.strictObject({
	type: z.enum(['input_text', 'output_text', 'text', 'reasoning_text', 'summary_text'], {
		error: 'the types are input_text and output_text: this server reads text only',
	}),
	text: z.string(),
	annotations: noEffect('Notes beside a text.'),
	logprobs: noEffect('Of an earlier answer.'),
});
const earlier = { id: noEffect('Of an earlier answer.'), status: noEffect('Of an earlier answer.') };
const message = z.strictObject({
	type: z.literal('message').optional(),
	...earlier,
	phase: noEffect('Of an earlier answer.'),
	role: z.enum(['system', 'developer', 'user', 'assistant']),
	content: z.union([z.string(), z.array(part)]),
});
const functionCall = z.strictObject({
	type: z.literal('function_call'),
	...earlier,
	call_id: z.string(),
	name: z.string(),
	arguments: z.string(),
	namespace: noEffect('Of an earlier answer.'),
});
const functionCallOutput = z.strictObject({
	type: z.literal('function_call_output'),
	...earlier,
	call_id: z.string(),
	output: z.union([z.string(), z.array(part)]),
});
const reasoning = z.strictObject({
	type: z.literal('reasoning'),
	...earlier,
	summary: z.array(part).nullish(),
	content: z.array(part).nullish(),
	encrypted_content: noEffect('Of an earlier answer.'),
});
export const item = z.union([message, functionCall, functionCallOutput, reasoning], {
	error: 'a message, a function_call, a function_call_output or reasoning',
});
export type Item = z.output<typeof item>;

export const tools = z
	.array(
		z.strictObject({
			type: z.literal('function', { error: 'the type is function: this server has no tools of its own' }),
			name: toolName,
			description: z.string().nullish(),
			parameters,
			strict: z.boolean().nullish(),
		}),
	)
	.max(128)
	.nullish()
	.openapi({ description: 'What the model may call.' });

export const toolChoice = z
	.union([z.enum(['none', 'auto', 'required']), z.strictObject({ type: z.literal('function'), name: z.string() })], {
		error: 'none, auto, required, or one function by its name',
	})
	.nullish();

export function responseOffer(given: z.output<typeof tools>, chosen: z.output<typeof toolChoice>, parallel: boolean): Offer {
	const choice: ToolChoice = typeof chosen === 'object' && chosen ? { name: chosen.name } : (chosen ?? 'auto');
	return offerOf((given ?? []).map(toolOf), choice, parallel);
}

const textOf = (content: string | readonly { readonly text: string }[]): string =>
	typeof content === 'string' ? content : content.map(({ text }) => text).join('');

/** Thinking and calls belong to the assistant's message that they stand at. */
export function messagesOf(items: readonly Item[]): readonly Message[] {
	const messages: Message[] = [];
	let thought = '';
	for (const [i, one] of items.entries()) {
		switch (one.type) {
			case 'reasoning':
				thought = textOf(one.content?.length ? one.content : (one.summary ?? []));
				break;
			case 'function_call': {
				const call = callOf(one.call_id, one.name, one.arguments, `input[${i}].arguments`);
				const last = thought === '' ? messages.at(-1) : undefined;
				if (last?.role === 'assistant') messages[messages.length - 1] = { ...last, tool_calls: [...(last.tool_calls ?? []), call] };
				else messages.push({ role: 'assistant', content: '', tool_calls: [call], ...(thought && { reasoning_content: thought }) });
				thought = '';
				break;
			}
			case 'function_call_output':
				messages.push({ role: 'tool', content: textOf(one.output), tool_call_id: one.call_id });
				break;
			default: {
				const role = one.role === 'developer' ? 'system' : one.role;
				messages.push({ role, content: textOf(one.content), ...(thought && role === 'assistant' && { reasoning_content: thought }) });
				thought = '';
			}
		}
	}
	return messages;
}

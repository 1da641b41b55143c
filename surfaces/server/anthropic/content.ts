// Conversations and tools as Anthropic's Messages API writes them → messages for the template, and an offer.
// https://docs.anthropic.com/en/api/messages

import { z } from '@hono/zod-openapi';
import type { ToolChoice } from '../../../src/generation/tools/types.ts';
import { noEffect, notHonoured } from '../define.ts';
import type { Message } from '../generation.ts';
import { type Offer, offerOf, toolName, toolOf } from '../tools/offered.ts';

const cache_control = noEffect('The beginning that a conversation shares with the one before is always reused.');

const text = z.strictObject({ type: z.literal('text'), text: z.string(), cache_control, citations: notHonoured('texts alone are read') });
const thinking = z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: noEffect('Of an earlier answer.') });
const redacted = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() });
const toolUse = z.strictObject({
	type: z.literal('tool_use'),
	id: z.string(),
	name: z.string(),
	input: z.record(z.string(), z.unknown()),
	caller: noEffect('Of an earlier answer.'),
	cache_control,
});
const toolResult = z.strictObject({
	type: z.literal('tool_result'),
	tool_use_id: z.string(),
	content: z.union([z.string(), z.array(text)]).nullish(),
	is_error: z.boolean().nullish(),
	cache_control,
});
const block = z.union([text, thinking, redacted, toolUse, toolResult], {
	error: 'blocks of type text, thinking, tool_use and tool_result: this server reads text only',
});

export const message = z
	.strictObject({ role: z.enum(['user', 'assistant', 'system']), content: z.union([z.string(), z.array(block)]) })
	.openapi('AnthropicMessage');
export const system = z.union([z.string(), z.array(text)]).nullish();

export const tools = z
	.array(
		z.strictObject({
			type: z.literal('custom', { error: 'the type is custom: this server has no tools of its own' }).nullish(),
			name: toolName,
			description: z.string().nullish(),
			input_schema: z.record(z.string(), z.unknown()),
			strict: z.boolean().nullish(),
			cache_control,
			eager_input_streaming: noEffect('Arguments are told as they are written.'),
		}),
	)
	.max(128)
	.nullish()
	.openapi({ description: 'What the model may call.' });

const disable_parallel_tool_use = z.boolean().nullish();
export const toolChoice = z
	.discriminatedUnion('type', [
		z.strictObject({ type: z.literal('auto'), disable_parallel_tool_use }),
		z.strictObject({ type: z.literal('any'), disable_parallel_tool_use }),
		z.strictObject({ type: z.literal('tool'), name: z.string(), disable_parallel_tool_use }),
		z.strictObject({ type: z.literal('none') }),
	])
	.nullish();

export function anthropicOffer(given: z.output<typeof tools>, chosen: z.output<typeof toolChoice>): Offer {
	const all = (given ?? []).map(({ name, description, input_schema, strict }) =>
		toolOf({ name, description, parameters: input_schema, strict }),
	);
	const choices: Readonly<Record<string, ToolChoice>> = { auto: 'auto', any: 'required', none: 'none' };
	const choice = chosen?.type === 'tool' ? { name: chosen.name } : choices[chosen?.type ?? 'auto']!;
	return offerOf(all, choice, !(chosen && 'disable_parallel_tool_use' in chosen && chosen.disable_parallel_tool_use === true));
}

const joined = (content: string | readonly { readonly text: string }[] | null | undefined): string =>
	typeof content === 'string' ? content : (content ?? []).map((one) => one.text).join('');

export function messagesOf(given: readonly z.output<typeof message>[], first: z.output<typeof system>): readonly Message[] {
	const told = joined(first);
	return [...(told ? [{ role: 'system', content: told }] : []), ...given.flatMap(({ role, content }) => turnsOf(role, content))];
}

/** One message; each tool's result is one of its own, before what the user says beside it. */
function turnsOf(role: string, content: z.output<typeof message>['content']): readonly Message[] {
	if (typeof content === 'string') return [{ role, content }];
	const results: Message[] = [];
	const calls: NonNullable<Message['tool_calls']>[number][] = [];
	let said = '';
	let thought = '';
	for (const one of content) {
		if (one.type === 'text') said += one.text;
		else if (one.type === 'thinking') thought += one.thinking;
		else if (one.type === 'tool_use') calls.push({ id: one.id, type: 'function', function: { name: one.name, arguments: one.input } });
		else if (one.type === 'tool_result') {
			const text = joined(one.content);
			results.push({ role: 'tool', content: one.is_error ? `Error: ${text}` : text, tool_call_id: one.tool_use_id });
		}
	}
	if (said === '' && calls.length === 0 && thought === '' && results.length > 0) return results;
	const own = { role, content: said, ...(calls.length > 0 && { tool_calls: calls }), ...(thought && { reasoning_content: thought }) };
	return [...results, own];
}

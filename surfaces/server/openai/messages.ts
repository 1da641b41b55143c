// Conversations as OpenAI's APIs write them → messages for the model's chat template. Text only: the engine reads nothing else.

import { z } from '@hono/zod-openapi';
import { noEffect, notHonoured } from '../define.ts';
import type { Message } from '../generation.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
const content = z.union([z.string(), z.array(textPart)], { error: 'a text, or a list of parts of type text: this server reads text only' });

export const message = z
	.strictObject({
		role: z.enum(['system', 'developer', 'user', 'assistant'], {
			error: 'the roles are system, developer, user and assistant: this server calls no tools',
		}),
		content,
		name: noEffect("The speaker's name: no template of a model here reads it."),
		refusal: notHonoured('models here refuse in words'),
		tool_calls: notHonoured('this server calls no tools', []),
		function_call: notHonoured('this server calls no functions'),
		tool_call_id: notHonoured('this server calls no tools'),
		annotations: noEffect('Notes beside an earlier answer.'),
		audio: notHonoured('this server reads text only'),
	})
	.openapi('ChatMessage', { example: { role: 'user', content: 'Say hello in Korean.' } });

/** A turn as either API has it: its parts are of different types there, and text in both. */
interface Given {
	readonly role: string;
	readonly content: string | readonly { readonly text: string }[];
}

/** Templates know a developer by the older name. */
export function messagesOf(messages: readonly Given[]): readonly Message[] {
	return messages.map(({ role, content }) => ({
		role: role === 'developer' ? 'system' : role,
		content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
	}));
}

// A prompt → ids: a text with the flags that the model wants, a conversation by the model's own chat template, ids as they are.

import type { Checkpoint } from '../formats/checkpoint.ts';
import type { Host } from '../host.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { conversation } from './chat-template.ts';
import type { Interpreter } from './interpreter.ts';
import type { ChatMessage, Prompt, PromptOptions } from './types.ts';

interface Speaker {
	readonly host: Host;
	readonly checkpoint: Checkpoint;
	readonly tokenizer: Tokenizer | undefined;
	readonly interpreter: Interpreter;
}

/** @throws TongsaError 'unsupported' for a conversation without a chat template. */
export async function promptIds(
	speaker: Speaker,
	prompt: Prompt,
	options: PromptOptions = {},
	signal?: AbortSignal,
): Promise<readonly number[]> {
	const { host, checkpoint, tokenizer, interpreter } = speaker;
	const { special = 'add', ...chat } = options;
	if (!isConversation(prompt)) return interpreter.idsOf(prompt, { special });
	return (await conversation(host, checkpoint, tokenizer, interpreter, prompt, { ...chat, ...(signal && { signal }) })).ids;
}

export function isConversation(prompt: Prompt): prompt is readonly ChatMessage[] {
	return Array.isArray(prompt) && typeof prompt[0] === 'object';
}

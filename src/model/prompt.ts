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

/** A prompt as it was read. `text` is a conversation's. */
export interface ReadPrompt {
	readonly ids: readonly number[];
	readonly text?: string;
}

/** @throws TongsaError 'unsupported' for a conversation without a chat template. */
export async function readPrompt(speaker: Speaker, prompt: Prompt, options: PromptOptions = {}, signal?: AbortSignal): Promise<ReadPrompt> {
	const { host, checkpoint, tokenizer, interpreter } = speaker;
	const { special = 'add', ...chat } = options;
	if (!isConversation(prompt)) return { ids: interpreter.idsOf(prompt, { special }) };
	return conversation(host, checkpoint, tokenizer, interpreter, prompt, { ...chat, ...(signal && { signal }) });
}

export function isConversation(prompt: Prompt): prompt is readonly ChatMessage[] {
	return Array.isArray(prompt) && typeof prompt[0] === 'object';
}

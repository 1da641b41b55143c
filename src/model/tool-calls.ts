// Tool calls of a model: the form that its own template shows, what binds an answer to it, and the events of an answer.

import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import type { Constraint } from '../generation/constraint.ts';
import type { Finish, GeneratedPiece } from '../generation/generate.ts';
import { formatFor, opensThinking, toolConstraint, withEvents } from '../generation/tool-calls.ts';
import type { ToolOptions } from '../generation/tools/types.ts';
import { ANY, listOf, OBJECT, type Rules, YES_OR_NO } from '../options.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { chatTemplateOf } from './chat-template.ts';

export const TOOLS: Rules<ToolOptions> = {
	tools: listOf(OBJECT),
	toolChoice: ANY,
	parallelToolCalls: YES_OR_NO,
	genericToolCalls: YES_OR_NO,
	newToolCallId: ANY,
	onToolCall: ANY,
};

export interface ToolCalls {
	/** Absent where the model decides by itself. */
	readonly constraint?: Constraint;
	events(tokens: AsyncGenerator<GeneratedPiece, Finish>): AsyncGenerator<GeneratedPiece, Finish>;
}

/**
 * @param prompt the conversation as the template has written it
 * @throws TongsaError 'unsupported' for a model whose template shows no form that is known
 */
export async function toolCallsOf(
	checkpoint: Checkpoint,
	tokenizer: Tokenizer | undefined,
	prompt: string,
	options: ToolOptions,
	signal?: AbortSignal,
): Promise<ToolCalls> {
	const template = await chatTemplateOf(checkpoint, true, signal);
	if (template === undefined || !tokenizer) {
		throw new TongsaError('unsupported', 'tools need a tokenizer and a chat template', { file: checkpoint.name });
	}
	const format = formatFor(template, options.genericToolCalls);
	const thinking = opensThinking(format, prompt);
	const constraint = toolConstraint(format, tokenizer, options, thinking);
	return { ...(constraint && { constraint }), events: (tokens) => withEvents(tokens, format, tokenizer, { ...options, thinking }) };
}

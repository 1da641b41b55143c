// A chat template: what it is given, and its bounds in every host. It runs in a worker: a template comes from a file, and Jinja can loop.

import { TongsaError } from '../src/errors.ts';

/** What a template is given; names as Hugging Face's apply_chat_template passes them. */
export interface TemplateInput {
	readonly messages: readonly unknown[];
	readonly tools?: readonly unknown[];
	readonly bos_token: string;
	readonly eos_token: string;
	readonly add_generation_prompt: boolean;
}

/** What the worker is sent, and answers. */
export interface Rendering {
	readonly template: string;
	readonly input: TemplateInput;
}
export type Rendered = { readonly text: string } | { readonly error: string };

/** Real templates take a few milliseconds; a conversation of a megabyte stays below a second. */
export const TIME_LIMIT_MS = 3000;
/** The longest template of a published model has some 20 kB. */
const MAX_TEMPLATE_LENGTH = 2 ** 20;
/** Longest text that is handed back: beyond it no tokenizer would take it either. */
export const MAX_TEXT_LENGTH = 64 * 2 ** 20;

/** A refusal about the template. */
export const templateError = (code: 'too-large' | 'malformed', what: string, detail: { got?: string | number; allowed?: string } = {}) =>
	new TongsaError(code, what, { field: 'chat_template', ...detail });

/** @throws TongsaError 'too-large'. */
export function checkTemplate(template: string): void {
	if (template.length > MAX_TEMPLATE_LENGTH) {
		const allowed = `at most ${MAX_TEMPLATE_LENGTH} characters`;
		throw templateError('too-large', 'the chat template is too long', { got: template.length, allowed });
	}
}

export const tooLong = () => templateError('too-large', 'the chat template takes too long', { allowed: `${TIME_LIMIT_MS} ms` });

/** @throws TongsaError 'malformed' where the template is wrong or refuses the messages. */
export function textOf(result: Rendered): string {
	if ('text' in result) return result.text;
	throw templateError('malformed', 'the chat template failed', { got: result.error });
}

// A chat template: its bounds in every host. It runs in a worker: a template comes from a file, and Jinja can loop.

import { TongsaError } from '../src/errors.ts';
import type { TemplateInput } from '../src/host.ts';

/** What the worker is sent, and answers. */
export interface Rendering {
	readonly template: string;
	readonly input: TemplateInput;
}
export type Rendered = { readonly text: string } | { readonly error: string };

/** Real templates take a few milliseconds; a conversation of a megabyte stays below a second. */
const TIME_LIMIT_MS = 3000;
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

/**
 * The text that a worker makes, or why it makes none. Who calls ends the worker.
 * @param start starts it, with what to do with its answer and what where it fails
 * @throws TongsaError 'too-large' after TIME_LIMIT_MS, 'malformed' where the template is wrong or refuses the messages; the signal's reason.
 */
export async function renderedBy(
	start: (done: (result: Rendered) => void, fail: (error: unknown) => void) => void,
	signal: AbortSignal | undefined,
): Promise<string> {
	signal?.throwIfAborted();
	let timer: ReturnType<typeof setTimeout> | undefined;
	let abort = () => {};
	try {
		const result = await new Promise<Rendered>((done, fail) => {
			const tooLong = () => fail(templateError('too-large', 'the chat template takes too long', { allowed: `${TIME_LIMIT_MS} ms` }));
			timer = setTimeout(tooLong, TIME_LIMIT_MS);
			abort = () => fail(signal!.reason);
			signal?.addEventListener('abort', abort);
			start(done, fail);
		});
		if ('text' in result) return result.text;
		throw templateError('malformed', 'the chat template failed', { got: result.error });
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener('abort', abort);
	}
}

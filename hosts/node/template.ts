// A model's chat template, run in a worker that is bounded in time and memory: a template comes from a file, and Jinja can loop.

import { Worker } from 'node:worker_threads';
import { TongsaError } from '../../src/errors.ts';

/** What a template is given; names as Hugging Face's apply_chat_template passes them. */
export interface TemplateInput {
	readonly messages: readonly unknown[];
	readonly tools?: readonly unknown[];
	readonly bos_token: string;
	readonly eos_token: string;
	readonly add_generation_prompt: boolean;
}

/** Real templates take a few milliseconds; a conversation of a megabyte stays below a second. */
const TIME_LIMIT_MS = 3000;
const MEMORY_LIMIT_MB = 64;
/** The longest template of a published model has some 20 kB. */
const MAX_TEMPLATE_LENGTH = 2 ** 20;

/** @throws TongsaError 'too-large' when it takes too long or too much, 'malformed' when the template is wrong or refuses the messages. */
export async function renderTemplate(template: string, input: TemplateInput, signal?: AbortSignal): Promise<string> {
	const where = { field: 'chat_template' };
	if (template.length > MAX_TEMPLATE_LENGTH) {
		throw new TongsaError('too-large', 'the chat template is too long', {
			...where,
			got: template.length,
			allowed: `at most ${MAX_TEMPLATE_LENGTH} characters`,
		});
	}
	const file = import.meta.url.endsWith('.ts') ? './template-worker.ts' : './template-worker.js';
	const worker = new Worker(new URL(file, import.meta.url), {
		workerData: { template, input },
		resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
		stdout: true,
		stderr: true,
	});
	let timer: NodeJS.Timeout | undefined;
	let abort: (() => void) | undefined;
	try {
		return await new Promise<string>((done, fail) => {
			timer = setTimeout(
				() => fail(new TongsaError('too-large', 'the chat template takes too long', { ...where, allowed: `${TIME_LIMIT_MS} ms` })),
				TIME_LIMIT_MS,
			);
			abort = () => fail(signal!.reason);
			signal?.addEventListener('abort', abort);
			worker.on('message', (result: { text?: string; error?: string }) => {
				if (result.text !== undefined) done(result.text);
				else fail(new TongsaError('malformed', 'the chat template failed', { ...where, got: result.error ?? 'no reason given' }));
			});
			worker.on('error', (error: NodeJS.ErrnoException) => {
				const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
				fail(
					new TongsaError(
						memory ? 'too-large' : 'malformed',
						memory ? 'the chat template takes too much memory' : 'the chat template failed',
						{
							...where,
							...(memory ? { allowed: `${MEMORY_LIMIT_MB} MB` } : { got: error.message }),
						},
					),
				);
			});
			worker.on('exit', () => fail(new TongsaError('malformed', 'the chat template ended without a text', where)));
		});
	} finally {
		clearTimeout(timer);
		if (abort) signal?.removeEventListener('abort', abort);
		await worker.terminate();
	}
}

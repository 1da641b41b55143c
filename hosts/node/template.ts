// A model's chat template, run in a worker that is bounded in time and memory.

import { Worker } from 'node:worker_threads';
import { checkTemplate, type Rendered, type TemplateInput, TIME_LIMIT_MS, templateError, textOf, tooLong } from '../template.ts';

export type { TemplateInput } from '../template.ts';

const MEMORY_LIMIT_MB = 64;

/** @throws TongsaError 'too-large' when it takes too long or too much, 'malformed' when the template is wrong or refuses the messages. */
export async function renderTemplate(template: string, input: TemplateInput, signal?: AbortSignal): Promise<string> {
	checkTemplate(template);
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
		const result = await new Promise<Rendered>((done, fail) => {
			timer = setTimeout(() => fail(tooLong()), TIME_LIMIT_MS);
			abort = () => fail(signal!.reason);
			signal?.addEventListener('abort', abort);
			worker.on('message', done);
			worker.on('error', (error: NodeJS.ErrnoException) => {
				const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
				if (memory) fail(templateError('too-large', 'the chat template takes too much memory', { allowed: `${MEMORY_LIMIT_MB} MB` }));
				else fail(templateError('malformed', 'the chat template failed', { got: error.message }));
			});
			worker.on('exit', () => fail(templateError('malformed', 'the chat template ended without a text')));
		});
		return textOf(result);
	} finally {
		clearTimeout(timer);
		if (abort) signal?.removeEventListener('abort', abort);
		await worker.terminate();
	}
}

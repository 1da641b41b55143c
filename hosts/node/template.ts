// A model's chat template, run in a worker that is bounded in time and memory.

import { Worker } from 'node:worker_threads';
import type { TemplateInput } from '../../src/host.ts';
import { checkTemplate, renderedBy, templateError } from '../template.ts';

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
	try {
		return await renderedBy((done, fail) => {
			worker.on('message', done);
			worker.on('error', (error: NodeJS.ErrnoException) => {
				const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
				if (memory) fail(templateError('too-large', 'the chat template takes too much memory', { allowed: `${MEMORY_LIMIT_MB} MB` }));
				else fail(templateError('malformed', 'the chat template failed', { got: error.message }));
			});
			worker.on('exit', () => fail(templateError('malformed', 'the chat template ended without a text')));
		}, signal);
	} finally {
		await worker.terminate();
	}
}

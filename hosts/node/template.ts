// A model's chat template, run in a worker that is bounded in time and memory. One worker, one template at a time: starting one takes
// fifty times as long as a conversation, and a hundred at once a gigabyte.

import { Worker } from 'node:worker_threads';
import type { TemplateInput } from '../../src/host.ts';
import { checkTemplate, type Rendered, renderedBy, templateError } from '../template.ts';

const MEMORY_LIMIT_MB = 64;

let kept: Worker | undefined;
/** Settled when the template before has been rendered. */
let before: Promise<unknown> = Promise.resolve();

/** @throws TongsaError 'too-large' when it takes too long or too much, 'malformed' when the template is wrong or refuses the messages. */
export function renderTemplate(template: string, input: TemplateInput, signal?: AbortSignal): Promise<string> {
	const text = before.then(() => render(template, input, signal));
	before = text.catch(() => undefined);
	return text;
}

async function render(template: string, input: TemplateInput, signal: AbortSignal | undefined): Promise<string> {
	checkTemplate(template);
	signal?.throwIfAborted();
	const worker = (kept ??= begun());
	worker.ref();
	let answered = false;
	try {
		return await renderedBy((done, fail) => {
			worker.once('message', (result: Rendered) => {
				answered = true;
				done(result);
			});
			worker.once('error', (error: NodeJS.ErrnoException) => {
				const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
				if (memory) fail(templateError('too-large', 'the chat template takes too much memory', { allowed: `${MEMORY_LIMIT_MB} MB` }));
				else fail(templateError('malformed', 'the chat template failed', { got: error.message }));
			});
			worker.once('exit', () => fail(templateError('malformed', 'the chat template ended without a text')));
			worker.postMessage({ template, input });
		}, signal);
	} finally {
		for (const name of ['message', 'error', 'exit']) worker.removeAllListeners(name);
		worker.unref(); // a process may end with it idle
		if (!answered) {
			kept = undefined;
			await worker.terminate();
		}
	}
}

function begun(): Worker {
	const file = import.meta.url.endsWith('.ts') ? './template-worker.ts' : './template-worker.js';
	return new Worker(new URL(file, import.meta.url), {
		resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
		stdout: true,
		stderr: true,
	});
}

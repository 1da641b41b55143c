// A model's chat template, run in a worker of its own that is ended after its time. (Browsers bound a worker's memory by themselves.)

import type { TemplateInput } from '../../src/host.ts';
import { checkTemplate, type Rendered, renderedBy, templateError } from '../template.ts';

/** @throws TongsaError 'too-large' when it takes too long, 'malformed' when the template is wrong or refuses the messages. */
export async function renderTemplate(template: string, input: TemplateInput, signal?: AbortSignal): Promise<string> {
	checkTemplate(template);
	const worker = new Worker(new URL('./template-worker.ts', import.meta.url), { type: 'module' });
	try {
		return await renderedBy((done, fail) => {
			worker.onmessage = ({ data }: MessageEvent<Rendered>) => done(data);
			worker.onerror = ({ message }) => fail(templateError('malformed', 'the chat template failed', { got: message }));
			worker.postMessage({ template, input });
		}, signal);
	} finally {
		worker.terminate();
	}
}

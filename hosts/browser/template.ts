// A model's chat template, run in a worker of its own that is ended after its time. (Browsers bound a worker's memory by themselves.)

import { checkTemplate, type Rendered, type TemplateInput, TIME_LIMIT_MS, templateError, textOf, tooLong } from '../template.ts';

/** @throws TongsaError 'too-large' when it takes too long, 'malformed' when the template is wrong or refuses the messages. */
export async function renderTemplate(template: string, input: TemplateInput, signal?: AbortSignal): Promise<string> {
	checkTemplate(template);
	const worker = new Worker(new URL('./template-worker.ts', import.meta.url), { type: 'module' });
	let timer: ReturnType<typeof setTimeout> | undefined;
	let abort: (() => void) | undefined;
	try {
		const result = await new Promise<Rendered>((done, fail) => {
			timer = setTimeout(() => fail(tooLong()), TIME_LIMIT_MS);
			abort = () => fail(signal!.reason);
			signal?.addEventListener('abort', abort);
			worker.onmessage = ({ data }: MessageEvent<Rendered>) => done(data);
			worker.onerror = ({ message }) => fail(templateError('malformed', 'the chat template failed', { got: message }));
			worker.postMessage({ template, input });
		});
		return textOf(result);
	} finally {
		clearTimeout(timer);
		if (abort) signal?.removeEventListener('abort', abort);
		worker.terminate();
	}
}

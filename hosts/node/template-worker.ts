// The worker of template.ts: renders one Jinja template and ends. Options as Hugging Face's: trim_blocks and lstrip_blocks are on.

import { parentPort, workerData } from 'node:worker_threads';
import { Template } from '@huggingface/jinja';
import type { TemplateInput } from './template.ts';

const { template, input } = workerData as { template: string; input: TemplateInput };

/** Longest text that is handed back: beyond it no tokenizer would take it either. */
const MAX_TEXT_LENGTH = 64 * 2 ** 20;

try {
	// Absent, not undefined: templates ask `if tools`.
	const text = new Template(template).render({ ...input, tools: input.tools ?? null });
	if (text.length > MAX_TEXT_LENGTH) throw new Error(`its text has ${text.length} characters, allowed are ${MAX_TEXT_LENGTH}`);
	parentPort!.postMessage({ text });
} catch (error) {
	// A TypeError is the library's own, where a template breaks off.
	parentPort!.postMessage({ error: error instanceof TypeError ? 'a template that is not whole' : (error as Error).message });
}

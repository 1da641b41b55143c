// Renders a chat template: what the workers of both hosts do.

import { Template } from '@huggingface/jinja';
import { MAX_TEXT_LENGTH, type Rendered, type Rendering } from './template.ts';

/** Options as Hugging Face's: trim_blocks and lstrip_blocks are on. */
export function rendered({ template, input }: Rendering): Rendered {
	try {
		// Absent, not undefined: templates ask `if tools`.
		const text = new Template(template).render({ ...input, tools: input.tools ?? null });
		if (text.length > MAX_TEXT_LENGTH) return { error: `its text has ${text.length} characters, allowed are ${MAX_TEXT_LENGTH}` };
		return { text };
	} catch (error) {
		// A TypeError is the library's own, where a template breaks off.
		return { error: error instanceof TypeError ? 'a template that is not whole' : (error as Error).message };
	}
}

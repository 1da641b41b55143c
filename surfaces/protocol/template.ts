// JSON of `template`: messages → the prompt text of the model's own chat template, and its ids.

import { TongsaError } from '../../src/errors.ts';
import type { Host } from '../../src/host.ts';
import { type Provenance, provenanceOf } from '../../src/model/provenance.ts';
import type { Model } from '../../src/model.ts';
import { tokenizerOf } from './tokens.ts';

export interface TemplateJson {
	readonly text: string;
	readonly ids: readonly number[];
	readonly provenance: Provenance;
}

export interface TemplateRequest {
	readonly messages: readonly unknown[];
	readonly tools?: readonly unknown[];
	/** Opens the model's own turn at the end. */
	readonly generationPrompt: boolean;
}

/** Runs a Jinja template on its input, bounded in time and memory: a host's business. */
export type Render = NonNullable<Host['renderTemplate']>;

export async function templateJson(model: Model, request: TemplateRequest, render: Render): Promise<TemplateJson> {
	const tokenizer = tokenizerOf(model);
	const template = await model.chatTemplate();
	if (template === undefined) throw new TongsaError('not-found', 'the model has no chat template', { file: model.name });
	const name = (id: number | undefined) => (id === undefined ? '' : tokenizer.token(id).text);
	const text = await render(template, {
		messages: request.messages,
		...(request.tools && { tools: request.tools }),
		bos_token: name(tokenizer.special.start),
		eos_token: name(tokenizer.special.end),
		add_generation_prompt: request.generationPrompt,
	});
	// The template has written the flags itself.
	const ids = Array.from(tokenizer.encode(text, { special: 'parse', flags: false }).ids);
	return { text, ids, provenance: provenanceOf(model.checkpoint) };
}

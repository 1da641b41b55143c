// What a model is told of tools and of thinking, by its own template, and who reads what it answers.

import { z } from '@hono/zod-openapi';
import type { ToolReader } from '../../../src/generation/tools/types.ts';
import type { Model, TemplateOptions } from '../../../src/model.ts';
import { Refusal } from '../refusal.ts';
import type { Offer } from './offered.ts';

/** How one answer is written and read. */
export interface ToolUse {
	/** A reader of one answer; undefined where all of it is text. */
	reader(): ToolReader | undefined;
}

const NOTHING: ToolUse = { reader: () => undefined };

/** @throws Refusal where the model has no form of calls */
export async function toolUse(_model: Model, { tools, choice }: Offer): Promise<ToolUse> {
	if (tools.length === 0 || choice === 'none') return NOTHING;
	throw new Refusal(400, "Invalid 'tools': this server does not support it: it reads no tool calls of this model.", {
		param: 'tools',
		code: 'unsupported_parameter',
	});
}

/** Settings of a model's own template, as llama.cpp and vLLM take them. */
export const templateSettings = z
	.record(z.string().regex(/^\w{1,64}$/), z.unknown())
	.nullish()
	.openapi({ description: "Beside OpenAI's, as llama.cpp and vLLM have it: settings of the model's own template." });

export function templateOptions(
	{ tools, choice }: Pick<Offer, 'tools' | 'choice'>,
	settings: Readonly<Record<string, unknown>>,
): TemplateOptions {
	const told = choice === 'none' ? [] : tools;
	return { ...(told.length > 0 && { tools: told }), ...(Object.keys(settings).length > 0 && { templateSettings: settings }) };
}

/** How much a model should think, by the names of the APIs. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

/** Names by which templates ask whether to think; they take true and false. */
const SWITCHES = ['enable_thinking', 'thinking'];
const EFFORT = 'reasoning_effort';

/**
 * Thinking as a setting of the model's own template.
 * @param wanted how much, or whether; undefined: as the template does by itself
 * @throws Refusal where it is asked for, and the template has no such setting
 */
export async function thinkingSettings(
	model: Model,
	wanted: Effort | boolean | undefined,
	param: string,
): Promise<Readonly<Record<string, unknown>>> {
	if (wanted === undefined) return {};
	const template = (await model.chatTemplate()) ?? '';
	const reads = (name: string) => new RegExp(`\\b${name}\\b`).test(template);
	const off = wanted === false || wanted === 'none';
	if (reads(EFFORT) && typeof wanted === 'string' && !off) return { [EFFORT]: wanted };
	const name = SWITCHES.find(reads);
	if (name !== undefined) return { [name]: !off };
	if (off) return {}; // it does not think in any case
	if (reads(EFFORT)) return {}; // it thinks in any case
	throw new Refusal(400, `Invalid '${param}': this server does not support it: the model's template has no such setting.`, {
		param,
		code: 'unsupported_parameter',
	});
}

// What a model is told of tools and of thinking, by its own template, and how its answer is read.

import { z } from '@hono/zod-openapi';
import { toolFormatOf } from '../../../src/generation/tools/formats.ts';
import type { Model, TemplateOptions } from '../../../src/model.ts';
import type { Reading } from '../engine-protocol.ts';
import { Refusal } from '../refusal.ts';
import type { Offer } from './offered.ts';

const unsupported = (param: string, why: string) =>
	new Refusal(400, `Invalid '${param}': this server does not support it: ${why}.`, { param, code: 'unsupported_parameter' });

/**
 * How an answer is read: calls where tools are offered, thinking where the template has marks for it. undefined: all of it is text.
 * @throws Refusal where the model's template shows no form of calls that is known
 */
export async function readingOf(model: Model, { tools, choice, parallel }: Offer): Promise<Reading | undefined> {
	const offered = choice === 'none' ? [] : tools;
	const format = toolFormatOf((await model.chatTemplate(offered.length > 0)) ?? '');
	if (offered.length > 0) {
		// A call that has to be made is bound to a form of ours.
		if (!format && choice === 'auto') throw unsupported('tools', "the model's chat template shows no form of tool calls that is known");
		return { tools: offered, toolChoice: choice, parallelToolCalls: parallel };
	}
	return format?.thinking && { tools: [], toolChoice: 'none', parallelToolCalls: true };
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
	// A variable of the template, and not a member of a message.
	const reads = (name: string) => new RegExp(`(?<![\\w.'"])${name}\\b(?!['"])`).test(template);
	const off = wanted === false || wanted === 'none';
	if (reads(EFFORT) && typeof wanted === 'string' && !off) return { [EFFORT]: wanted };
	const name = SWITCHES.find(reads);
	if (name !== undefined) return { [name]: !off };
	// It does not think in any case, or it does in any case.
	if (off || (wanted === true && toolFormatOf(template)?.thinking)) return {};
	throw unsupported(param, "the model's template has no such setting");
}

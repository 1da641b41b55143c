// The options that say what a conversation's template is given: JSON, read with its digits and the order of its names.

import type { ChatOptions } from '../../../src/model.ts';
import { type ExactJson, parseExactJson } from '../../../src/template/index.ts';
import type { Call } from '../call.ts';

/** --tools, --documents and --chat-template-kwargs. */
export function chatOptions(call: Call): ChatOptions {
	const tools = call.value('tools');
	const documents = call.value('documents');
	return {
		...(tools !== undefined && { tools: jsonArray(call, 'tools', tools) }),
		...(documents !== undefined && { documents: jsonArray(call, 'documents', documents) }),
		...templateSettings(call),
	};
}

/** --chat-template-kwargs. */
export function templateSettings(call: Call): Pick<ChatOptions, 'templateSettings'> {
	const settings = call.value('chat-template-kwargs');
	return settings === undefined ? {} : { templateSettings: jsonObject(call, 'chat-template-kwargs', settings) };
}

function parsed(text: string): ExactJson {
	try {
		return parseExactJson(text.replace(/^\ufeff/, ''));
	} catch {
		return undefined;
	}
}

export function jsonArray(call: Call, option: string, text: string): readonly unknown[] {
	const value = parsed(text);
	if (Array.isArray(value)) return value;
	throw call.usage('not a JSON array', { field: `--${option}`, got: text });
}

function jsonObject(call: Call, option: string, text: string): ReadonlyMap<string, unknown> {
	const value = parsed(text);
	if (value instanceof Map) return value;
	throw call.usage('not a JSON object', { field: `--${option}`, got: text, allowed: '{"enable_thinking": false}' });
}

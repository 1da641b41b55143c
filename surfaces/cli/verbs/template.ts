// template MODEL --messages JSON: the prompt that the model's own chat template makes.

import type { ChatMessage } from '../../../src/model.ts';
import type { Answer, Call } from '../call.ts';
import { withModel } from './common.ts';

export async function run(call: Call): Promise<Answer> {
	if (call.value('messages') === undefined && call.terminal.stdinIsTerminal)
		throw call.usage('template needs --messages, or JSON piped in');
	const messages = readArray(call, 'messages', call.value('messages') ?? (await call.terminal.readAll()));
	messages.forEach((message, i) => {
		if (typeof (message as { role?: unknown } | null)?.role === 'string') return;
		throw call.usage('not a message', {
			field: `--messages [${i}]`,
			got: JSON.stringify(message),
			allowed: '{"role": "user", "content": "…"}',
		});
	});
	const tools = call.value('tools');
	const options = {
		...(tools !== undefined && { tools: readArray(call, 'tools', tools) }),
		generationPrompt: !call.flag('no-generation-prompt'),
		signal: call.signal,
	};
	return withModel(call, call.arguments[0]!, async (model) => {
		const json = await model.template(messages as ChatMessage[], options); // what else stands in them, the template reads
		return { json, text: () => `${json.text}${json.text.endsWith('\n') ? '' : '\n'}` };
	});
}

function readArray(call: Call, option: string, text: string): unknown[] {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		value = undefined;
	}
	if (Array.isArray(value)) return value;
	throw call.usage('not a JSON array', { field: `--${option}`, got: text });
}

// template MODEL --messages JSON: the prompt that the model's own chat template makes.

import type { ChatMessage } from '../../../src/model.ts';
import type { Answer, Call } from '../call.ts';
import { chatOptions, jsonArray } from './chat-options.ts';
import { withModel } from './common.ts';

export async function run(call: Call): Promise<Answer> {
	if (call.value('messages') === undefined && call.terminal.stdinIsTerminal)
		throw call.usage('template needs --messages, or JSON piped in');
	const messages = jsonArray(call, 'messages', call.value('messages') ?? (await call.terminal.readAll()));
	messages.forEach((message, i) => {
		if (message instanceof Map && typeof message.get('role') === 'string') return;
		throw call.usage('not a message', { field: `--messages [${i}]`, allowed: '{"role": "user", "content": "…"}' });
	});
	const options = { ...chatOptions(call), generationPrompt: !call.flag('no-generation-prompt'), signal: call.signal };
	return withModel(call, call.arguments[0]!, async (model) => {
		const json = await model.template(messages as readonly unknown[] as ChatMessage[], options);
		return { json, text: () => `${json.text}${json.text.endsWith('\n') ? '' : '\n'}` };
	});
}

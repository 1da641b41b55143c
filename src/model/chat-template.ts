// A model's chat template: its Jinja source in GGUF metadata, in chat_template.jinja, or in tokenizer_config.json (as text, or as several by
// name); and a conversation as it writes it.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, MetadataValue } from '../formats/checkpoint.ts';
import { getString } from '../formats/get.ts';
import { readJsonObject } from '../formats/json.ts';
import type { Host } from '../host.ts';
import { checkOptions } from '../options.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import type { Interpreter } from './interpreter.ts';
import { TEMPLATE } from './options.ts';
import { provenanceOf } from './provenance.ts';
import type { ChatMessage, Conversation, TemplateOptions } from './types.ts';

/** The longest published templates (tool calling in several styles) have 20 kB; tokenizer_config.json also lists added tokens. */
const MAX_BYTES = 16 * 2 ** 20;

export async function chatTemplateOf(checkpoint: Checkpoint, signal?: AbortSignal): Promise<string | undefined> {
	if (checkpoint.format === 'gguf') return getString(checkpoint, 'tokenizer.chat_template');
	const file = checkpoint.assets.get('chat_template.jinja');
	if (file) {
		if (file.byteLength > MAX_BYTES) {
			throw new TongsaError('too-large', 'a chat template of this size', {
				file: file.name,
				got: file.byteLength,
				allowed: `at most ${MAX_BYTES} bytes`,
			});
		}
		return new TextDecoder().decode(await file.read(0, file.byteLength, signal));
	}
	const config = checkpoint.assets.get('tokenizer_config.json');
	return config && defaultOf((await readJsonObject(config, MAX_BYTES, signal))['chat_template']);
}

/** Messages → the prompt that the template writes, and its ids. */
export async function conversation(
	host: Host,
	checkpoint: Checkpoint,
	tokenizer: Tokenizer | undefined,
	{ idsOf, textOf }: Interpreter,
	messages: readonly ChatMessage[],
	options: TemplateOptions = {},
): Promise<Conversation> {
	checkOptions(options, TEMPLATE);
	const { tools, generationPrompt = true, signal } = options;
	const template = await chatTemplateOf(checkpoint, signal);
	if (template === undefined || !host.renderTemplate) {
		throw new TongsaError('unsupported', template === undefined ? 'the model has no chat template' : 'no templates can be run here', {
			file: checkpoint.name,
			hint: 'Give the prompt as text',
		});
	}
	const input = {
		messages,
		...(tools && { tools }),
		bos_token: textOf(tokenizer?.special.start ?? -1),
		eos_token: textOf(tokenizer?.special.end ?? -1),
		add_generation_prompt: generationPrompt,
	};
	const text = await host.renderTemplate(template, input, signal);
	const ids = idsOf(text, { special: 'parse', flags: false }); // the template has written the flags itself
	return { text, ids, provenance: provenanceOf(checkpoint) };
}

/** Text as it is; of several templates, the one named 'default'. */
function defaultOf(value: MetadataValue | undefined): string | undefined {
	if (typeof value === 'string') return value;
	if (!Array.isArray(value)) return undefined;
	const named = value.find((item) => typeof item === 'object' && item !== null && 'name' in item && item.name === 'default');
	const template = typeof named === 'object' && named !== null && 'template' in named ? named.template : undefined;
	return typeof template === 'string' ? template : undefined;
}

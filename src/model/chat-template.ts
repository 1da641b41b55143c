// A model's chat templates: Jinja sources in GGUF metadata or beside the weights, one by default and others by name; what transformers hands
// them; and a conversation as they write it. transformers/tokenization_utils_base.py: get_chat_template, apply_chat_template.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, MetadataValue } from '../formats/checkpoint.ts';
import { getString } from '../formats/get.ts';
import { readJsonObject } from '../formats/json.ts';
import type { Host } from '../host.ts';
import { checkOptions } from '../options.ts';
import { compileTemplate, type Template } from '../template/index.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import type { Interpreter } from './interpreter.ts';
import { TEMPLATE } from './options.ts';
import { provenanceOf } from './provenance.ts';
import type { ChatMessage, Conversation, TemplateOptions } from './types.ts';

/** The longest published templates (tool calling in several styles) have 30 kB; tokenizer_config.json also lists added tokens. */
const MAX_BYTES = 16 * 2 ** 20;
const DEFAULT = 'default';
/** With tools, the template of this name is taken where there is one. */
const WITH_TOOLS = 'tool_use';
const GGUF_KEY = 'tokenizer.chat_template';

type Sources = ReadonlyMap<string, string>;

/** The sources by name. */
async function sourcesOf(checkpoint: Checkpoint, signal?: AbortSignal): Promise<Sources> {
	const sources = new Map<string, string>();
	if (checkpoint.format === 'gguf') {
		for (const key of checkpoint.metadata.keys()) {
			const name = key === GGUF_KEY ? DEFAULT : key.startsWith(`${GGUF_KEY}.`) ? key.slice(GGUF_KEY.length + 1) : undefined;
			const source = name === undefined ? undefined : getString(checkpoint, key);
			if (source !== undefined) sources.set(name!, source);
		}
		return sources;
	}
	// Files of their own count before what the configurations say.
	for (const [path, file] of checkpoint.assets) {
		const name = path === 'chat_template.jinja' ? DEFAULT : /^additional_chat_templates\/([^/]+)\.jinja$/.exec(path)?.[1];
		if (name === undefined) continue;
		if (file.byteLength > MAX_BYTES) {
			const allowed = `at most ${MAX_BYTES} bytes`;
			throw new TongsaError('too-large', 'a chat template of this size', { file: file.name, got: file.byteLength, allowed });
		}
		sources.set(name, new TextDecoder().decode(await file.read(0, file.byteLength, signal)));
	}
	if (sources.size > 0) return sources;
	for (const path of ['tokenizer_config.json', 'chat_template.json']) {
		const file = checkpoint.assets.get(path);
		if (file) addNamed(sources, (await readJsonObject(file, MAX_BYTES, signal))['chat_template']);
		if (sources.size > 0) break;
	}
	return sources;
}

/** A text; or {name, template} several times; or an object of templates by name. */
function addNamed(sources: Map<string, string>, value: MetadataValue | undefined): void {
	if (typeof value === 'string') sources.set(DEFAULT, value);
	else if (Array.isArray(value)) {
		for (const item of value) {
			if (typeof item !== 'object' || item === null || !('name' in item) || !('template' in item)) continue;
			if (typeof item.name === 'string' && typeof item.template === 'string') sources.set(item.name, item.template);
		}
	} else if (typeof value === 'object' && value !== null) {
		for (const [name, source] of Object.entries(value)) if (typeof source === 'string') sources.set(name, source);
	}
}

/** The source that a conversation is written by; undefined where the model has none. @throws TongsaError 'unsupported' where none is the default. */
export async function chatTemplateOf(checkpoint: Checkpoint, tools = false, signal?: AbortSignal): Promise<string | undefined> {
	const sources = await sourcesOf(checkpoint, signal);
	const source = (tools ? sources.get(WITH_TOOLS) : undefined) ?? sources.get(DEFAULT);
	if (source !== undefined || sources.size === 0) return source;
	throw new TongsaError('unsupported', 'the model has several chat templates, none of them the default', {
		file: checkpoint.name,
		allowed: [...sources.keys()]
			.slice(0, 8)
			.map((name) => name.slice(0, 40))
			.join(', '),
	});
}

const GGUF_TOKENS: Readonly<Record<string, string>> = {
	bos_token: 'bos_token_id',
	eos_token: 'eos_token_id',
	unk_token: 'unknown_token_id',
	pad_token: 'padding_token_id',
	sep_token: 'seperator_token_id', // GGUF's own spelling
	cls_token: 'cls_token_id',
	mask_token: 'mask_token_id',
};

/** Special tokens by the names that templates call them; one that the model has not is undefined there. */
async function specialTokens(
	checkpoint: Checkpoint,
	tokenizer: Tokenizer | undefined,
	textOf: Interpreter['textOf'],
	signal?: AbortSignal,
) {
	const tokens: Record<string, string | readonly string[]> = {};
	if (checkpoint.format === 'gguf') {
		for (const [name, key] of Object.entries(GGUF_TOKENS)) {
			const id = checkpoint.metadata.get(`tokenizer.ggml.${key}`);
			if (typeof id === 'number' || typeof id === 'bigint') tokens[name] = textOf(Number(id));
		}
	} else {
		for (const path of ['special_tokens_map.json', 'tokenizer_config.json']) {
			const file = checkpoint.assets.get(path);
			if (file) addTokens(tokens, await readJsonObject(file, MAX_BYTES, signal));
		}
	}
	const { start, end } = tokenizer?.special ?? {};
	if (start !== undefined) tokens['bos_token'] ??= textOf(start);
	if (end !== undefined) tokens['eos_token'] ??= textOf(end);
	return tokens;
}

function addTokens(tokens: Record<string, string | readonly string[]>, config: Readonly<Record<string, MetadataValue>>): void {
	const text = (value: unknown): string | undefined => {
		if (typeof value === 'string') return value;
		const content = typeof value === 'object' && value !== null && 'content' in value ? value.content : undefined;
		return typeof content === 'string' ? content : undefined;
	};
	const named = (name: string, value: unknown) => {
		const token = text(value);
		if (token !== undefined) tokens[name] = token;
	};
	for (const [key, value] of Object.entries(config)) {
		if (key.endsWith('_token')) named(key, value);
		else if (key.endsWith('special_tokens') && Array.isArray(value)) {
			tokens[key] = value.map(text).filter((token) => token !== undefined);
		} else if (key.endsWith('special_tokens') && typeof value === 'object' && value !== null) {
			for (const [name, token] of Object.entries(value)) named(name, token);
		}
	}
}

const compiled = new WeakMap<Checkpoint, Map<string, Template>>();

function compiledOf(checkpoint: Checkpoint, source: string): Template {
	const known = compiled.get(checkpoint) ?? new Map<string, Template>();
	compiled.set(checkpoint, known);
	const template = known.get(source) ?? compileTemplate(source);
	known.set(source, template);
	return template;
}

/**
 * Messages → the prompt that the template writes, and its ids. What messages, tools and documents say stays text: only special tokens that the
 * template itself writes become tokens.
 */
export async function conversation(
	host: Host,
	checkpoint: Checkpoint,
	tokenizer: Tokenizer | undefined,
	{ idsOf, textOf }: Interpreter,
	messages: readonly ChatMessage[],
	options: TemplateOptions = {},
): Promise<Conversation> {
	checkOptions(options, TEMPLATE);
	const { tools, documents, templateSettings = {}, generationPrompt = true, signal } = options;
	const source = await chatTemplateOf(checkpoint, tools !== undefined, signal);
	if (source === undefined) {
		throw new TongsaError('unsupported', 'the model has no chat template', { file: checkpoint.name, hint: 'Give the prompt as text' });
	}
	const values = {
		...(await specialTokens(checkpoint, tokenizer, textOf, signal)),
		...(templateSettings instanceof Map ? Object.fromEntries(templateSettings) : templateSettings),
		messages,
		tools: tools ?? null,
		documents: documents ?? null,
		add_generation_prompt: generationPrompt,
	};
	const { text, user } = await compiledOf(checkpoint, source).render(values, {
		untrusted: ['messages', 'tools', 'documents'],
		pause: () => host.wait(0),
		...(signal && { signal }),
	});
	// The template has written the flags itself.
	const ids = idsOf(text, { special: 'parse', flags: false, plain: user });
	return { text, ids, provenance: provenanceOf(checkpoint) };
}

// What stands beside a tokenizer file in a Hugging Face folder: which tokens begin, end, pad; extra tokens; what ends a text.
// transformers tokenization_utils_base.py (tokenizer_config.json, special_tokens_map.json, added_tokens.json), generation_config.json

import type { Checkpoint, MetadataValue } from '../../formats/checkpoint.ts';
import { isObject, readJsonObject } from '../../formats/json.ts';
import type { SpecialIds } from '../types.ts';
import type { JsonObject } from './fields.ts';
import { checkAdded } from './table.ts';

/** tokenizer_config.json with thousands of added tokens has 1.2 MB (Gemma 3), chat templates included. */
const MAX_CONFIG = 2 ** 24;

/** A token that a config adds or describes. */
export interface ConfigToken {
	readonly id?: number;
	readonly content: string;
	readonly single_word: boolean;
	readonly lstrip: boolean;
	readonly rstrip: boolean;
	readonly normalized: boolean;
	readonly special: boolean;
}

export interface TokenizerConfig {
	readonly fields: JsonObject;
	/** Role ('bos_token', …) → its text. */
	readonly roles: ReadonlyMap<string, string>;
	readonly added: readonly ConfigToken[];
	/** Texts of further special tokens. */
	readonly extra: readonly string[];
	/** Ids that end a text, where generation_config.json or config.json says so. */
	readonly ends: readonly number[];
	/** model_type of config.json. */
	readonly family: string | undefined;
}

const ROLES = ['bos_token', 'eos_token', 'unk_token', 'pad_token', 'sep_token', 'cls_token', 'mask_token'] as const;

export async function readConfig(checkpoint: Checkpoint, signal?: AbortSignal): Promise<TokenizerConfig> {
	const read = async (name: string): Promise<JsonObject> => {
		const source = checkpoint.assets.get(name);
		return source ? readJsonObject(source, MAX_CONFIG, signal) : {};
	};
	const [fields, map, more, generation] = await Promise.all(
		['tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json', 'generation_config.json'].map(read),
	);
	const roles = new Map<string, string>();
	for (const role of ROLES) {
		const text = textOf(fields![role]) ?? textOf(map![role]);
		if (text !== undefined) roles.set(role, text);
	}
	const family = checkpoint.metadata.get('model_type');
	const described = fields!['added_tokens_decoder'];
	const extra = [fields!, map!].flatMap((from) => EXTRAS.flatMap((key) => textsOf(from[key])));
	checkAdded(extra.length, 'tokenizer_config.json', 'extra_special_tokens');
	for (const [name, value] of [
		['tokenizer_config.json', described],
		['added_tokens.json', more],
	] as const)
		if (isObject(value)) checkAdded(Object.keys(value).length, name, 'added tokens');
	return {
		fields: fields!,
		roles,
		// The older file counts where the newer one says nothing.
		added: isObject(described) ? describedTokens(described) : plainTokens(more!, new Set([...roles.values(), ...extra])),
		extra,
		ends: [...idsOf(generation!['eos_token_id']), ...idsOf(checkpoint.metadata.get('eos_token_id'))],
		family: typeof family === 'string' ? family : undefined,
	};
}

/** Names under which versions have listed further special tokens. */
const EXTRAS = ['additional_special_tokens', 'extra_special_tokens'];

/** ["<a>", {"content": "<b>", …}], or {"name": "<a>"}. */
function textsOf(value: MetadataValue | undefined): string[] {
	const list = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
	return list.map(textOf).filter((text) => text !== undefined);
}

/** "<s>" or {"content": "<s>", …}. */
function textOf(value: MetadataValue | undefined): string | undefined {
	if (typeof value === 'string') return value;
	return isObject(value) && typeof value['content'] === 'string' ? value['content'] : undefined;
}

function idsOf(value: MetadataValue | undefined): number[] {
	const list = Array.isArray(value) ? value : [value];
	return list.filter((id) => typeof id === 'number' && Number.isInteger(id) && id >= 0);
}

/** {"32000": {"content": "<|user|>", "special": true, …}} */
function describedTokens(value: MetadataValue | undefined): ConfigToken[] {
	if (!isObject(value)) return [];
	return Object.entries(value).flatMap(([id, token]) => {
		if (!/^\d{1,10}$/.test(id) || !isObject(token) || typeof token['content'] !== 'string') return [];
		const flag = (name: string, otherwise: boolean): boolean => (typeof token[name] === 'boolean' ? token[name] : otherwise);
		const special = flag('special', false);
		return [
			{
				id: Number(id),
				content: token['content'],
				single_word: flag('single_word', false),
				lstrip: flag('lstrip', false),
				rstrip: flag('rstrip', false),
				normalized: flag('normalized', !special),
				special,
			},
		];
	});
}

/** added_tokens.json: {"<|user|>": 32000}. */
function plainTokens(value: JsonObject, special: ReadonlySet<string>): ConfigToken[] {
	return Object.entries(value).flatMap(([content, id]) =>
		typeof id === 'number' && Number.isInteger(id) && id >= 0
			? [
					{
						id,
						content,
						single_word: false,
						lstrip: false,
						rstrip: false,
						normalized: !special.has(content),
						special: special.has(content),
					},
				]
			: [],
	);
}

/** Ids of the roles, and what ends a text: what the configs say; the end token's role where they say nothing. */
export function specialIds(
	config: TokenizerConfig,
	idOf: (text: string) => number | undefined,
	size: number,
	named: readonly number[],
): SpecialIds {
	const role = (name: string): number | undefined => {
		const text = config.roles.get(name);
		return text === undefined ? undefined : idOf(text);
	};
	const end = role('eos_token');
	const said = [...config.ends, ...(end === undefined ? [] : [end])].filter((id) => id < size);
	const ids = {
		start: role('bos_token') ?? role('cls_token'),
		end: end ?? role('sep_token'),
		unknown: role('unk_token'),
		padding: role('pad_token'),
		separator: role('sep_token'),
		mask: role('mask_token'),
	};
	const present = Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined));
	return { ...present, stops: [...new Set(said.length ? said : named)].sort((a, b) => a - b) };
}

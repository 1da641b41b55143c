// How a model wants its states pooled into a sentence vector: it stands beside its weights, or in its metadata.
// sentence-transformers: modules.json, N_Pooling/config.json, sentence_bert_config.json; GGUF: {architecture}.pooling_type (llama.h, enum llama_pooling_type).

import { POOLING_NAMES, type Pooling } from '../embedding/pooling.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint, MetadataValue } from '../formats/checkpoint.ts';
import { getNumber } from '../formats/get.ts';
import { isObject, readJson, readJsonObject } from '../formats/json.ts';

export interface SentenceSettings {
	readonly pooling: Pooling;
	readonly normalize: boolean;
	/** Most tokens that the model was tuned for, flags included, where the files say. */
	readonly maxTokens?: number;
	/** Where the pooling was found; 'default' when no file says. */
	readonly from: string;
}

/** The JSON files of sentence-transformers have a few hundred bytes. */
const MAX_BYTES = 2 ** 20;
/** Longest context of any model known, eight times over. */
const MAX_TOKENS = 2 ** 27;

const POOLING_FILE = '1_Pooling/config.json';

const GGUF_POOLING: Readonly<Record<number, Pooling>> = { 1: 'mean', 2: 'cls', 3: 'last' };

/** sentence-transformers' switches, in the order in which they are looked at. */
const MODES: readonly (readonly [string, Pooling])[] = [
	['pooling_mode_cls_token', 'cls'],
	['pooling_mode_mean_tokens', 'mean'],
	['pooling_mode_lasttoken', 'last'],
];

/** What sentence-transformers' modules.json may list: the model, its pooling, a norm. */
const MODULES = ['Transformer', 'Pooling', 'Normalize'];

/**
 * `asked`: the pooling that the caller has chosen in place of the files'.
 * @throws TongsaError 'unsupported' for a pooling that is not one of ours, or a module behind it: the vectors would be others.
 */
export async function sentenceSettings(
	checkpoint: Checkpoint,
	architecture: string | undefined,
	{ asked, signal }: { readonly asked?: Pooling | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<SentenceSettings> {
	const modules = await modulesOf(checkpoint, signal);
	if (!asked) refuseModules(checkpoint, modules ?? []);
	const pooling = asked
		? { pooling: asked, from: 'asked for' }
		: ((await fromFolder(checkpoint, signal)) ?? fromGguf(checkpoint, architecture) ?? { pooling: 'mean' as const, from: 'default' });
	const maxTokens = await tunedLength(checkpoint, signal);
	// With a list of modules, its Normalize says; otherwise vectors are made of length 1, as every server of embeddings does.
	return { normalize: modules?.includes('Normalize') ?? true, ...pooling, ...(maxTokens !== undefined && { maxTokens }) };
}

async function fromFolder({ assets }: Checkpoint, signal: AbortSignal | undefined) {
	const file = assets.get(POOLING_FILE);
	if (!file) return undefined;
	const config = await readJsonObject(file, MAX_BYTES, signal);
	const on = Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true);
	const mode = MODES.find(([key]) => on.includes(key));
	if (mode && on.length === 1) return { pooling: mode[1], from: POOLING_FILE };
	if (typeof config.pooling_mode === 'string' && isPooling(config.pooling_mode))
		return { pooling: config.pooling_mode, from: POOLING_FILE };
	throw new TongsaError('unsupported', 'a pooling that Tongsa does not have', {
		file: file.name,
		field: 'pooling_mode',
		got: on.join(', ') || String(config.pooling_mode ?? 'none'),
		allowed: MODES.map(([key]) => key).join(', '),
		hint: 'Choose one with --pooling',
	});
}

const isPooling = (name: string): name is Pooling => (POOLING_NAMES as readonly string[]).includes(name);

function fromGguf(checkpoint: Checkpoint, architecture: string | undefined) {
	const key = `${architecture}.pooling_type`;
	const type = getNumber(checkpoint, key, { min: 0, max: 4, integer: true });
	if (type === undefined || type === 0) return undefined; // none: the file leaves it open
	const pooling = GGUF_POOLING[type];
	if (pooling) return { pooling, from: key };
	throw new TongsaError('unsupported', 'a pooling that Tongsa does not have', {
		file: checkpoint.name,
		field: key,
		got: type,
		allowed: Object.entries(GGUF_POOLING)
			.map(([number, name]) => `${number} (${name})`)
			.join(', '),
	});
}

async function tunedLength({ assets }: Checkpoint, signal: AbortSignal | undefined): Promise<number | undefined> {
	const file = assets.get('sentence_bert_config.json');
	if (!file) return undefined;
	const metadata = new Map(Object.entries(await readJsonObject(file, MAX_BYTES, signal)));
	return getNumber({ name: file.name, metadata }, 'max_seq_length', { min: 1, max: MAX_TOKENS, integer: true });
}

/** The classes that modules.json lists, without the packages that they are in. */
async function modulesOf({ assets }: Checkpoint, signal: AbortSignal | undefined): Promise<readonly string[] | undefined> {
	const file = assets.get('modules.json');
	if (!file) return undefined;
	const modules: MetadataValue = await readJson(file, MAX_BYTES, signal);
	return Array.isArray(modules) ? modules.filter(isObject).map(({ type }) => String(type).replace(/^.*\./, '')) : [];
}

function refuseModules({ assets }: Checkpoint, modules: readonly string[]): void {
	const other = modules.find((module) => !MODULES.includes(module));
	if (other === undefined) return;
	throw new TongsaError('unsupported', 'a sentence vector goes through a module that Tongsa does not have', {
		file: assets.get('modules.json')!.name,
		field: 'type',
		got: other,
		allowed: MODULES.join(', '),
		hint: 'With --pooling the vector is what stands before it',
	});
}

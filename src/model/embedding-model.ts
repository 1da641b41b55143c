// A Model as retrieval sees it: texts in, vectors of length 1 out, under an id that names all they depend on.

import { architectureOf } from '../architectures/name.ts';
import { normalize } from '../embedding/pooling.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { getNumber } from '../formats/get.ts';
import { sha256 } from '../retrieval/hash.ts';
import type { EmbeddingModel } from '../retrieval/types.ts';
import { sentenceModules } from './sentence-modules.ts';
import { sentenceSettings } from './sentence-settings.ts';
import type { Model } from './types.ts';

/** What stands before a text, by its kind. */
export interface Prefixes {
	readonly query: string;
	readonly passage: string;
}

/** Models whose files do not say it. Source: the models' own cards. */
const KNOWN_PREFIXES: readonly (readonly [RegExp, Prefixes])[] = [
	[/(?:^|[^a-z])e5-(?!.*instruct)/i, { query: 'query: ', passage: 'passage: ' }],
	[/nomic-embed/i, { query: 'search_query: ', passage: 'search_document: ' }],
	[/bge-(?:small|base|large)-en/i, { query: 'Represent this sentence for searching relevant passages: ', passage: '' }],
	[/bge-(?:small|base|large)-zh/i, { query: '为这个句子生成表示以用于检索相关文章：', passage: '' }],
	[/arctic-embed/i, { query: 'Represent this sentence for searching relevant passages: ', passage: '' }],
];
const NO_PREFIXES: Prefixes = { query: '', passage: '' };
/** Where no file says how long a text may be. */
const STANDARD_TOKENS = 512;
/** Longer passages make worse vectors, and take memory by their square. */
const MOST_TOKENS = 8192;
/** A prefix and a text joined may have so many tokens more than apart. */
const SLACK = 2;
/** Parts of each weight file that its fingerprint is made of: two trainings of one shape differ in each. */
const SAMPLES = 16;
const SAMPLE_BYTES = 4096;

/** @throws TongsaError 'unsupported' for a model without a tokenizer, or one that gives no sentence embeddings. */
export async function embeddingModelOf(
	model: Model,
	options: { readonly prefixes?: Prefixes; readonly signal?: AbortSignal } = {},
): Promise<EmbeddingModel> {
	const { checkpoint, tokenizer, table } = model;
	if (!tokenizer || !table)
		throw new TongsaError('unsupported', 'a model without a tokenizer or a table makes no vectors of texts', { file: model.name });
	const architecture = architectureOf(checkpoint);
	const settings = await sentenceSettings(checkpoint, options.signal);
	const modules = await sentenceModules(checkpoint, table.width, { signal: options.signal });
	const prefixes = options.prefixes ?? prefixesOf(checkpoint, settings.prompts);
	const flags = tokenizer.flags.before.length + tokenizer.flags.after.length;
	const limit = Math.min(settings.maxTokens ?? MOST_TOKENS, contextOf(checkpoint, architecture), MOST_TOKENS);
	const longest = Math.max(...Object.values(prefixes).map((prefix) => tokenizer.count(prefix, { special: 'none' })));
	const width = settings.dimensions ?? modules.steps.at(-1)!.width;
	const facts = {
		model: model.name,
		files: await fingerprints(checkpoint, options.signal),
		pooling: modules.pooling,
		prefixes,
		width,
	};
	return {
		id: (await sha256(JSON.stringify({ ...facts, model: undefined }))).slice(0, 32),
		facts,
		width,
		maxTokens: limit - flags - longest - SLACK,
		offsets: (text) => tokenizer.encode(text, { special: 'none', offsets: true }).offsets!,
		async embed(texts, { kind, signal, onProgress }) {
			const { vectors, truncated } = await model.sentence(texts, { prompt: prefixes[kind], normalize: true, ...(signal && { signal }) });
			const cut = truncated.indexOf(true);
			if (cut >= 0) {
				throw new TongsaError('too-large', 'a text is longer than the model takes, and nothing is cut in silence', {
					got: texts[cut]!,
					allowed: `${limit} tokens`,
				});
			}
			onProgress?.(vectors.length);
			// Length 1 in float32, whatever the last bit of a kernel: scores of stores agree.
			return vectors.map((vector) => normalize(vector));
		},
	};
}

/** sentence-transformers' own table of prompts, else what is known of the model by its name. */
function prefixesOf(checkpoint: Checkpoint, prompts: ReadonlyMap<string, string>): Prefixes {
	const of = (...names: string[]): string => names.map((name) => prompts.get(name)).find((prompt) => prompt !== undefined) ?? '';
	const found = { query: of('query', 'search_query'), passage: of('passage', 'document', 'search_document') };
	if (found.query || found.passage) return found;
	const names = [checkpoint.name, ...checkpoint.files.map(({ name }) => name), String(checkpoint.metadata.get('general.name') ?? '')];
	return KNOWN_PREFIXES.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ?? NO_PREFIXES;
}

/** Positions that the model has. RoBERTa's kinds count from 2. */
function contextOf(checkpoint: Checkpoint, architecture: string | undefined): number {
	const bounds = { min: 1, max: 2 ** 27, integer: true };
	const gguf = getNumber(checkpoint, `${architecture}.context_length`, bounds);
	if (gguf !== undefined) return gguf;
	const positions =
		getNumber(checkpoint, 'max_position_embeddings', bounds) ?? getNumber(checkpoint, 'n_positions', bounds) ?? STANDARD_TOKENS;
	return /roberta|mpnet|camembert/.test(architecture ?? '') ? positions - 2 : positions;
}

async function fingerprints({ files }: Checkpoint, signal: AbortSignal | undefined) {
	return Promise.all(
		files.map(async (file) => {
			const { byteLength } = file;
			const size = Math.min(SAMPLE_BYTES, byteLength);
			const parts = await Promise.all(
				Array.from({ length: SAMPLES }, (_, i) => file.read(Math.floor(((byteLength - size) * i) / (SAMPLES - 1)), size, signal)),
			);
			const joined = new Uint8Array(SAMPLES * size);
			parts.forEach((part, i) => {
				joined.set(part, i * size);
			});
			return { name: file.name.replace(/^.*[/\\]/, ''), byteLength, samples: (await sha256(joined)).slice(0, 32) };
		}),
	);
}

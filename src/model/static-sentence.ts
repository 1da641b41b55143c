// Sentence embeddings of a static model: the mean of its tokens' rows, as the library that wrote it takes it.

import { meanRow } from '../embedding/distance.ts';
import { normalize } from '../embedding/pooling.ts';
import type { StaticEmbedding } from '../embedding/static.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { getBoolean, getNumber } from '../formats/get.ts';
import { isObject, readJson } from '../formats/json.ts';
import { checkOptions } from '../options.ts';
import type { Interpreter } from './interpreter.ts';
import { SENTENCE } from './options.ts';
import { provenanceOf } from './provenance.ts';
import { promptFor } from './sentence.ts';
import { sentenceSettings } from './sentence-settings.ts';
import type { Model, SentenceOptions, SentenceVectors, TokenIds } from './types.ts';

/** model2vec's own, where config.json says nothing. Its cut of the text by letters, before this one, is not made. */
const MAX_LENGTH = 512;

export async function staticSentences(
	checkpoint: Checkpoint,
	{ table, library }: StaticEmbedding,
	{ idsOf }: Pick<Interpreter, 'idsOf'>,
	tokenizer: Model['tokenizer'],
	texts: string | readonly (string | TokenIds)[],
	options: SentenceOptions = {},
): Promise<SentenceVectors> {
	checkOptions(options, SENTENCE);
	const { signal } = options;
	if (options.pooling !== undefined && options.pooling !== 'mean')
		throw new TongsaError('unsupported', 'a static model has rows and no states', {
			field: 'pooling',
			got: options.pooling,
			allowed: 'mean',
		});
	const ours = library === 'model2vec';
	const settings = await sentenceSettings(checkpoint, signal);
	const prompt = promptFor(checkpoint, settings, options);
	const unit = options.normalize ?? (ours ? (getBoolean(checkpoint, 'normalize') ?? false) : await listsNormalize(checkpoint, signal));
	const most =
		ours && checkpoint.metadata.get('max_length') !== null
			? (getNumber(checkpoint, 'max_length', { min: 1, max: 2 ** 27, integer: true }) ?? MAX_LENGTH)
			: Infinity;
	const unknown = ours ? tokenizer?.special.unknown : undefined;
	const kept = options.dimensions ?? settings.dimensions ?? table.width;
	if (!Number.isInteger(kept) || kept < 1 || kept > table.width)
		throw new TongsaError('out-of-range', 'a vector has no such number of values', {
			field: 'dimensions',
			got: kept,
			allowed: `1 to ${table.width}`,
		});
	const vectors: Float32Array[] = [];
	const tokens: number[] = [];
	const truncated: boolean[] = [];
	for (const text of typeof texts === 'string' ? [texts] : texts) {
		const all = typeof text === 'string' ? idsOf(prompt + text, { special: 'none' }) : idsOf(text);
		const ids = all.slice(0, most).filter((id) => id !== unknown);
		const mean = ids.length === 0 ? new Float32Array(table.width) : meanRow(await table.rows(ids, signal), table.width);
		const vector = (unit ? normalize(mean) : mean).slice(0, kept);
		vectors.push(unit && options.dimensions !== undefined ? normalize(vector) : vector);
		tokens.push(ids.length);
		truncated.push(all.length > most);
	}
	const provenance = provenanceOf(checkpoint, {
		table: `${table.tensor.name} (${table.tensor.dtype})`,
		pooling: `mean (${library})`,
		normalized: unit,
		...(prompt !== '' && { prompt }),
		truncated: truncated.some(Boolean),
	});
	return { vectors, tokens, truncated, provenance };
}

async function listsNormalize({ assets }: Checkpoint, signal: AbortSignal | undefined): Promise<boolean> {
	const file = assets.get('modules.json');
	const list = file ? await readJson(file, 2 ** 20, signal) : [];
	return Array.isArray(list) && list.some((module) => isObject(module) && String(module['type']).endsWith('.Normalize'));
}

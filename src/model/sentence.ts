// Sentence vectors: each text's last states pooled into one vector.

import { architectureOf } from '../architectures/name.ts';
import { normalize, pool } from '../embedding/pooling.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { contextLengthOf } from '../spec/context.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import type { Engine } from '../transformer/engine.ts';
import type { Interpreter } from './interpreter.ts';
import { provenanceOf } from './provenance.ts';
import { sentenceSettings } from './sentence-settings.ts';
import type { SentenceOptions, SentenceVectors, TokenIds } from './types.ts';

export async function sentenceVectors(
	checkpoint: Checkpoint,
	engine: Engine,
	{ idsOf, tokenizer }: Pick<Interpreter, 'idsOf'> & { readonly tokenizer: Tokenizer | undefined },
	texts: string | readonly (string | TokenIds)[],
	options: SentenceOptions,
): Promise<SentenceVectors> {
	const settings = await sentenceSettings(checkpoint, architectureOf(checkpoint), { asked: options.pooling, signal: options.signal });
	const { pooling } = settings;
	const normalized = options.normalize ?? settings.normalize;
	const { config } = engine.model;
	const width = config.embedding.width;
	const kept = checkedDimensions(options.dimensions, width);
	const most = Math.min(settings.maxTokens ?? Number.POSITIVE_INFINITY, contextLengthOf(config));
	const cuts = (typeof texts === 'string' ? [texts] : texts).map((text) => cutToFit(idsOf(text), tokenizer, most));
	const vectors: Float32Array[] = [];
	const take = (_: number, states: Float32Array): void => {
		const vector = pool(states, width, pooling).subarray(0, kept);
		vectors.push(normalized ? normalize(vector) : vector.slice());
	};
	await engine.states(
		cuts.map(({ ids }) => ids),
		take,
		{ signal: options.signal },
	);
	const truncated = cuts.map(({ cut }) => cut);
	return {
		vectors,
		tokens: cuts.map(({ ids }) => ids.length),
		truncated,
		provenance: provenanceOf(checkpoint, {
			layer: 'final.output',
			pooling: `${pooling} (${settings.from})`,
			normalized,
			truncated: truncated.some(Boolean),
			precision: engine.precision,
		}),
	};
}

function checkedDimensions(dimensions: number | undefined, width: number): number {
	if (dimensions === undefined) return width;
	if (Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= width) return dimensions;
	throw new TongsaError('out-of-range', 'a vector has no such number of values', {
		field: 'dimensions',
		got: dimensions,
		allowed: `1 to ${width}`,
	});
}

/** Too long a text loses its end, and keeps the special tokens that stand behind it. */
function cutToFit(
	ids: readonly number[],
	tokenizer: Tokenizer | undefined,
	most: number,
): { readonly ids: readonly number[]; readonly cut: boolean } {
	if (ids.length <= most) return { ids, cut: false };
	const after = (tokenizer?.flags.after ?? []).slice(-most); // a length from a file may be less than the flags take
	return { ids: [...ids.slice(0, most - after.length), ...after], cut: true };
}

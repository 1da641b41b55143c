// Sentence vectors: each text's last states pooled into one vector.

import { normalize } from '../embedding/pooling.ts';
import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import { contextLengthOf } from '../spec/context.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import type { Engine } from '../transformer/engine.ts';
import type { Interpreter } from './interpreter.ts';
import { provenanceOf } from './provenance.ts';
import { type SentenceModules, sentenceModules } from './sentence-modules.ts';
import { type SentenceSettings, sentenceSettings } from './sentence-settings.ts';
import type { SentenceOptions, SentenceVectors, TokenIds } from './types.ts';

export async function sentenceVectors(
	checkpoint: Checkpoint,
	engine: Engine,
	{ idsOf, tokenizer }: Pick<Interpreter, 'idsOf'> & { readonly tokenizer: Tokenizer | undefined },
	texts: string | readonly (string | TokenIds)[],
	options: SentenceOptions,
): Promise<SentenceVectors> {
	const { signal } = options;
	const { config } = engine.model;
	const width = config.embedding.width;
	const settings = await sentenceSettings(checkpoint, signal);
	const modules = await sentenceModules(checkpoint, width, { asked: options.pooling, signal });
	const { steps, finish } = stepsFor(modules, settings, options);
	const prompt = promptFor(checkpoint, settings, options);
	const most = Math.min(settings.maxTokens ?? Number.POSITIVE_INFINITY, contextLengthOf(config));
	const read = (text: string | TokenIds) => idsOf(typeof text === 'string' ? prepared(prompt + text, settings) : text);
	const given = typeof texts === 'string' ? [texts] : texts;
	const cuts = given.map((text) => cutToFit(read(text), tokenizer, most));
	const skipped = modules.includePrompt || prompt === '' ? 0 : promptLength(idsOf(prepared(prompt, settings)), tokenizer);
	const vectors: Float32Array[] = [];
	const take = (i: number, states: Float32Array): void => {
		const skip = typeof given[i] === 'string' ? skipped : 0;
		vectors[i] = finish(steps.reduce((rows, step) => step.apply(rows, skip), states));
	};
	await engine.states(
		cuts.map(({ ids }) => ids),
		take,
		{ signal },
	);
	const truncated = cuts.map(({ cut }) => cut);
	return {
		vectors,
		tokens: cuts.map(({ ids }) => ids.length),
		truncated,
		provenance: provenanceOf(checkpoint, {
			layer: 'final.output',
			pooling: `${modules.pooling} (${modules.from})`,
			normalized: options.normalize ?? steps.some(({ kind }) => kind === 'normalize'),
			...(prompt !== '' && { prompt }),
			truncated: truncated.some(Boolean),
			precision: engine.precision,
		}),
	};
}

/** The modules' steps, with the norm as it is asked for; and what is kept of the vector at the end. */
function stepsFor({ steps: all }: SentenceModules, settings: SentenceSettings, { normalize: asked, dimensions }: SentenceOptions) {
	const steps = asked === false ? all.filter(({ kind }) => kind !== 'normalize') : all;
	const width = steps.at(-1)!.width;
	const unit = asked ?? all.some(({ kind }) => kind === 'normalize');
	const kept = checkedDimensions(dimensions ?? settings.dimensions, width);
	// The files' own truncate_dim leaves the norm as it is; who asks for fewer values gets a vector of length 1 again.
	const again = unit && (dimensions !== undefined || asked === true);
	return {
		steps,
		finish(vector: Float32Array): Float32Array {
			const part = vector.subarray(0, kept);
			return again ? normalize(part) : part.slice();
		},
	};
}

/** What stands before every text: as asked for, else as the files say. */
export function promptFor(
	checkpoint: Checkpoint,
	{ prompts, prompt: standard }: SentenceSettings,
	{ prompt, promptName }: SentenceOptions,
): string {
	if (prompt !== undefined) return prompt;
	if (promptName === undefined) return standard;
	const named = prompts.get(promptName);
	if (named !== undefined) return named;
	throw new TongsaError('not-found', 'the model has no prompt of this name', {
		file: checkpoint.name,
		field: 'promptName',
		got: promptName,
		allowed: [...prompts.keys()].join(', ') || 'none',
	});
}

/** One character at a time, as the tokenizers' Lowercase: no final sigma, which JavaScript would write by context. */
const prepared = (text: string, { lowerCase }: SentenceSettings): string =>
	lowerCase ? Array.from(text, (character) => character.toLowerCase()).join('') : text;

/** Tokens of a prompt before a text: a token that the tokenizer puts at the end of a text is not among them. */
function promptLength(ids: readonly number[], tokenizer: Tokenizer | undefined): number {
	const last = ids.at(-1);
	return last !== undefined && tokenizer?.flags.after.includes(last) ? ids.length - 1 : ids.length;
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

// Transformer: config and weights of one opened model, joined. Built once, used by every run.

import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import type { TransformerConfig } from '../spec/config.ts';
import type { Dialect } from '../spec/family.ts';
import { openMetadata } from '../spec/metadata.ts';
import { bind } from '../weights/bind.ts';
import { type Finder, finder } from '../weights/finder.ts';
import { refuseUnhonoured } from '../weights/unhonoured.ts';
import { openWeights, type Views, type Weights } from '../weights/weights.ts';

export interface Transformer {
	/** Name of the model, for messages. */
	readonly name: string;
	readonly config: TransformerConfig;
	readonly views: Views;
	readonly weights: Weights;
	/** Whether it is the encoder of an encoder-decoder. */
	readonly isEncoder: boolean;
	readonly encoder?: Transformer;
}

export interface TransformerOptions {
	/** Bytes of loaded weights that may be kept between calls. */
	readonly memoryBudget: number;
	readonly signal?: AbortSignal;
}

/** Reads the settings and checks every tensor's shape. No weight is read. */
export async function openTransformer(checkpoint: Checkpoint, dialect: Dialect, options: TransformerOptions): Promise<Transformer> {
	const metadata = await openMetadata(checkpoint, options.signal);
	const config = frozen(storedOutput(dialect.config(metadata), finder(checkpoint, dialect, dialect.names)));
	refuseUnhonoured(metadata);
	const views = bind(checkpoint, config, dialect);
	return build(checkpoint.name, config, views, options.memoryBudget, false);
}

function build(name: string, config: TransformerConfig, views: Views, budget: number, isEncoder: boolean): Transformer {
	const encoder = config.encoder && views.encoder && build(name, config.encoder, views.encoder, budget, true);
	return { name, config, views, weights: openWeights(views, budget), isEncoder, ...(encoder && { encoder }) };
}

/** Token ids, or rows (T, width of the table) in their place. */
export type Input = { readonly ids: ArrayLike<number> } | { readonly vectors: Float32Array };

/** T. @throws TongsaError 'wrong-shape' for vectors that do not fit. */
export function tokensOf(input: Input, { embedding }: TransformerConfig): number {
	if ('ids' in input) return input.ids.length;
	if (input.vectors.length % embedding.width === 0) return input.vectors.length / embedding.width;
	throw new TongsaError('wrong-shape', 'vectors do not fit the width of the model', {
		got: `${input.vectors.length} values`,
		allowed: `a multiple of ${embedding.width}`,
	});
}

export function noEncoder(file: string): TongsaError {
	return new TongsaError('unsupported', 'this model has no encoder', { file });
}

export function noLogits(file: string): TongsaError {
	return new TongsaError('unsupported', 'this model has no output table: its states cannot be read as tokens', {
		file,
		hint: 'Ask for states (final.output) or a sentence vector',
	});
}

export function notCausal(file: string): TongsaError {
	return new TongsaError('unsupported', 'this model reads a text both ways: it has no next token', {
		file,
		hint: 'Ask for states or a sentence vector',
	});
}

export function noTokens(file: string): TongsaError {
	return new TongsaError('usage', 'there are no tokens to pass through the model', { file, hint: 'Give at least one' });
}

/**
 * A tied model whose file holds a second table all the same uses it: transformers ties only where both are equal, and then either is right.
 * transformers modeling_utils.py, tie_weights
 */
function storedOutput(config: TransformerConfig, { find }: Finder): TransformerConfig {
	if (!config.logits?.tied || !find('table', 'weight') || !find('output', 'weight')) return config;
	return { ...config, logits: { ...config.logits, tied: false } };
}

/** Config is data that nothing changes: frozen all the way down. */
function frozen<T>(value: T): T {
	if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		Object.values(value).forEach(frozen);
	}
	return value;
}

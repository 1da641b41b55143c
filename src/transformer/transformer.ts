// Transformer: config, weights and backend of one opened model, joined. Built once, used by every run.

import type { Checkpoint } from '../formats/checkpoint.ts';
import type { TransformerConfig } from '../spec/config.ts';
import type { Dialect } from '../spec/family.ts';
import { openMetadata } from '../spec/metadata.ts';
import { bind } from '../weights/bind.ts';
import { type Finder, finder } from '../weights/finder.ts';
import { refuseUnhonoured } from '../weights/unhonoured.ts';
import { openWeights, type Views, type Weights } from '../weights/weights.ts';
import type { Backend } from './backend.ts';
import { exact } from './reference/operations.ts';

export interface Transformer {
	/** Name of the model, for messages. */
	readonly name: string;
	readonly config: TransformerConfig;
	readonly views: Views;
	readonly weights: Weights;
	readonly backend: Backend;
	/** Stands before every point's name: 'encoder.' in an encoder, else ''. */
	readonly prefix: string;
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
	const build = (part: TransformerConfig, of: Views, prefix: string): Transformer => ({
		name: checkpoint.name,
		config: part,
		views: of,
		weights: openWeights(of, exact, options.memoryBudget),
		backend: exact,
		prefix,
		...(part.encoder && of.encoder && { encoder: build(part.encoder, of.encoder, 'encoder.') }),
	});
	return build(config, views, '');
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

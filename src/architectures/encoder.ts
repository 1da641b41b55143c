// The shape that most text encoders share since BERT: attention both ways, norms after the sums, a norm on the embeddings, biases, GELU.
// Devlin et al. 2018 (arXiv 1810.04805).

import type { EmbeddingConfig, HeadConfig, NormConfig, TransformerConfig } from '../spec/config.ts';
import type { Names } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, type DecoderChoices, decoder, postNorm, tied } from './decoder.ts';
import { activation, layerNorm } from './settings.ts';

export interface EncoderChoices extends Omit<DecoderChoices, 'logits'> {
	readonly embedding: Partial<EmbeddingConfig>;
	/** The masked-language head's tensor; without it the states are not read as words. */
	readonly headTensor?: readonly string[];
	readonly head?: Partial<HeadConfig>;
	readonly headBias?: boolean;
	readonly activationKeys?: readonly string[];
}

export function encoder(m: Metadata, choices: EncoderChoices): TransformerConfig {
	const norm: NormConfig = choices.norm ?? layerNorm(m, 1e-12);
	const act = activation(m, choices.activationKeys ?? ['hidden_act'], 'gelu');
	const head: HeadConfig = { activation: act, bias: true, norm, ...choices.head };
	return decoder(m, {
		norm,
		places: postNorm,
		finalNorm: false,
		rope: null,
		...choices,
		attention: { bias: ALL_BIAS, causal: false, ...choices.attention },
		feedForward: { gated: false, activation: act, bias: { up: true, down: true }, ...choices.feedForward },
		embedding: { norm, ...choices.embedding },
		logits: choices.headTensor?.some((name) => m.hasTensor(name))
			? { tied: m.format === 'gguf' || tied(m, true), bias: choices.headBias ?? true, head }
			: null,
	});
}

/** A norm under today's names and under TensorFlow's. */
export function eitherNorm(name: string): readonly [string, { readonly weight: string; readonly bias: string }] {
	return [name, { weight: `${name}.gamma`, bias: `${name}.beta` }];
}

/** Rows of a stored table in GGUF, whatever the settings say of the context. */
export function storedRows(m: Metadata, tensor: string, fallback: () => number): number {
	return m.shape(tensor)?.[0] ?? fallback();
}

export const GGUF_ENCODER_NAMES = {
	positions: 'position_embd',
	types: 'token_types',
	embeddingNorm: 'token_embd_norm',
	'norm.attentionResidual': 'blk.{i}.attn_output_norm',
	'norm.feedForwardResidual': 'blk.{i}.layer_output_norm',
} as const satisfies Names;

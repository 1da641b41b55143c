// BLOOM: ALiBi, a norm on the embeddings, biases everywhere.
// Workshop et al. 2022 (arXiv 2211.05100); transformers modeling_bloom.py; llama.cpp src/models/bloom.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, decoder, GGUF_NAMES, tied } from './decoder.ts';
import { layerNorm, sizes } from './settings.ts';

function config(m: Metadata): TransformerConfig {
	const norm = layerNorm(m, 1e-5);
	return decoder(m, {
		family: 'bloom',
		sizes: { hidden: 4 * sizes(m).width },
		norm,
		arrangement: m.flag('apply_residual_connection_post_layernorm', false) ? 'normed-residual' : 'serial',
		rope: null,
		attention: { bias: ALL_BIAS, alibi: 'after-scale' },
		feedForward: { gated: false, activation: 'gelu-tanh', bias: { up: true, down: true } },
		embedding: { norm },
		logits: { tied: tied(m, true) },
	});
}

export const bloom: Family = {
	name: 'bloom',
	gguf: { architectures: ['bloom'], config, names: { ...GGUF_NAMES, embeddingNorm: 'token_embd_norm' } },
	safetensors: {
		architectures: ['bloom'],
		prefixes: ['transformer.'],
		config,
		names: {
			table: 'word_embeddings',
			embeddingNorm: 'word_embeddings_layernorm',
			finalNorm: 'ln_f',
			output: 'lm_head',
			'norm.attentionInput': 'h.{i}.input_layernorm',
			'norm.feedForwardInput': 'h.{i}.post_attention_layernorm',
			'attention.qkv': 'h.{i}.self_attention.query_key_value',
			'attention.output': 'h.{i}.self_attention.dense',
			'feedForward.up': 'h.{i}.mlp.dense_h_to_4h',
			'feedForward.down': 'h.{i}.mlp.dense_4h_to_h',
		},
		layout: { qkv: 'grouped' },
	},
};

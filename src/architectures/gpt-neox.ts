// GPT-NeoX and Pythia: a part of each head turns, parallel (or serial) block with two norms, biases everywhere.
// Black et al. 2022 (arXiv 2204.06745); transformers modeling_gpt_neox.py; llama.cpp src/models/gptneox.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, decoder, GGUF_NAMES } from './decoder.ts';
import { activation, layerNorm } from './settings.ts';

function config(m: Metadata): TransformerConfig {
	return decoder(m, {
		family: 'gpt-neox',
		norm: layerNorm(m, 1e-5),
		arrangement: m.flag('use_parallel_residual', true) ? 'parallel' : 'serial',
		rope: { part: 0.25 },
		...(m.flag('attention_bias', true) && { attention: { bias: ALL_BIAS } }),
		feedForward: { gated: false, activation: activation(m, ['hidden_act'], 'gelu'), bias: { up: true, down: true } },
	});
}

export const gptNeox: Family = {
	name: 'gpt-neox',
	gguf: { architectures: ['gptneox'], config, names: GGUF_NAMES },
	safetensors: {
		architectures: ['gpt_neox'],
		prefixes: ['gpt_neox.'],
		config,
		names: {
			table: 'embed_in',
			finalNorm: 'final_layer_norm',
			output: ['embed_out', 'lm_head'],
			'norm.attentionInput': 'layers.{i}.input_layernorm',
			'norm.feedForwardInput': 'layers.{i}.post_attention_layernorm',
			'attention.qkv': 'layers.{i}.attention.query_key_value',
			'attention.output': 'layers.{i}.attention.dense',
			'feedForward.up': 'layers.{i}.mlp.dense_h_to_4h',
			'feedForward.down': 'layers.{i}.mlp.dense_4h_to_h',
		},
		layout: { qkv: 'grouped' },
	},
};

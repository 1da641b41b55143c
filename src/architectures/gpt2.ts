// GPT-2, and GPT-3 and other models of its shape.
// Radford et al. 2019; transformers modeling_gpt2.py; llama.cpp src/models/gpt2.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family, Names } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, decoder, GGUF_NAMES, tied } from './decoder.ts';
import { activation, layerNorm, sizes } from './settings.ts';

export const GPT2_NAMES = {
	table: 'wte',
	positions: 'wpe',
	finalNorm: 'ln_f',
	output: 'lm_head',
	'norm.attentionInput': 'h.{i}.ln_1',
	'norm.feedForwardInput': 'h.{i}.ln_2',
	'attention.qkv': 'h.{i}.attn.c_attn',
	'attention.output': 'h.{i}.attn.c_proj',
	'feedForward.up': 'h.{i}.mlp.c_fc',
	'feedForward.down': 'h.{i}.mlp.c_proj',
} as const satisfies Names;

/** Learned positions, biases everywhere, two matrices with tanh-GELU. */
export function gpt2Config(m: Metadata, family: string): TransformerConfig {
	const { context, headWidth } = sizes(m);
	const rows = context ?? m.size('n_positions', 1024);
	const scale = m.flag('scale_attn_weights', true) ? 1 / Math.sqrt(headWidth) : 1;
	const byLayer = m.flag('scale_attn_by_inverse_layer_idx', false);
	return decoder(m, {
		family,
		norm: layerNorm(m, 1e-5),
		rope: null,
		attention: { bias: ALL_BIAS, scale },
		feedForward: { gated: false, activation: activation(m, ['activation_function'], 'gelu-tanh'), bias: { up: true, down: true } },
		embedding: { positions: { kind: 'learned', rows, offset: 0 } },
		logits: { tied: tied(m, true) },
		block: (block, i) => (byLayer ? { ...block, attention: { ...block.attention, scale: scale / (i + 1) } } : block),
	});
}

export const gpt2: Family = {
	name: 'gpt2',
	gguf: { architectures: ['gpt2'], config: (m) => gpt2Config(m, 'gpt2'), names: { ...GGUF_NAMES, positions: 'position_embd' } },
	safetensors: {
		architectures: ['gpt2'],
		prefixes: ['transformer.'],
		config: (m) => gpt2Config(m, 'gpt2'),
		names: GPT2_NAMES,
		layout: { transposed: true },
	},
};

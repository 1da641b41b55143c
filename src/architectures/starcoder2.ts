// StarCoder2: layer norm, two matrices with tanh-GELU, biases, rotation, a window.
// Lozhkov et al. 2024 (arXiv 2402.19173); transformers modeling_starcoder2.py; llama.cpp src/models/starcoder2.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, decoder, GGUF_NAMES, HF_NAMES, HF_PREFIXES, tied, windowed } from './decoder.ts';
import { activation, layerNorm, leftOut } from './settings.ts';

function config(m: Metadata): TransformerConfig {
	const bias = m.flag('use_bias', true);
	const window = m.optionalSize(['attention.sliding_window', 'sliding_window']);
	return decoder(m, {
		family: 'starcoder2',
		sizes: leftOut(m, 2),
		norm: layerNorm(m, 1e-5),
		...(bias && { attention: { bias: ALL_BIAS } }),
		feedForward: { gated: false, activation: activation(m, ['hidden_act'], 'gelu-tanh'), bias: { up: bias, down: bias } },
		logits: { tied: tied(m, true) },
		block: (block) => windowed(block, window),
	});
}

export const starcoder2: Family = {
	name: 'starcoder2',
	gguf: { architectures: ['starcoder2'], config, names: GGUF_NAMES },
	safetensors: {
		architectures: ['starcoder2'],
		prefixes: HF_PREFIXES,
		config,
		names: { ...HF_NAMES, 'feedForward.up': 'layers.{i}.mlp.c_fc', 'feedForward.down': 'layers.{i}.mlp.c_proj' },
	},
};

// OLMo 2: norms on what each part adds instead of what it receives, and on query and key over their whole width.
// OLMo team 2024 (arXiv 2501.00656); transformers modeling_olmo2.py; llama.cpp src/models/olmo2.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, decoder, GGUF_NAMES, GGUF_SANDWICH, HF_NAMES, HF_PREFIXES } from './decoder.ts';
import { rmsNorm } from './settings.ts';

function config(m: Metadata): TransformerConfig {
	const norm = rmsNorm(m, 1e-5);
	return decoder(m, {
		family: 'olmo2',
		norm,
		places: () => ({ attentionOutput: norm, feedForwardOutput: norm }),
		attention: { queryKeyNorm: { scope: 'width', norm }, ...(m.flag('attention_bias', false) && { bias: ALL_BIAS }) },
	});
}

export const olmo2: Family = {
	name: 'olmo2',
	gguf: { architectures: ['olmo2'], config, names: { ...GGUF_NAMES, ...GGUF_SANDWICH } },
	safetensors: {
		architectures: ['olmo2'],
		prefixes: HF_PREFIXES,
		config,
		names: {
			...HF_NAMES,
			'norm.attentionOutput': 'layers.{i}.post_attention_layernorm',
			'norm.feedForwardOutput': 'layers.{i}.post_feedforward_layernorm',
		},
	},
};

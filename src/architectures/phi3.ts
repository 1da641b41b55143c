// Phi-3: fused projections, LongRoPE, a window in the short-context models.
// Abdin et al. 2024 (arXiv 2404.14219); transformers modeling_phi3.py; llama.cpp src/models/phi3.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { decoder, GGUF_NAMES, HF_NAMES, HF_PREFIXES, windowed } from './decoder.ts';
import { rmsNorm } from './settings.ts';

function config(m: Metadata): TransformerConfig {
	const window = m.optionalSize(['attention.sliding_window', 'sliding_window']);
	return decoder(m, {
		family: 'phi3',
		norm: rmsNorm(m, 1e-5),
		rope: { part: 1, original: 4096 },
		block: (block) => windowed(block, window),
	});
}

export const phi3: Family = {
	name: 'phi3',
	gguf: {
		architectures: ['phi3'],
		config,
		names: { ...GGUF_NAMES, 'feedForward.gateUp': 'blk.{i}.ffn_up' },
		layout: { gateUp: 'halves' },
	},
	safetensors: {
		architectures: ['phi3'],
		prefixes: HF_PREFIXES,
		config,
		names: { ...HF_NAMES, 'attention.qkv': 'layers.{i}.self_attn.qkv_proj', 'feedForward.gateUp': 'layers.{i}.mlp.gate_up_proj' },
		layout: { gateUp: 'halves' },
	},
};

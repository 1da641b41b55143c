// Cohere's Command R: parallel block under one norm without bias, neighbours turn together, scaled logits.
// Cohere 2024; transformers modeling_cohere.py; llama.cpp src/models/command-r.cpp.

import type { TransformerConfig } from '../spec/config.ts';
import type { Family } from '../spec/family.ts';
import type { Metadata } from '../spec/metadata.ts';
import { ALL_BIAS, decoder, GGUF_NAMES, HF_NAMES, HF_PREFIXES, tied } from './decoder.ts';
import { layerNorm } from './settings.ts';

function config(m: Metadata): TransformerConfig {
	const norm = layerNorm(m, 1e-5, false);
	const normed = m.flag('use_qk_norm', m.hasTensor('blk.0.attn_q_norm.weight'));
	return decoder(m, {
		family: 'cohere',
		norm,
		arrangement: 'parallel',
		places: () => ({ attentionInput: norm }),
		rope: { pairing: 'interleaved', theta: m.format === 'gguf' ? 10000 : 500000 },
		attention: {
			...(m.flag('attention_bias', false) && { bias: ALL_BIAS }),
			...(normed && { queryKeyNorm: { scope: 'heads' as const, norm } }),
		},
		logits: { tied: tied(m, true), scale: m.number('logit_scale', 0.0625) },
	});
}

export const cohere: Family = {
	name: 'cohere',
	gguf: { architectures: ['command-r'], config, names: GGUF_NAMES },
	safetensors: { architectures: ['cohere'], prefixes: HF_PREFIXES, config, names: HF_NAMES },
};

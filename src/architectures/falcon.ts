// Falcon 7B, 40B, 180B, 11B (rotation, parallel block) and Falcon-RW (ALiBi, serial block).
// Almazrouei et al. 2023 (arXiv 2311.16867); transformers modeling_falcon.py; llama.cpp src/models/falcon.cpp.

import type { Family } from '../spec/family.ts';
import { ALL_BIAS, decoder, GGUF_NAMES, preNorm, tied } from './decoder.ts';
import { activation, layerNorm, sizes } from './settings.ts';

export const falcon: Family = {
	name: 'falcon',
	gguf: {
		architectures: ['falcon'],
		config: (m) => {
			const own = m.hasTensor('blk.0.attn_norm_2.weight');
			return decoder(m, {
				family: 'falcon',
				norm: layerNorm(m, 1e-5),
				arrangement: 'parallel',
				places: (norm) => (own ? preNorm(norm) : { attentionInput: norm }),
				feedForward: { gated: false, activation: 'gelu' },
			});
		},
		// attn_norm feeds the feed-forward part; attention has attn_norm_2 where there are two.
		names: {
			...GGUF_NAMES,
			'norm.attentionInput': ['blk.{i}.attn_norm_2', 'blk.{i}.attn_norm'],
			'norm.feedForwardInput': 'blk.{i}.attn_norm',
		},
	},
	safetensors: {
		architectures: ['falcon', 'RefinedWeb', 'RefinedWebModel'],
		prefixes: ['transformer.'],
		config: (m) => {
			const { heads, keyHeads } = sizes(m);
			const grouped = m.flag('new_decoder_architecture', m.architecture === 'RefinedWeb');
			const parallel = m.flag('parallel_attn', true);
			const bias = m.flag('bias', false);
			const alibi = m.flag('alibi', false);
			const norms = parallel ? m.number('num_ln_in_parallel_attn', grouped ? 2 : 1) : 2;
			return decoder(m, {
				family: 'falcon',
				// One key and value head with multi_query, whatever num_kv_heads says.
				sizes: { keyHeads: grouped ? keyHeads : m.flag('multi_query', true) ? 1 : heads },
				norm: layerNorm(m, 1e-5),
				arrangement: parallel ? 'parallel' : 'serial',
				places: (norm) => (norms === 2 ? preNorm(norm) : { attentionInput: norm }),
				...(alibi && { rope: null }),
				attention: { ...(bias && { bias: ALL_BIAS }), ...(alibi && { alibi: 'before-scale-bf16' as const }) },
				feedForward: { gated: false, activation: activation(m, ['activation'], 'gelu'), bias: { up: bias, down: bias } },
				logits: { tied: tied(m, true) },
			});
		},
		names: {
			table: 'word_embeddings',
			finalNorm: 'ln_f',
			output: 'lm_head',
			'norm.attentionInput': ['h.{i}.ln_attn', 'h.{i}.input_layernorm'],
			'norm.feedForwardInput': ['h.{i}.ln_mlp', 'h.{i}.post_attention_layernorm'],
			'attention.qkv': 'h.{i}.self_attention.query_key_value',
			'attention.output': 'h.{i}.self_attention.dense',
			'feedForward.up': 'h.{i}.mlp.dense_h_to_4h',
			'feedForward.down': 'h.{i}.mlp.dense_4h_to_h',
		},
		layout: { qkv: 'grouped' },
	},
};

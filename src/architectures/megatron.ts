// GPT-3 and MT-NLG as Megatron-LM stores them: GPT-2's shape with fused projections by head, names of its own, a padded vocabulary.
// Smith et al. 2022 (arXiv 2201.11990); NVIDIA/Megatron-LM megatron/model/language_model.py; transformers convert_megatron_gpt2_checkpoint.py.

import type { Family } from '../spec/family.ts';
import { gpt2Config } from './gpt2.ts';

export const megatron: Family = {
	name: 'megatron',
	safetensors: {
		architectures: ['megatron-gpt2', 'megatron_gpt2', 'megatron-gpt', 'megatron-lm', 'megatron'],
		prefixes: [
			'model.language_model.encoder.',
			'language_model.encoder.',
			'model.language_model.transformer.',
			'language_model.transformer.',
			'model.language_model.embedding.',
			'language_model.embedding.',
			'transformer.',
			'embedding.',
		],
		config: (m) => {
			// Checkpoints before version 2 order the fused rows otherwise.
			const version = m.number('checkpoint_version', 3);
			if (version < 2) m.fail('checkpoint_version', version, '2 or newer');
			return gpt2Config(m, 'megatron');
		},
		names: {
			table: 'word_embeddings',
			positions: 'position_embeddings',
			finalNorm: ['final_layernorm', 'final_layer_norm'],
			output: ['output_layer', 'model.language_model.output_layer', 'language_model.output_layer'],
			'norm.attentionInput': 'layers.{i}.input_layernorm',
			'norm.feedForwardInput': 'layers.{i}.post_attention_layernorm',
			'attention.qkv': ['layers.{i}.self_attention.query_key_value', 'layers.{i}.attention.query_key_value'],
			'attention.output': ['layers.{i}.self_attention.dense', 'layers.{i}.attention.dense'],
			'feedForward.up': 'layers.{i}.mlp.dense_h_to_4h',
			'feedForward.down': 'layers.{i}.mlp.dense_4h_to_h',
		},
		layout: { qkv: 'grouped' },
	},
};
